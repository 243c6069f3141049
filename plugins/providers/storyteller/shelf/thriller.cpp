#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot trainCase() {
  return {
      "The wrong briefcase",
      {"courier", "forensic accountant", "translator"},
      {"in Vienna", "in the station district of Zurich", "on the night train to Trieste"},
      {{"thing", {"a list of names", "a drive the size of a thumbnail", "nine false passports"}},
       {"hunter", {"a man in a grey coat", "a woman with a cane", "two men in identical scarves"}},
       {"time", {"ten minutes", "four stops", "half an hour"}}},
      "stay alive with the wrong briefcase",
      "got out alive",
      {R"(The briefcase was the right colour and the wrong weight. {Hero} opened it in a locked toilet and found {thing}. Somebody had made a
          mistake on the platform. Somebody would be back for it. {They} had perhaps {time}.)",
       R"(Inside the case lay {thing}. It should have held [contracts|sandwiches]. {Hero} closed it at once, but {hunter} had already looked
          up, three seats away, and stopped reading. %The newspaper was upside down.%)"},
      {R"({They} changed carriages. So did {hunter}. {They} called the number in the lid, and a calm voice said, "Leave it under the seat and you may
          live." It was the word *may* that made {hero} run.)",
       R"(The exits were covered. The phone was dead, and then it rang. "We have your sister's address," said the voice. {Hero} had no
          sister. They had the wrong file as well, then. That was the first good news of the night.)"},
      {R"({Hero} went through the kitchen, past the cooks, out over the [coal|luggage] and into the cold. A bullet struck the door where {their}
          head had been. It made less noise than {they} had expected. <{They} kept moving.|It was almost delicate.|It was, frankly,
          rude.>)",
       R"("Why me?" {hero} asked the only face {they} trusted, {friend} of the railway police. // "Nobody chose you," said {friend}. "That's why you
          are still breathing. They can't guess what you'll do. You aren't trained to do anything.")"},
      {R"(At the last stop {they} did what no agent would do. {They} walked straight up to the danger, held out the case in front of [forty
          tourists|a school choir], and said loudly, in three languages, "I believe you dropped this bomb.")",
       R"({They} had {time} left and no weapon. But {they} had read what was in the case, and one name on it was the calm voice. So {hero} picked
          up the phone, said that name, and said whose desk it would be on by morning. On the other end, for the first time,
          someone breathed.)"},
      {R"(Everybody screamed. Every policeman in the station drew a gun, and {hunter} went down under the weight of [nine|eleven] of them. {Hero}
          put it all in the post, to a judge, <bought a ticket and slept|and watched the first light come up the rails like a pardon|declared it
          as printed matter, and paid the extra stamp>.)",
       R"(The arrests began at dawn, in four capitals. {Hero} read about them on a bench, with shaking hands and a very good coffee. {Their} own
          briefcase came back by messenger at noon. <It was empty. There was a card: *Well played.*|Nothing was missing from it but
          the fear.|They had eaten the sandwiches.>)"},
  };
}

Plot countdown() {
  return {
      "Eleven minutes",
      {"bomb technician", "night guard", "dam engineer", "hostage negotiator"},
      {"at the Coldwater Dam", "in the control room of the Saint Clair Tunnel", "under the Federal Exchange"},
      {{"wire", {"a blue wire that should have been red", "a second timer", "a photograph of {hero}"}},
       {"minutes", {"eleven", "nine", "fourteen"}}},
      "stop the clock",
      "stopped the clock",
      {R"(The call came at 03:40. There was a bomb, and there were {minutes} minutes, and the caller had asked for {hero} by name. {They} had been off
          the squad for [two|three] years. {They} took the stairs.)",
       R"("It has to be you," said {friend} on the radio. "He says that he'll only let you near it." {Hero} looked at the steel box, and at the red
          numbers on its lid. They said {minutes}. They began to fall.)"},
      {R"({They} opened the panel and found {wire}. It changed everything. Whoever had built this knew {their} hands, {their} habits, and the order in
          which {they} would cut. %It was a conversation, and it had been going on without {them}.%)",
       R"(The device was beautiful work, and that was the worst of it. Behind the first panel was {wire}. {Hero} had seen that trick once,
          in a classroom. {They} had been the one teaching it.)"},
      {R"("Evacuate," {hero} said. // "There are six hundred people on that road," said {friend} of the night watch. "There isn't time." // "Then stop talking to
          me." // The radio went quiet. The timer did not.)",
       R"({Their} pulse was at a hundred and forty. {They} counted it down on purpose, as {they} had been trained to. Sweat ran into one eye.
          Somewhere above, a siren started and was cut off.)"},
      {R"(With two minutes left, {they} put down the cutters. A student who has learned to build your traps has also learned to wait for you to hurry.
          {They} did nothing. {They} watched the numbers fall and looked for the one part that did not need to be there. It was the
          clock.)",
       R"("He isn't trying to kill them," said {hero} slowly. "He's marking my work." {They} took {their} hands off the wires, all of them, and sat back on
          {their} heels. In the last lesson of the course, the right answer had been to touch nothing at all.)"},
      {R"(The timer reached zero. It clicked. Nothing followed, only a thin strip of paper, feeding out of the lid: *Correct.* They traced the
          printer by noon and had him by one. <{Hero} never taught again.|And for days afterwards {hero} heard each quiet second, one by
          one, like a gift.|{Hero} gave him a B.>)",
       R"(Zero came and went. Six hundred people drove home in the dark and never knew. {They} found the bomber in the last row of an old class
          photograph, the only one who was not smiling. <{They} should have looked sooner.|There is no sound, {hero} thought, like the
          sound of nothing happening.|His essays had always been too long.>)"},
  };
}

Plot safeHouse() {
  return {
      "The safe house",
      {"witness", "intelligence analyst", "retired spy", "bodyguard"},
      {"in a safe house above Lisbon", "on a farm with no name", "in Apartment 9, Minsk Street"},
      {{"code", {"The kettle is broken.", "It rained in Warsaw.", "The piano needs tuning."}},
       {"hour", {"02:10", "04:00", "03:25"}}},
      "learn which of two people had come to kill {them}",
      "learned who the killer was",
      {R"(Two people knew the address. Only one knew the password. At {hour} there was a knock, and a voice outside said, "{code}" It was correct. A
          moment later the phone lit up with a message from headquarters: *Do not open. The code is blown.*)",
       R"("{Code}" said the voice behind the door at {hour}. It was the right password. {Hero} had {their} hand on the bolt when the phone shook.
          *We have a traitor,* the message said. *Trust nobody who uses the code.*)"},
      {R"(So one of them was lying: the one at the door, or the one on the phone. Whichever {they} chose, the other would be the killer. There
          was no back way out. There was a drop of [six|seven] floors and a drainpipe that {they} had never trusted.)",
       R"({They} knew the voice. It was {friend}, who had trained {them}. But {they} knew the number on the phone as well. One of the two had sold {them}. Somewhere
          below, a car stopped and switched off its lights. %Time was on somebody's side.%)"},
      {R"({They} typed: *Who is outside?* The answer took four seconds. *Assassin. Armed. Use the window.* {They} looked at the window. Nobody who
          wanted {them} alive had ever told {them} to stand in front of a window.)",
       R"("Tell me something true," {hero} said through the wood. // "You take sugar and say you don't," said {friend}, who was outside. "And if you've any sense, you
          have already turned off the lamp.")"},
      {R"(It was the lamp that settled it. {They} put {their} coat on a chair, set the chair before the glass, and switched on the light. The shot came from
          across the street and took the coat through the heart. So it was the phone. {They} opened the door.)",
       R"({They} sent one word to headquarters: *Leaving.* Then {they} waited, in the dark, and listened. The lift did not move. The stairs did not creak. But
          across the street a window slid up, and a red dot came in and walked along the wall, looking for {them}. The killer was
          not at the door.)"},
      {R"(Out on the mat stood {friend}, who had trained {them} once, with a gun and a bag of oranges. "You took your time," {fthey} said. They left by the cellar. The traitor at headquarters
          got one more message: <*Wrong coat.*|*I am still here.* And all that night {they} lay awake and let it be true.|*You owe me a
          coat.*>)",
       R"(They went down the back stairs together, old spy and young, without a word. By morning one desk at headquarters was empty. <Nobody
          mentioned it.|Dawn came over the roofs like someone telling the truth at last.|{Hero} changed the password to something
          about oranges.>)"},
  };
}

}  // namespace

Genre thriller() {
  return {
      "thriller",
      {"suspense", "spy", "espionage", "action", "psychological thriller", "spy story", "techno thriller"},
      {"Mara", "Katya", "Simone", "Renata", "Jess", "Astrid", "Nadia", "Elena"},
      {"Cole", "Viktor", "Anton", "Marcus", "Dominic", "Reid", "Stefan", "Luc"},
      {"Kessler", "Moreau", "Brandt", "Ashe", "Novak", "Stroud"},
      {"Two agents had died that week, and [neither had screamed|both had been careful].",
       "The city was full of [cameras|eyes], and every one of them belonged to somebody.",
       "A deadline is only a line until [someone stands on the far side with a gun|you can hear it tick].",
       "There was a file somewhere with {their} name on it, and someone had just [opened|closed] it."},
      {trainCase(), countdown(), safeHouse()},
  };
}

}  // namespace troupe::storyteller
