#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot extraStair() {
  return {
      "The thirteenth stair",
      {"caretaker", "night nurse", "house sitter", "new tenant"},
      {"at Marrow House", "in the old asylum at Fenwick", "in a rented house beyond the cemetery"},
      {{"count", {"twelve", "fourteen", "nine"}}, {"sound", {"breathing", "scratching", "a child humming"}}},
      "stay in the house until morning",
      "stayed until morning",
      {R"(There were {count} stairs down to the cellar. {Hero} had counted them on the first night, as people do in strange houses. The
          work was simple: lock up at ten, stay until dawn, and never mind the cold. %The pay was too good.%)",
       R"("Only one rule," the owner had said. "Stay until morning, and don't go down after dark." {Hero} needed the money. {They} laughed, and
          the owner did not. That evening, out of habit, {they} counted the cellar stairs. There were {count}.)"},
      {R"(On the third night there was one more. {Hero} stood at the top with a candle and counted again, aloud. The new stair was at the
          bottom, and it was <darker than the rest|wet, and very slightly warm|the only one that did not creak, which was worse>. From
          below it came the sound of {sound}.)",
       R"(At midnight {they} heard {sound} behind the cellar door. It stopped when {hero} stopped. It began when {they} moved. {They}
          opened the door a hand's width, and counted down into the dark, and there was one stair too many.)"},
      {R"({They} telephoned {friend}, who had kept the house before. The line hissed for a long time. "How many?" {friend} asked. {Hero}
          told {fthem}. "Then it has started," {friend} whispered. "It builds toward the bed. Whatever you do, don't let it hear you
          count.")",
       R"({Hero} pushed a wardrobe against the door and sat with {their} back to it. The house grew quiet, as a [throat|hand] grows
          quiet before it closes. Then, quite near, something on the other side sat down with its back to {theirs}.)"},
      {R"(By the last candle {they} understood. It was not climbing. Each night it laid down one stair, with care, so that somebody could
          come down. And from the dark a voice, {hero}'s own voice, began to count: *one. two. three.* {They} had taught it how.)",
       R"(Then it spoke, and it had {hero}'s own voice, and it was counting. It counted slowly and got everything right. It reached the last
          stair, and took a breath, and knocked: not on the cellar door, but on the inside of the wardrobe.)"},
      {R"(Morning came grey and ordinary. The owner found the money on the table, untouched, and the house locked from within. <There was
          nobody in it.|The cellar stair went down and down, farther than any lamp, and at every step the dust lay undisturbed.|There
          was a note: *I have decided to stay.* The handwriting was nearly right.> Someone below was counting, and had reached a very
          high number.)",
       R"({Hero} stayed until morning; that much was in the contract. {They} walked out at dawn with white hair and the pay in {their}
          pocket. {They} lives in a house with no stairs now. <It doesn't help.|But in the hour before light, {they} hears it under the
          floor, patient as a carpenter, laying down the first.|{They} counts the bricks, the spoons, the cats. There is always one
          more cat.>)"},
  };
}

Plot portrait() {
  return {
      "The photograph",
      {"photographer", "antique dealer", "widow's lodger"},
      {"in the drowned village of Sallowmere", "at the edge of the marsh", "in a narrow house in Grave Lane"},
      {{"figure", {"a woman in a grey veil", "a tall man without a shadow", "a child with its face turned away"}},
       {"object", {"photograph", "painting"}}},
      "get rid of the picture",
      "got rid of the picture",
      {R"(The {object} had come with the house. It showed the [garden|front door], and far off, by the trees, {figure}. {Hero} disliked it at
          once and decided to [sell it|burn it] on Monday. On Sunday {they} noticed that the figure had moved.)",
       R"({Hero} had bought the {object} for its frame. There was nothing in it but a garden and, small in the distance, {figure}. A week later
          the figure was not so small. %{They} told {themself} that it was the light.%)"},
      {R"({They} sold it; it was back by dark. {They} drowned it in the well, and in the morning it hung on its nail, dripping. Each time the
          figure stood a little nearer to the house. Now it had one pale hand on the gate.)",
       R"({They} burned it on Friday. It hung in the hall on Saturday, without a mark, and smelled faintly of smoke. The figure had reached
          the garden path. {Hero} could see that it was carrying something, and that the something was a [knife|frame].)"},
      {R"("Was anything ever buried out there?" {hero} asked {friend} next door. {Friend} went white and shut the window. A moment later
          it opened again. "Don't look at it," {fthey} said. "It walks when it's watched.")",
       R"({They} turned it to the wall. All night {they} heard a small, dry sound, like a fingernail on canvas, going patiently round and
          round the frame, looking for the edge.)"},
      {R"(On the last night the {object} was empty. The garden was there, and the gate, wide open, but nothing stood in it. {Hero} held the lamp
          up close to see. The painted door of the house was open too. Behind {them}, in the real hall, a board creaked.)",
       R"(Then the figure stood so near that it filled the frame, and {hero} saw why it had come. It was not reaching in. It was holding the
          {object} from the other side, with both hands, and it was looking at {hero} as one looks at a picture.)"},
      {R"(The house is for sale again. It comes with a {object}, in a good frame: a garden, a door, and far off by the trees, someone who seems
          to be [shouting|waving]. <It is quite small. It is nearer than it was.|When the evening light lies across it, one might think
          that the figure has tears on its face.|"Charming," say the buyers. "So lifelike.">)",
       R"(They found the {object} on its nail, the lamp still warm, and no one in the rooms. There were two figures in it now. <One of them had
          a lamp.|They stood side by side in the dusk of the garden, and only one of them was afraid.|They looked, said the
          policeman, like a couple that had not been introduced.>)"},
  };
}

Plot radio() {
  return {
      "What the fog said",
      {"lighthouse keeper", "radio operator", "ferryman"},
      {"on the rock of Skerrow", "at the last harbour before the ice", "on the black shore of Unst"},
      {{"name", {"Thomas", "Old Peter", "Brother John"}},
       {"sign", {"three short knocks", "a bell under the water", "wet footprints on the landing"}}},
      "keep the light burning through the fog",
      "kept the light burning",
      {R"(The fog came in on the [first|last] of November and did not leave. {Hero}'s one task was to keep the light burning. {Name}, who had
          the post before, had let it go out once, for an hour. They never found {name}. They found his [boots|lamp oil], full of
          water.)",
       R"("Keep it lit," said the letter that {name} had left, "and whatever knocks, do not answer by name." It was the only letter. It was
          nailed to the inside of the door. {Hero} read it on the first evening of the great fog and trimmed the lamp twice.)"},
      {R"(On the ninth night there was {sign}. Then a voice came out of the fog, quite close, and it was the voice of {hero}'s mother, who was
          dead. "It's so dark out here," it said. "Put out the lamp, my love. It hurts my eyes.")",
       R"(It began with {sign}. Then the voices came, one for each person that {hero} had ever lost at sea, all of them kind. They asked for only
          one thing. "The light," they said. "It keeps us from sleeping.")"},
      {R"({They} stopped {their} ears with wax. It did no good; the voices came up through the stone, into {their} teeth. {They} said the
          names of the tides aloud, all night, like a [prayer|sum]. Toward dawn, something began to say them too.)",
       R"("If you're my mother," said {hero}, "what did you sing to me?" There was silence out there, and a sound like many mouths,
          conferring. Then it sang. It had every word right. %It had been listening for a very long time.%)"},
      {R"(The oil ran out before the night did. {Hero} broke up the chairs, then the bed, and fed them to the lamp. When there was no wood left,
          {they} looked at the letter on the door, and saw the writing on its back: *It is not the light that holds them off. It
          is somebody awake.*)",
       R"(Then the flame sank, and in the last of it {they} saw them, pressed against the glass on every side, grey, patient and many. They
          were not looking at {hero}. They were looking past {them}, down the stair. "Thank you," whispered {name}'s voice, just behind.
          "I was so tired of being awake alone.")"},
      {R"(The relief boat came with the thaw. The lamp was cold, and {hero} sat beside it with {their} eyes open, telling the tides.
          <"Don't stop me," {they} said.|{They} would not stop, not for bread, not for blankets. {They} only looked at the sailors,
          and then, with pity, at the fog behind them.|The sailors were kind about it. There were six of them. There had been five in
          the boat.>)",
       R"(The light on the rock has burned every night since. No oil is sent there any more, and no keeper. The ships are grateful and
          keep well away. <They have heard two voices, counting tides.|And on still evenings, when the dark lies flat on the water, two
          voices can be heard there, keeping one another awake.|There's a letter on the door. It says *help wanted*.>)"},
  };
}

}  // namespace

Genre horror() {
  return {
      "horror",
      {"gothic", "ghost story", "ghost", "supernatural", "paranormal", "scary", "gothic horror"},
      {"Edith", "Lenore", "Miriam", "Clara", "Judith", "Hester", "Alma", "Sibyl"},
      {"Thaddeus", "Gideon", "Martin", "Abel", "Conrad", "Ewan", "Isaac", "Victor"},
      {"Crane", "Mordaunt", "Hollis", "Grey", "Blackwood", "Sexton"},
      {"There was no wind, and yet every candle in the house leaned [the same way|toward the cellar].",
       "The dead are [patient|punctual]. They've nothing else to do.",
       "The moon was thin that night, and the shadows in the graveyard were [not|very nearly] where they should have "
       "been.",
       "Something had been at the [mirror|window] again. The glass was cold, and it was breathing.",
       "People in those parts did not speak of ghosts, and [they locked every door by four|nobody was ever alone after "
       "dark]."},
      {extraStair(), portrait(), radio()},
      true,
  };
}

}  // namespace troupe::storyteller
