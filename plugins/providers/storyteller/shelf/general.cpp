#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot repairShop() {
  return {
      "The watch that ran backwards",
      {"watchmaker", "cobbler", "radio repairer"},
      {"in Tanner Street", "behind the bus station", "in a town with one traffic light"},
      {{"thing", {"child's watch", "music box", "pocket radio"}},
       {"pay", {"a jar of plums", "two theatre tickets", "a promise"}}},
      "mend a thing that could not be mended",
      "mended it",
      {R"(The boy put {a thing} on the counter. "It was my father's," he said. "Can you make it go?" {Hero} looked inside and saw at once that {they} could not. "Come back on Friday," {they} said.)",
       R"(A woman came in out of the rain with {a thing} wrapped in a scarf. It had not worked for twenty years. Would {hero} look at it? {They} looked. Half of it was missing. {They} wrote out a
          ticket all the same.)"},
      {R"({They} tried for three evenings. The parts hadn't been made since before the war. {They} wrote to a factory that was a car park now. Each night {they} went home later, and each night the thing lay
          on the bench, quiet as a stone.)",
       R"("Give it up," said {friend}, from the shop next door. "Tell them it's dead." It was good advice. But {hero} had taken the ticket, and the ticket had a date on it. %It was a matter of honour, and of
          springs.%)"},
      {R"(On Thursday {they} took down {their} own father's tool box from the top shelf. {They} had never opened it. It smelled of oil and peppermints, and at the bottom lay a tin marked *for the impossible ones*.)",
       R"({Hero} could not sleep. At four {they} walked through the empty town with the {thing} in {their} coat, and for the first time {they} wondered not how it worked but who had broken it, and why it had been kept.)"},
      {R"(Inside the case, under the dust, somebody had scratched a line with a pin: *repaired 1961, 1974, 1980*. The last hand was one {hero} knew. It was {their} father's. He had not mended it either. He had made the missing part
          himself, each time, out of whatever he had.)",
       R"(Then {they} found the name, very small, inside the lid. It was the name of this shop. {Their} father had mended it once before, with a hairpin, and the hairpin had held for thirty years. {Hero} went and looked for a
          hairpin.)"},
      {R"(On Friday it worked. It lost a little time, as we all do. {Hero} would take no money and was given {pay} instead. <{They} scratched the year inside the lid.|Before closing the lid, {they} scratched the year below the others, and left room.|It was
          more than the last job had paid.>)",
       R"("How did you do it?" they asked. {Hero} thought about it. "I'm the second one who did," {they} said. The price was {pay}. <It was fair.|All the way home {they} heard it ticking, though it was a mile away by then.|{They} put the hairpin on
          the bill, for the look of it.>)"},
  };
}

Plot lastBus() {
  return {
      "The last bus",
      {"bus driver", "ticket collector", "nurse on the late shift"},
      {"on the number 9 line", "at the end of the coast road", "in the northern suburbs"},
      {{"object", {"a trumpet case", "a birthday cake", "a suitcase tied with string"}},
       {"stop", {"Harbour Road", "the old cannery", "Cemetery Hill"}}},
      "find the owner of what had been left on the seat",
      "found the owner",
      {R"(Somebody had left {object} on the back seat of the last bus. {Hero} could have handed it in. But the office was shut until Monday, and there was a label on it: *for tonight*.)",
       R"(At the end of the line, when {hero} walked through to check the seats, there was {object}. On it was a slip of paper that said *for tonight*. It was twenty minutes to midnight. Nobody
          got on at {stop} at that hour, as a rule.)"},
      {R"({They} tried to remember the faces. There had been a student, a couple who were quarrelling, and a man who had counted his coins twice. It might have been anyone's. The radio said there was ice on the bridge, and to
          go home.)",
       R"("Not our job," said {friend} over the radio. {Fthey} was right. {Hero} switched off the sign and the lights, and sat there in the dark for a while with the thing on {their} knees.)"},
      {R"(Then {they} did what is not in the handbook. {They} drove the route again, backwards, stop by stop, with the door open, calling out to anyone who was still awake. Most of them shook their
          heads. One gave {them} soup.)",
       R"("Where did the old man get off?" {hero} asked. {Friend} sighed, and the radio hissed. "{Stop}," {fthey} said. "And he was crying, if you must know. Watch the ice.")"},
      {R"(At {stop} there was one lit window. The old man opened the door before {they} could knock. "I thought that if I lost it," he said, "I needn't go through with it. It's my daughter. We've not spoken for nine years. It's her
          birthday, until midnight." There were eleven minutes left.)",
       R"(He was sitting at {stop}, in the shelter, in the snow. "I left it on purpose," he said. "It's for my son. I got as far as his street. Nine years, and I couldn't cross the road." {Hero} looked at the clock. "I'm a bus," {they} said. "I
          can take you across the road.")"},
      {R"(It's a large thing, a bus, to park outside a small house. All the curtains moved. The door opened, and two people stood in the light, and neither said anything, and then both did. {Hero} drove home <in the wrong lane of
          midnight|through the new snow, with all the lights on|and wrote in the log: *four minutes late*>.)",
       R"({They} waited with the engine running, to be on the safe side. It was not needed. After a while somebody came out in slippers with a plate for the driver. <It was two minutes past twelve.|Over the roofs the bells had begun, a little late, as
          if they too had gone back for something.|It was an excellent plate.>)"},
  };
}

Plot orchard() {
  return {
      "The apple that nobody planted",
      {"schoolteacher", "postal clerk", "retired nurse"},
      {"in the valley of the Lathe", "at the edge of the village", "on a street due to be demolished"},
      {{"number", {"one", "two", "three"}}, {"neighbour", {"Mr Abara", "Mrs Quist", "old Ferrand"}}},
      "save an old apple tree",
      "saved the tree",
      {R"(The tree was to come down on Monday. It stood where the new road would go, crooked and very old, and it bore an apple that nobody could name. {Hero} had eaten from it every autumn of {their} life. {They} went to
          see the council.)",
       R"("It's only a tree," said the man from the council. {Hero} had a speech ready, but it would not come. "It was here first," {they} said. He smiled, and stamped the paper.)"},
      {R"(They were kind to {them}, and that was the worst of it. There were forms. There was a fee. {Neighbour} had asked for the road for years, and said so at every fence. By Saturday there was a red cross on the
          trunk.)",
       R"({They} went from door to door with a list, and came home with {number} names on it. People were sorry. They had dinners on the stove. {Neighbour} shut the door before {hero} could speak.)"},
      {R"(That night {they} sat beneath it with {friend}, who had brought a blanket. "Who planted it?" {friend} asked. Nobody knew. They cut an apple in half, the last one, and counted the seeds.)",
       R"({Hero} picked every apple left on it, four baskets, and on Sunday morning {they} put one on every doorstep in the valley. {They} left no note. It tasted of [pears|honey] and a little of rain.)"},
      {R"(On Monday, when the machines came, somebody was already standing at the tree. It was {neighbour}, in a good coat, holding half an apple. "My mother brought this from the old country," {neighbour} said. "In her shoe, as a seed. I thought that it had
          died with her.")",
       R"(The machine stopped. In front of it stood {neighbour}, weeping openly, with an apple core in one hand. "I had forgotten," {neighbour} kept saying. "I planted it. I was six. I'd forgotten that I ever planted anything." And behind, one by
          one, all the doors of the valley opened.)"},
      {R"(The road has a bend in it now. Drivers complain. In October they slow down, and somebody always hands them something through the window. <They eat it at the next light.|And all along the road, for miles, where the cores were thrown, small
          crooked trees are coming up.|The council calls it a traffic-calming measure.>)",
       R"(They named the apple in the end. {Hero} was asked to choose and could not, so the children did. It is called *Wait*. <It keeps till spring.|It ripens late, in the last gold week of the year, and it keeps till spring.|"An apple called what?"
          people say. "Wait." They do, and they get one.>)"},
  };
}

}  // namespace

Genre general() {
  return {
      "general",
      {"literary", "drama", "slice of life", "contemporary", "literary fiction", "fiction", "family", "coming of age",
       "philosophical"},
      {"Ruth", "Anna", "Marta", "June", "Olive", "Leila", "Frances", "Nora"},
      {"Paul", "Samuel", "Henrik", "George", "Ravi", "Tom", "Joseph", "Carl"},
      {"Weller", "Marsh", "Lindqvist", "Adler", "Pereira", "Hale"},
      {"It was the sort of [Tuesday|evening] that leaves no mark on a calendar.",
       "The first frost had come, and [every roof smoked|the puddles had skins].",
       "A dog barked [twice|somewhere], and thought better of it.",
       "The street knew {hero} by {their} [walk|cough], as streets do."},
      {repairShop(), lastBus(), orchard()},
  };
}

}  // namespace troupe::storyteller
