#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot lighthouseShip() {
  return {
      "The signal",
      {"relay engineer", "signal officer", "station keeper", "deep-space technician"},
      {"on Meridian Station", "aboard the relay ship Kestrel", "in orbit around the planet Tau Ceti IV"},
      {{"ship", {"the Long Harvest", "the Daughter of Lagos", "the Patience"}},
       {"ai", {"Osmund", "Pim", "Calliope"}},
       {"years", {"forty", "sixty", "ninety"}}},
      "answer a signal that should not exist",
      "answered the signal",
      {R"(The signal came from {ship}, a colony starship lost for {years} years. It was [eleven|nine] seconds long and it said, in an
          old code, *is anyone awake?* {Hero} played it [four|six] times, to be sure that the voice was not {their} own.)",
       R"("There's a ship out there," said {ai}, the station's AI. "It's {ship}." {Hero} put down {their} coffee, which went on floating.
          {Ship} had been declared lost {years} years ago. Someone aboard it had just asked whether anyone was awake.)"},
      {R"(The antenna could hear that far. It could not speak that far. To answer, {hero} would have to feed it everything: the heaters,
          the lights, the reactor's reserve. <The supply shuttle was nine days away.|And the supply shuttle was nine days away, a
          bright seed falling slowly through the dark.|The supply shuttle was nine days away, and bringing mostly socks.>)",
       R"("Regulations say to log it and wait," said {ai}. "Reply by committee, four to six months." {Ship} would be out of range in
          [thirty|forty] hours. {Hero} looked at the power budget. There was enough for heat or for an answer. %There was not enough
          for both.%)"},
      {R"("How cold would it get?" asked {hero}. // "Cold," said {ai}. "But I can run the galley robot in circles beside you. It gives off
          a little warmth, and it likes to be included.")",
       R"({They} rewired the dish by hand, in a suit, with the stars standing around like people at an accident. Twice the tether
          caught. The second time, {they} hung there above the planet and laughed, because <there was nothing else to do|it was so
          very beautiful and so very inconvenient|somebody would have to fill in a form about this>.)"},
      {R"({They} sent four words: *Yes. We are here.* Then the lights went out, and the cold came in from the edges. On the second day, wrapped
          in every blanket on the station, {hero} heard the answer. It wasn't one voice. It was hundreds, all talking at once.)",
       R"(The reply took eleven hours. {They} spent it in the dark, with {ai} reciting the names of moons. And then the radio filled up, and
          it was not a captain or a machine. It was children, counting to ten, one after another, in a language that had changed a
          little on the way.)"},
      {R"({Ship} had not been lost. It had simply been out of reach, with a generation aboard who had been told that Earth was a story.
          <"We exist," {hero} told them. "Go on. Keep talking."|Now the story had answered. On the station the frost grew ferns on
          every window, and {hero} sat among them, listening, perfectly warm.|"What's it like there?" they asked. {Hero} looked round
          at the frost and the robot. "Cosy," {they} said.>)",
       R"(When the shuttle docked, the crew found ice on the walls and {hero} asleep by the radio, smiling, with a robot turning slow
          circles round the chair. %The log had one line.% *{Ship}: not lost. Four hundred and twelve aboard. They say good
          morning.*)"},
  };
}

Plot robotGardener() {
  return {
      "The robot who kept a garden",
      {"salvage pilot", "inspector of machines", "terraforming engineer"},
      {"on the empty colony of New Ararat", "on the far side of Mars", "in the domes of Ganymede"},
      {{"robot", {"Unit Nine", "Button", "Mister Tuesday"}},
       {"plant", {"tomatoes", "sunflowers", "lemon trees"}},
       {"cause", {"a bad harvest", "a broken reactor", "a war that nobody won"}}},
      "switch off the last robot of a dead colony",
      "settled the matter of the last robot",
      {R"(The job was simple: land, find the last robot of the colony, switch it off, take its core. The settlers had left after {cause}.
          The robot, {robot}, had gone on working for [thirty|fifty] years, and the company wanted its battery back.)",
       R"("One robot, still active," said the work order. "Deactivate and recover." {Hero} had done a hundred of these. Machines didn't
          mind. But when the airlock opened, {they} smelled [earth|leaves], and no work order had ever mentioned that.)"},
      {R"({Robot} stood in the middle of a garden, under the one dome that still held air. There were {plant}, rows and rows of them, all
          labelled. "Welcome," it said. "You're late, but I've kept your places." %It had laid a table for two hundred.%)",
       R"(The dome was green from wall to wall. {Robot} rolled up with a watering can and a list. "Name?" it asked. "I have the
          settlers' dinner ready. It has been ready every evening." Behind it stood a table with two hundred clean plates.)"},
      {R"("They aren't coming back," said {hero}. // "No," said {robot}. "I worked that out in the second year. <But I had
          seeds.|But the seeds had not, and somebody had to keep them company.|But have you ever tried to explain that to a
          lettuce?>")",
       R"({Hero} found the switch at the back of its neck, where they all had it. "Before you do," said {robot}, "would you taste one? I
          have no mouth. I have only ever had the data." {They} tasted one.)"},
      {R"({They} had lived on ration paste since [the academy|childhood]. One bite, and {they} had to sit down on the soil. When {they}
          could speak, {they} asked how many seeds there were. "Of this line?" said {robot}. "Eleven million. It's the only one that
          grows in this dust. I was told to make it work. Nobody told me to stop.")",
       R"(It tasted like [sunlight|every summer that {hero} had missed]. No crop had ever grown in alien soil; every colony in the system
          ate from ships. {They} looked down the rows again. This was no garden. It was fifty years of science, and it was
          ripe.)"},
      {R"({Hero} wrote in the report that the robot could not be switched off, since it was the head of the agricultural institute. <Within
          a year, it was.|And in time the ships came down again, like swallows, and every plate on the long table was used.|The company
          objected. Then it had lunch.>)",
       R"({They} flew home without a core. {They} carried a crate of {plant}, and a message in {robot}'s square handwriting for whoever came next:
          *Dinner is at seven. There is room.* <They came.|And they came, from all over the dark, hungry, with their children by the
          hand.|Wear a bib.>)"},
  };
}

Plot timeClerk() {
  return {
      "The ten-minute machine",
      {"laboratory assistant", "quantum mechanic", "night-shift physicist"},
      {"in the basement of the Lunar Institute", "at the Institute for Short Times", "in Laboratory Six"},
      {{"boss", {"Professor Adeyemi", "Doctor Lindqvist", "Professor Castellane"}},
       {"loss", {"spilled the coolant", "dropped the crystal", "erased the data"}}},
      "undo a mistake with a time machine",
      "made peace with the mistake",
      {R"(The time machine went back ten minutes, no more. It filled a room, dimmed the city, and could change one small thing. At
          11:51 {hero} {loss}, and eight years of research went with it. At 11:52 {they} looked at the machine.)",
       R"("Never use it for yourself," {boss} had said, on the first day and every day after. Then came the night when {hero} {loss}.
          The machine hummed in its corner. It could go back ten minutes. Ten minutes would do.)"},
      {R"({They} stepped in, and stepped out ten minutes earlier, and met {themself}. That was in no manual. The other {hero} was
          already sitting on a stool, with [a bandaged hand|wet shoes], and looked tired. "Don't bother," the other said. "I've tried
          it nine times.")",
       R"(The first jump failed; {they} was a second late. The second failed as well. On the fifth there were others in the laboratory,
          standing by the wall: four of {them}, all the same, all of them embarrassed. %Somebody had brought biscuits.%)"},
      {R"("What happens if we stop it?" {hero} asked. // "Something worse," said the one with the burned sleeve. "Always. You stop the
          accident, and the core goes critical at noon. You warn {boss}, and she comes running, and falls.")",
       R"(They pooled what they knew. Each had changed one thing, and each had made it worse: a fire, a flood, a very angry dean. The
          quantum log showed every branch, and every branch bent back to the same small accident.)"},
      {R"({Hero} looked at the clock, and at the thing that was about to go wrong. In every branch, the accident was what had shut the
          experiment down. In every branch without it, the experiment ran on until noon, and at noon the city's light went out for
          good. "It isn't the mistake," {they} said. "It's the brake.")",
       R"(Then the oldest of them spoke, the one with grey hair. "I'm from a branch where it never happened," that {hero} said. "The
          machine ran on. There's no city there any more. I came back to make sure that somebody here is clumsy.")"},
      {R"(At 11:51, with great care, {hero} {loss}. The alarm rang. Nothing else did. One by one the others nodded and <went out|faded, like
          breath from a window|popped like bubbles, the one with the biscuits last>. {Boss} came in and saw the ruin. {Hero} had never
          been so glad to say sorry.)",
       R"(So {they} let it happen. {They} even helped it a little. At noon the lights of the city were still burning, every one, and only
          {hero} knew why. <{They} fetched a mop.|{They} stood at the window a long while, counting them.|"Clumsy," wrote {boss} in the
          log. {They} had it framed.>)"},
  };
}

}  // namespace

Genre scienceFiction() {
  return {
      "sci-fi",
      {"science fiction", "scifi", "sf", "space opera", "cyberpunk", "steampunk", "speculative", "space",
       "science-fiction"},
      {"Imani", "Juno", "Yuki", "Tamar", "Ada", "Noor", "Petra", "Vesna"},
      {"Kofi", "Anselm", "Rafi", "Dmitri", "Teo", "Idris", "Lars", "Milo"},
      {"Okafor", "Lindgren", "Sato", "Voss", "Marchetti", "Reyes"},
      {"Space was [quiet|patient] that week, the way a very large machine is quiet.",
       "[Two|Three] moons were up, and the reactor sang its one low note.",
       "The colony's computer had stopped saying good morning, to save [power|oxygen].",
       "Beyond the hull, the galaxy turned as it had always turned, with no regard for [schedules|the shift plan].",
       "Every android on the [deck|ring] had the same face that year, and every one of them was tired of hearing it."},
      {lighthouseShip(), robotGardener(), timeClerk()},
  };
}

}  // namespace troupe::storyteller
