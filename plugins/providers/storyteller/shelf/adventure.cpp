#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot treasureMap() {
  return {
      "The map with the coffee ring",
      {"mapmaker", "ship's cook", "explorer", "treasure hunter"},
      {"in the port of Maracay", "on the schooner Nightingale", "at the mouth of the Orinoco"},
      {{"hazard", {"crocodiles", "rapids", "fever swamps"}},
       {"rival", {"Captain Sforza", "Baron Lund", "the famous Professor Quell"}},
       {"reach", {"a waterfall", "a black cliff", "the gate of a ruined temple"}}},
      "reach the treasure before {rival}",
      "reached the treasure first",
      {R"(The map was genuine, except for the coffee ring. It covered the one spot that mattered. {Rival} had an identical map, a faster ship and no
          ring. {Hero} had {friend}, a canoe, and a [very strong|fairly reasonable] feeling about the left fork of the river.)",
       R"("There are two maps," said {friend}, "and {rival} has the clean one." {Hero}'s had been used to stand a mug on. Under the brown ring, somewhere,
          lay the treasure of the last [emperor|pirate queen]. They cast off within the hour.)"},
      {R"(The expedition met {hazard} on the second day and more {hazard} on the third. On the fourth they lost the compass, the tent and {friend}'s
          [favourite hat|left boot]. %They kept the tea.% Far ahead, over the jungle, rose the smoke of the rival's camp.)",
       R"(By the fifth day they had no food but limes. They'd been through {hazard}, a landslide, and one bridge that was chiefly a rumour. And
          every night they saw the fires of {rival}, a mile closer to the gold.)"},
      {R"("We could turn back," said {friend}. // "We could." // They listened to the jungle for a while. // "I only mention it," {fthey}
          said, "so that it's been mentioned." // They paddled on.)",
       R"({Hero} climbed a tree to look for the way and came down faster, followed by monkeys. But from the top {they} had seen it: {reach}, white with
          birds, exactly where the coffee ring was.)"},
      {R"({Rival} was there first, standing before {reach} and digging where the clean map said. He dug until dark. There was nothing. And {hero}, holding
          up {their} own sheet against the sun, saw at last that it had never been coffee. The ring was ink. It was a drawing of a
          whirlpool.)",
       R"(Before {reach} stood {rival}, waist deep in an empty hole. "It's a fake!" he shouted. "There's nothing here!" {Hero} looked at the ring again, then
          at the pool below, turning in a slow, brown, perfect circle. {They} took a breath and dived.)"},
      {R"(Under the turning water was a door, and behind the door was gold, and on the gold sat one small clay cup with a stain in it. <Some captain had a
          sense of humour.|{Hero} drank a toast from it to whoever had sat there, long ago, with a pen and all the world to
          hide.|They took the cup first. It seemed to be what the map was about.>)",
       R"(They came home brown as rope, with four chests, one boot, and {rival} as a paying passenger. {Hero} drew the river on a new map for the Society. <{They} left one
          place blank.|And where the treasure was, {they} set a wide, brown ring, so that somebody, some day, should have the
          pleasure.|Then {they} put a mug on it.>)"},
  };
}

Plot mountainRescue() {
  return {
      "The dog on the summit",
      {"mountain guide", "balloon pilot", "climber"},
      {"below the north face of Karakul", "at the last camp under Mount Sorrow", "in the high pass of Zoji"},
      {{"dog", {"Biscuit", "Admiral", "Pepper"}},
       {"gift", {"flag", "tin of ashes", "brass plate with eleven names"}},
       {"storm", {"a white storm", "an avalanche", "a wall of ice fog"}}},
      "be the first to reach the summit",
      "came to the top",
      {R"(Nobody had ever reached the summit. {Hero} meant to, and had carried {a gift} for [nine hundred|a thousand] miles to leave there. The
          expedition was {friend}, two mules, and a small, unasked-for dog named {dog}.)",
       R"("First to the top," {hero} had promised, and {they} had {a gift} in {their} pack to prove it with. {Friend} carried the rope. {Dog}, who belonged to
          no one and had followed them from the village, carried nothing, proudly.)"},
      {R"(At dawn on the last day the peak was so close that they could see the wind on it. Then {storm} came down between them and the camp.
          When it had passed, {friend} was there, and the mules, and the ropes. The dog was not.)",
       R"(They were four hours from the summit when {storm} struck. They held to one rope and each other. Afterwards the world was white, silent and
          one dog short. Far below, in the crevasse, something barked once.)"},
      {R"("It's a dog," said {friend}. // "I know what it is." // "The weather won't hold. If we go down, we don't go up." // {Hero} was already
          tying the knot.)",
       R"({Hero} looked up at the summit, and it looked back, gold in the sun, a whole life's wish. Then {they} looked at the edge. It wasn't a
          long thought. %It only felt like one.%)"},
      {R"(The rope let {them} down into blue darkness. {Dog} was on a ledge, wagging, beside something that glinted. It was a climber's axe, forty years
          old, and behind it a stair of cut ice that wound up and up through the inside of the mountain. Someone had found the only
          way. {Dog} had merely found it again.)",
       R"({They} went down sixty feet on a frozen rope and found the dog, and found more than that: a cave, dry and wide, its floor sloping upward toward a coin of
          daylight. The storm could not reach in here. "Good dog," said {hero}, in the voice of someone revising a map.)"},
      {R"(They came out on the summit at noon, all three. {Dog} got there first, and it is {dog}'s name that stands in the record. {Hero} set down
          the {gift} in the snow, <saluted, and sat down|while the whole earth lay round them like a held breath|and the dog, which had no sense
          of occasion, dug it up again>.)",
       R"(So the mountain was climbed from inside, and by noon they stood on top of everything. {Hero} left the {gift} there. "First," said {friend}. "Second," said
          {hero}, and looked at the paw prints that were already in the snow, <leading to the edge of the sky|small and straight, all the
          way to the sky|going twice round the top and ending at the sandwiches>.)"},
  };
}

Plot desertRace() {
  return {
      "The race to the well",
      {"caravan guide", "biplane pilot", "bridge builder", "smuggler"},
      {"in the desert south of Tamzin", "on the salt road to Kashgar", "in the canyon lands of Ouar"},
      {{"cargo", {"medicine", "seed corn", "the mail of eleven villages"}},
       {"machine", {"truck with three good tyres", "aeroplane mended with soup cans", "camel with a limp"}},
       {"days", {"three", "four", "five"}}},
      "bring {cargo} across the desert in {days} days",
      "brought {cargo} across",
      {R"(It was four hundred miles across the sand, and {cargo} had to be there in {days} days. Sensible pilots had said no. {Hero} had {a machine}
          and a bad habit of saying yes.)",
       R"("{Days} days," said the woman at the depot. "After that, don't hurry." {Hero} signed for {cargo} and walked once round the only machine for hire, {a machine}. It
          was not much. It was what there was.)"},
      {R"(The first day went well, which should have warned them. On the second, bandits came out of the dunes, eleven of them, and by the
          time the dust had settled, {hero} and {friend} had the cargo, the compass and no water at all.)",
       R"(A sandstorm took the road. When it was done, the horizon stood in a new place, and the water skin hung flat with a hole in it. "How far is the
          well?" asked {friend}. {Hero} looked at the map, which was full of sand. %"Near," {they} said. It was not a lie
          yet.%)"},
      {R"(They travelled by night and by the stars. To save breath they told each other one word of a story at a time, turn by turn. It was a story
          about a river. Neither of them would let it end.)",
       R"(At noon they lay in the only shade, which was their own. "If we leave the cargo," said {friend}, "we're light enough to make it." {Hero} did
          not answer. <{Fthey} did not ask again.|The wind went by, dragging its long robe.|"I withdraw the remark," {fthey} said, after
          a time.>)"},
      {R"(On the last morning {they} saw riders: the same eleven bandits, lying by a dry well, past moving. {Hero} could have gone round. {They} opened the one flask
          that {they} had kept for the end, and gave each of them a mouthful. Their chief wiped his lips. "There's another well," he
          said hoarsely. "Nobody knows it but thieves.")",
       R"(The well was dry. Beside it sat an old bandit, one of the eleven, left behind with a broken leg. {Hero} splinted it, because it was
          broken. The old man watched {them} with an eye like a hawk's. "You're fools," he said. "Dig where I sit.")"},
      {R"(They came in on the evening of the last day, escorted by eleven bandits, singing. {Cargo} was counted and nothing was missing. <Something had been
          added: a water skin, full.|And behind them, out on the sand, the hidden well shone like a dropped coin, and everybody knew
          it now.|There were, in fact, two goats extra, and nobody cared to explain them.>)",
       R"(The depot had given them up. When the {machine} came over the last dune, with a bandit waving from the top of it, the whole town ran out.
          "What's he?" someone asked. <"Our guide," said {hero}.|"He is the way we came," said {hero}.|"Insurance," said {hero}.>)"},
  };
}

}  // namespace

Genre adventure() {
  return {
      "adventure",
      {"action adventure", "quest", "pirate", "exploration", "swashbuckler", "survival", "sea story", "superhero"},
      {"Matilda", "Inez", "Harriet", "Zuri", "Philippa", "Leonie", "Saskia", "Tess"},
      {"Rafael", "Cornelius", "Amadou", "Fergus", "Jack", "Lorenzo", "Osman", "Basil"},
      {"Drake", "Fontaine", "Okonjo", "Penrose", "Steele", "Cabrera"},
      {"There were still white places on the map then, and [every one of them had teeth|someone had to go and look].",
       "The journey began, as the best expeditions do, with [a bad breakfast|an argument about rope].",
       "A compass knows where north is. It has no opinion on [cliffs|crocodiles], and one must form that oneself.",
       "The wind smelled of [salt and danger|islands], and no one with any sense would have sailed."},
      {treasureMap(), mountainRescue(), desertRace()},
  };
}

}  // namespace troupe::storyteller
