#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot dragonsDebt() {
  return {
      "The dragon's debt",
      {"tax collector", "junior scribe", "collector of tolls", "clerk of the treasury"},
      {"in the mountain kingdom of Oss", "in the walled city of Hallow", "at the court of the Heron King"},
      {{"dragon", {"Vermarath", "Old Cinder", "Sothis the Grey", "Emberwing"}},
       {"thing",
        {"the queen's opal ring", "the moonstone crown", "the silver sword of the first king", "the golden sundial"}},
       {"years", {"two hundred", "three hundred", "four hundred"}}},
      "collect what the dragon owed",
      "collected the dragon's debt",
      {R"(The dragon {dragon} had paid no tax in {years} years. The treasurer wanted {thing} back, and {hero}, who had once
          [made a troll apologise|balanced the wizards' accounts], was handed a mule and a [lantern|sealed writ].)",
       R"("{Dragon} owes this kingdom {years} years of tax," said the treasurer, "and she keeps {thing}, which is ours. Go and
          collect." {Hero} looked at the mule {they} had been given. The mule looked away.)"},
      {R"(The cave smelled of [iron|old coins] and storms. {Dragon} lay across the only path, and every knight who had come before
          stood about her in <black|small, black, patient|neat black> heaps of armour. "Another sword?" the dragon said.
          %Smoke went up between her teeth like a slow thought.%)",
       R"({Dragon} was larger than the [chapel|castle gate] and very much awake. The shields of brave knights leaned along the wall,
          sorted by size. "Swords on the left," the dragon said. "Heroes on the right. %Ashes in the bucket, if you would.%")"},
      {R"("No sword," said {hero}, and opened the ledger. "Only questions. Have you any dependants?" // Nobody had ever asked {dragon}
          a question before. The great gold eye came down, slowly, until {hero} could see {themself} in it, <holding a pen|very
          small, very pale, holding a pen like a candle|very small and holding a pen as if it were loaded>.)",
       R"({Hero} sat down on a melted helmet, because {their} knees insisted, and asked when the dragon had last spoken with anyone.
          "There was a shepherd," said {dragon} at last, "in the reign of your queen's great-grandmother. %He was rude.%")"},
      {R"(Then something [cracked|squeaked] behind the great scaled back. It was an egg, just one, kept warm on a heap of the
          kingdom's gold. {Hero} turned a page. "A mother with a child in the house pays nothing," {they} said slowly. "It has been
          the law since the first king. The kingdom owes *you*.")",
       R"(That was when {hero} saw the egg. It lay on the warmest of the gold, and the dragon had curled her whole long life around
          it. "You never spent a coin," {they} said. "You only needed a nest." And {they} wrote one word across {years} years of
          debt: *paid*.)"},
      {R"({Hero} came home with singed eyebrows, a treaty, and {thing}, freely given. %The mule came home with opinions.% No dragon
          ever burned that kingdom again, and each spring a small green one sat in the treasury, learning to count.)",
       R"(So the war that everybody had expected did not come. A treaty came instead, with {thing} for a seal on it. And when the egg
          hatched, <{hero} got a letter. It was scorched. {They} kept it.|a letter came to {hero} on the south wind, scorched at
          every corner, and {they} kept it all {their} life.|{hero} was sent for to explain arithmetic, which the hatchling took to
          at once, and sharing, which it did not.>)"},
  };
}

Plot lastWizard() {
  return {
      "The borrowed spell",
      {"wizard's apprentice", "hedge witch", "candle maker", "tower sweeper"},
      {"in the rainy town of Wendle", "below the Tower of Nine Stairs", "beside the enchanted forest of Liss"},
      {{"wizard", {"Magister Orrin", "old Hesper the wizard", "the wizard Balthus"}},
       {"price", {"a memory", "a year of sleep", "the name of somebody loved"}},
       {"thing", {"river", "harvest", "well"}}},
      "bring back the rain with a borrowed spell",
      "brought back the rain",
      {R"(There had been no rain since [midsummer|the feast of lanterns], and the {thing} was failing. {Wizard} could have mended
          that with one word, but {wizard} was dead. He had left {hero} a broom, a [cat|toad] and a book of magic that would not
          open.)",
       R"({Wizard} died on the first day of the drought and left the tower to {hero}: nine stairs, one spell book, and a whole
          kingdom at the door, asking when the magic would start. %The {thing} could not wait for an answer.%)"},
      {R"(On the seventh night the book opened by itself. Every spell in it had a price, written small. The spell for rain asked for
          {price}, and the ink was <still wet|wet as a new leaf|still wet, which {hero} took personally>. %Somebody had paid here
          before.%)",
       R"("Magic is a loan," {wizard} used to say, and now {hero} saw the bill. The rain would cost {price}. There was no line for
          [bargaining|second thoughts]. There was only a space, the size of a name, at the foot of the page.)"},
      {R"({Hero} carried the book down to {friend}, who kept the bees and feared nothing that had fewer than six
          legs. "Can it be shared?" {friend} asked. // "A price?" // "A loan. We share everything else.")",
       R"({They} tried everything cheaper first. {They} burned [sage|silver], sang to the clouds, and stood on the roof until dawn
          with a copper bowl. The sky stayed as clean as a plate.)"},
      {R"(So {hero} read the spell aloud in the market square, and told the people what it would take. For a moment nobody moved.
          Then {friend} the beekeeper signed under {their} name, and a smith signed, and a child who could only draw a fish. By noon the page was
          full, and {price}, cut into four hundred pieces, was a thing that each of them could spare.)",
       R"(It was {friend}, the beekeeper, who saw it. "It says what it costs," {fthey} said. "It does not say who pays." They set the book on the
          steps of the well, and the whole town came and put a thumb on the page. The enchanted ink drank, and paused, and for the
          first time in its long life was satisfied with a little.)"},
      {R"(The rain came [at dusk|before the bell], soft and without thunder. %Dogs ran mad in it.% All over town, people stood in
          their doorways and tried to think what they had lost. <Nobody could.|Nobody could say, only that it had been small, and
          that it was raining.|One man thought it might have been the word for turnips. He was never troubled by it.>)",
       R"(It rained for nine days. {Hero} lost one [afternoon|song], no more, and so did everybody. The book never closed again. It
          stands in the square under a little roof, and <people pay what they can|whoever needs a wonder asks the others
          first|there is a queue on Tuesdays>.)"},
  };
}

Plot doorInTheForest() {
  return {
      "The oath of the thorn knight",
      {"young knight", "squire", "sworn sword", "gate warden"},
      {"on the road to the elven wood", "at the edge of the Thornwood", "in the last castle of the north"},
      {{"thing", {"sword that would not cut", "shield made of bark", "horn that made no sound"}},
       {"beast", {"griffin", "troll", "stone giant"}},
       {"oath", {"to guard the bridge", "to hold the northern gate", "to keep the old road safe"}}},
      "keep an oath that everyone else had forgotten",
      "kept the oath",
      {R"(The oath was {oath}, and it was so old that the quest songs had dropped it. {Hero} had sworn it all the same, because
          {their} mother had, and because {they} [was seven|had a fever] at the time. For it {they} was given {a thing}.)",
       R"(Other knights got dragons. {Hero} got {a thing} and an order: {oath}. "Against what?" {they} had asked. The king had looked
          [embarrassed|at the window]. "Nobody remembers," he said.)"},
      {R"(The {beast} came down out of the hills [in the first snow|on the shortest day]. It was twice as tall as the rumours. It
          stopped one pace away, and {hero} felt the ground lean. "Move," it said. <"No."|"I cannot," {they} said, and was surprised
          to find it true.|"I would love to," {they} said. "Sadly, I'm sworn.">)",
       R"(In the first week of winter, a {beast} stood up out of the trees, shaking off the snow like a bed cover. Behind {hero} lay
          four villages and no army at all. %{Their} teeth knocked together. {They} told them to stop.%)"},
      {R"({They} raised what {they} had been given. The {beast} looked down at it for a long time. "Who made you promise?" it asked.
          // "Nobody is left who did." // "Then why are you here?" // "Because I am the one who said it.")",
       R"({Hero} fought badly and for a long time. {They} was thrown into the [ditch|brambles] three times and came back three times.
          After the third, the {beast} sat down in the road, breathing hard, and studied {them}.)"},
      {R"(The {beast} went down on one knee, and the snow slid from its shoulders. "We swore too," it said. "Half of that oath is
          ours. A human stays, and we pass by in peace. No one has stayed for a hundred years. We thought you had all forgotten.")",
       R"("It is not a weapon," said the {beast}, and touched the {thing} with one great finger, gently. "It is half of a promise. We have
          the other half." And out of its cloak of moss it drew the same thing, worn by the same years.)"},
      {R"(They share the watch now. The {beast} takes the winters. {Hero} takes the summers, and writes to the king each spring: *all
          quiet*. %The king has never asked why.% <It is a short letter. It took a long time to earn.|And the old magic, which lives
          only where a word is kept, has come back to the road like moss.|The {beast} adds a cross at the bottom, for its name,
          and usually breaks the pen.>)",
       R"(Songs were made about it, and they got everything wrong. There was no battle. There was a fire by the road, and a knight and
          a {beast} sharing [bread|a pot of soup], and four villages that slept. <That was the victory.|It was enough. It was more
          than the songs had room for.|The {beast} did the washing up.>)"},
  };
}

}  // namespace

Genre fantasy() {
  return {
      "fantasy",
      {"high fantasy", "epic fantasy", "urban fantasy", "dark fantasy", "sword and sorcery", "magical realism"},
      {"Ilsabet", "Maren", "Tamsin", "Oriel", "Sefa", "Wyn", "Rosmer", "Liriel"},
      {"Corin", "Aldous", "Perrin", "Joss", "Tavish", "Edric", "Bram", "Fenn"},
      {"Thornwick", "Vale", "Ashgrove", "Merrow", "Halloway", "Quince"},
      {"[Dragons|Griffins] still slept under the hills in those days, and [sensible travellers|wise people] walked "
       "softly.",
       "Magic in that country was like rain: [never there when wanted|too much or too little], and nobody's fault.",
       "The king's banners had faded to the colour of [tea|straw], but the swords beneath them were kept sharp.",
       "There was a prophecy about it, of course, but [the mice had eaten the second half|the wizards still argued "
       "over a comma].",
       "Every kingdom has one enchanted thing that it is ashamed of, and this one kept it in the [cellar|stables]."},
      {dragonsDebt(), lastWizard(), doorInTheForest()},
  };
}

}  // namespace troupe::storyteller
