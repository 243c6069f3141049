#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot weddingCake() {
  return {
      "The cake and the goat",
      {"wedding planner", "pastry chef", "church organist", "delivery driver"},
      {"in Little Muddleton", "at the Grand Hotel Splendid", "in the gardens of Blandings Lodge"},
      {{"animal", {"goat", "peacock", "donkey"}},
       {"tiers", {"five", "six", "seven"}},
       {"name", {"Gerald", "Brenda", "Winston"}}},
      "deliver a wedding cake in one piece",
      "delivered the cake, in a manner of speaking",
      {R"(The cake had {tiers} tiers, four hundred sugar roses, and one job: to arrive. {Hero} had driven it eleven miles at the speed of a funeral. There were only thirty yards of lawn to go when {they} met {name}, who was a
          {animal}.)",
       R"("It can't go wrong," said {friend}, which is how one knows. {Hero} lifted the cake, all {tiers} tiers of it, and set out across the lawn. Half way along, looking directly at {them}, stood a {animal} named {name}.)"},
      {R"({Hero} went left. {Name} went left. {Hero} went right, and so did {name}, chewing a hymn sheet. Behind the hedge the organ began. Behind {them} the top tier made a small noise, like someone
          changing sides.)",
       R"(It is hard to reason with a {animal}. {Hero} tried. {They} tried firmness, flattery and a bread roll. {Name} accepted the roll, considered the matter, and began on the bride's
          grandmother's hat. %The grandmother was still in it.%)"},
      {R"("Do something!" hissed {friend}. // "I'm holding {tiers} tiers of sponge!" // "Then do something small!" // {Hero} raised one eyebrow at {name}. It was all {they} had free.)",
       R"("Stay calm," {friend} advised, from up a tree. {Fthey} had been up it for some time. "They can smell royal icing.")"},
      {R"(What happened next was later described to the insurers as "a sequence". {Name} charged. {Hero} jumped. The cake, which was the only one with any dignity, went straight up, turned over once in the sunlight, and came
          down on the mayor.)",
       R"(The {animal} charged, the grandmother swung her handbag, and the cake took to the air. There was a moment of great beauty. Then all {tiers} tiers landed, in order, on the groom's mother, who
          had been complaining since breakfast that nobody had given her anything.)"},
      {R"(There was a terrible silence. Then the bride laughed. She laughed until she had to hold the altar, and the groom held her, and everyone agreed that it was the best wedding they had ever been to. <{Name} had thirds.|And the sun went down over the icing,
          and there was dancing.|{Name} caught the bouquet, and ate it.>)",
       R"(They ate it with spoons, off the victim, who turned out to be rather a good sport and asked for the recipe. {Hero} sent in the bill: *one cake, delivered.* <It was paid in full.|It was paid, with a sugar rose pressed
          in the envelope.|Under "extras" {they} put: *{name}*.>)"},
  };
}

Plot wrongSpeech() {
  return {
      "The wrong speech",
      {"substitute librarian", "plumber", "junior accountant", "piano mover"},
      {"at the International Congress of Beekeepers", "at the Royal Society for Fog",
       "at the Congress of Applied Gravel"},
      {{"topic", {"The Future of the Northern Bee", "Fog: Friend or Foe", "Seventeen Problems in Applied Gravel"}},
       {"fetch", {"mend a tap", "find the toilets", "return an umbrella"}}},
      "get out of a speech that {they} was never meant to give",
      "got through the speech",
      {R"({Hero} had only come in to {fetch}. But {they} had a tie on, and a worried expression, and before {they} could explain {they} had been given a badge, a glass of water, and a microphone. On the screen it said: *{topic}*.)",
       R"("Professor! Thank heavens," said a woman with a clipboard, and pushed. {Hero}, who had come to {fetch}, found {themself} behind a lectern before nine hundred people. {They} read the
          title off the screen. It was *{topic}*.)"},
      {R"(Nine hundred experts opened nine hundred notebooks. {Hero} knew nothing whatever about it. {They} cleared {their} throat. Somebody wrote that down. %Somebody else underlined it.%)",
       R"({They} decided to tell the truth. "I'm afraid there has been a mistake," {hero} said. There was a gasp, and then applause. "At last!" cried a man in the front. "Someone has the courage to say
          so!")"},
      {R"(In the wings stood the real professor, {friend}, in a wet coat, pointing at the badge. {Hero} waved {fthem} up in despair. {Friend} shook {ftheir} head, with the face of someone who has just been let off
          school, and went to the bar.)",
       R"({Hero} tried saying nothing at all. It was taken for a dramatic pause. After a whole minute of it, several of the audience were visibly moved. One of them resigned his chair.)"},
      {R"(So {they} talked about what {they} did know, which was [pipes|overdue books|staircases]. "The thing is," {they} said, "everyone's always looking at the big end. Nobody checks the small end. And that's where it drips." There was a
          silence. A very old man in the third row stood up, weeping. "Forty years," he said. "Forty years, and it was the small end.")",
       R"("To be honest," said {hero}, who was past caring, "I think you've all made it too complicated. My gran would say give it a good thump and leave it overnight." Pens flew. In the front row two Nobel laureates, who
          hadn't spoken since 1988, looked at each other and embraced.)"},
      {R"(The Congress gave {them} a medal, and a chair at Uppsala. {Hero} sent the chair back, since there was no room for it in the flat. <But {they} kept the medal.|{They} kept the medal on the sill, where it catches the evening
          light and the drips.|It was a professorship. {They} never found out.>)",
       R"(The speech is printed in all the journals now. {Hero} slipped out during the ovation, past the real professor, who bought {them} a drink. "Same time next year?" the professor asked. <"What's the topic?" said {hero}. "No idea," said the professor.|And they sat
          there, two impostors, as happy as bees.|On the way home {hero} remembered what {they} had come in for.>)"},
  };
}

Plot ghostFlat() {
  return {
      "The flat with a ghost in it",
      {"unemployed actor", "trainee estate agent", "failed magician", "night baker"},
      {"in Flat 4B", "in a suspiciously cheap flat in Brighton", "at 13 Pudding Lane"},
      {{"habit", {"rearranged the spoons", "sang sea shanties at dawn", "wrote rude words in the steam"}},
       {"ghost", {"Sir Percival", "Great-Aunt Maud", "the Colonel"}}},
      "make the ghost move out",
      "came to terms with the ghost",
      {R"(The rent was so low that {hero} signed before reading the word *haunted*. The ghost was called {ghost}, was three hundred years old, and {habit}. On the whole, it was still the best flatmate {they} had
          ever had. It had to go.)",
       R"("There's a ghost," the agent admitted, "but it's very central." By Thursday {hero} had slept four hours. {Ghost}, the ghost in question, {habit}. By Friday it was war.)"},
      {R"({Hero} hired an exorcist, who took one look, said "Oh, it's *you*," and fled. {They} tried garlic, which was for vampires. {They} tried a stern letter. {Ghost} corrected the spelling and left it on the pillow.
          %There was a grade at the bottom. It was a D.%)",
       R"("I was here first," said {ghost}, which was hard to argue with. {Hero} tried loud music. {Ghost} turned out to like it. {They} tried modern poetry, and for one beautiful minute the flat was empty, but the neighbours complained.)"},
      {R"({They} asked {friend}, who had been married four times. "You don't want an exorcist," said {friend}. "You want to be so annoying that the other party leaves. I could draw you up a list.")",
       R"("What do you actually want?" {hero} asked in the end, at three in the morning, through a pillow. // There was a pause. "Nobody," said {ghost} stiffly, "has asked me that since 1742.")"},
      {R"(It was the bills that did it. {Hero} opened one in front of the ghost by accident. {Ghost} read it twice and went even paler. "A hundred and forty? For *heat*? I can be cold for nothing!" And that was how they found
          out what the other one was afraid of.)",
       R"(Then the landlord came, to double the rent. {Hero} had no answer to that. But all the doors slammed at once, the lights went green, and a voice out of the bath said, very clearly, "*No.*" The landlord left through a window. It was
          open, luckily. Well, it was after that.)"},
      {R"(They're partners now: haunted house viewings, Fridays and Saturdays, ten pounds a head. {Ghost} does the moaning and {hero} does the books. <It pays the rent.|And late at night, when the last visitor has screamed, they
          sit by the fire and divide the spoons.|The reviews complain only that the ghost is a bit much.>)",
       R"({Hero} never did get rid of {ghost}. There's a rota on the fridge: *dusting, bins, dread.* <They both stick to it.|On winter evenings two chairs stand by the heater, and one of them is always pleasantly cold.|The spoons are never where
          they should be, but they are, at last, very clean.>)"},
  };
}

}  // namespace

Genre comedy() {
  return {
      "comedy",
      {"humor", "humour", "humorous", "funny", "satire", "farce", "parody", "comic"},
      {"Dot", "Prudence", "Mabel", "Gwen", "Trixie", "Winnie", "Bernadette", "Pam"},
      {"Nigel", "Arthur", "Monty", "Clive", "Humphrey", "Stan", "Bertie", "Desmond"},
      {"Pringle", "Wobbley", "Bottomley", "Crumb", "Haddock", "Snodgrass"},
      {"The day had begun badly, with [toast|a misunderstanding about trousers], and was gathering speed.",
       "Everybody agreed afterwards that it was nobody's fault, and [looked at the cat|pointed at each other].",
       "There's a plan for such emergencies, but it was [in the other jacket|being used to prop up a table].",
       "It was ridiculous, and {hero} would have laughed, if it had been happening to [somebody else|the neighbours]."},
      {weddingCake(), wrongSpeech(), ghostFlat()},
  };
}

}  // namespace troupe::storyteller
