#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot threeGifts() {
  return {
      "The youngest of three",
      {"miller's youngest child", "goose keeper", "woodcutter's child", "spinner"},
      {"in a cottage by the great dark forest", "in a kingdom no bigger than an apron", "by the mill under the hill"},
      {{"animal", {"fox", "hedgehog", "raven"}},
       {"task", {"bring the moon down from the sky", "make the silent princess laugh", "find the king's lost shadow"}}},
      "do what the king had asked",
      "did what the king had asked",
      {R"(Now the king had let it be known that whoever could {task} should have half the kingdom. The eldest tried, with a sword, and was not seen again. The second tried, with a purse of gold. Then it was
          {hero}'s turn, who had only a crust of bread.)",
       R"(One day the king's herald came by with a golden horn. Whoever could {task} should have half the kingdom, and whoever failed should be turned to stone. {Hero}'s two elder
          brothers went first. They stand in the garden still.)"},
      {R"(In the forest {they} met a witch so old that moss grew on her shoes. "Give me your bread," said the witch. It was all that {they} had. {Hero} gave it to her, and the witch ate
          it, and gave nothing in return. %Witches are like that.% And the path went out like a candle.)",
       R"(The way led through the enchanted wood, where there are three paths, and all of them are wrong. On the third {hero} found a {animal} in a trap. It was getting dark, and there were
          wolves. Even so, {they} knelt down and opened the trap.)"},
      {R"(Then there sat a {animal} in the moonlight, and it spoke. "Once you have been kind," it said, "and once you were afraid. Do you know which of them brought you here?" // "Both," said
          {hero}. // "Good," said the {animal}.)",
       R"({They} asked the river, but the river was in a hurry. {They} asked the wind, but the wind had heard three answers and mixed them up. So {hero} sat down on a stone and
          cried a little, and the stone said, "Oh, don't.")"},
      {R"("It can't be done by strength," said the {animal}, "nor bought with gold. It can only be asked." And so it was. When {hero} stood before the throne, {they} did not boast. {They} only said "please", which in a
          hundred years no one had thought of, and it was done as easily as opening a window.)",
       R"(The {animal} told {them} the secret, and it was small enough to carry in one hand: nobody had ever said "please". {Hero} went to the castle in {their} old shoes, bowed low, and said it. And that which
          no sword and no gold could do came about by itself, like the morning.)"},
      {R"(So half the kingdom was {hero}'s. {They} gave the forest back to the wolves and the mill to {their} brothers, who were stone no longer and <never boasted again|a good deal softer for it|complained only of
          stiffness>. And the {animal} had a cushion by the fire, and if it has not left, it is lying there still.)",
       R"(The king kept his promise, though it hurt him. There was a feast that lasted seven days, and the old witch sat at the head of the table, <eating bread|in a gown of moss and stars|eating everything>. "I knew
          it," she said, "by the crust." And they lived happily, for as long as they said "please".)"},
  };
}

Plot giantsHeart() {
  return {
      "The giant who could not sleep",
      {"lullaby singer", "little seamstress", "shepherd child", "lamplighter"},
      {"in a village at the foot of a giant", "beyond the seventh mountain", "in the valley of the bluebells"},
      {{"years", {"a hundred", "seven", "thirty"}}, {"lost", {"button", "music box", "rag doll"}}},
      "sing a giant to sleep",
      "sang the giant to sleep",
      {R"(Once upon a time there was a giant who had not slept for {years} years. When he turned over, the bells fell out of the steeples. So the people drew lots, and the lot fell upon {hero},
          who was the smallest.)",
       R"(There was a giant on the mountain who could not sleep, and so nobody could. He groaned all night, and the houses walked about. "Someone must sing to him," said the mayor, and everybody looked at {hero}, because
          {they} was too small to be missed.)"},
      {R"({Hero} climbed for three days and three nights. The giant lay there with his eyes open, as big as two ponds. "They have sent me poets," he said. "I ate them." {Hero} sang every song that
          {they} knew. The giant sighed, and the forest lay down flat.)",
       R"("Sing, then," said the giant. {They} sang of rivers, and he stayed awake. {They} sang of sheep, and he counted them, and was left over. By the third night {hero} had no voice, and he had begun to look
          hungry.)"},
      {R"("When did you last sleep well?" asked {hero}. // The giant thought. Snow fell from his eyebrows. "When I was little," he said. // "How little?" // "As little as you," said the giant, and
          his lip trembled like a hill.)",
       R"(A small bird was nesting in the giant's ear. "He is only lonely," the bird told {them}. "He talks of a {lost}, in the night, when he thinks that I'm asleep.")"},
      {R"(Then {hero} put a hand in {their} pocket and took out the one thing of {their} own, an old {lost}, and laid it in the huge palm. The giant grew very still. "I had one like that," he whispered. "I lost it when I grew." And he closed
          his fingers round it, oh, so gently.)",
       R"(So {hero} stopped singing. {They} gave him the {lost} that {they} had slept with since the cradle, and lay down against his thumb, and said, "I will stay until you are asleep. You needn't be afraid of the dark." Nobody
          had ever told the giant that.)"},
      {R"(He slept. Grass grew on him, and then bluebells. The people say that he is a hill. But in the spring, when the children roll down it, they can feel it <breathing|breathing, slow and happy, all the way to the sea|smile>. And {hero}, grown old,
          kept the bells in the steeples and was missed by everyone.)",
       R"(He sleeps to this day. If you go there, walk softly, and look at his left hand, which is a wood now. <There is something in it.|There, where the roots fold over, something small shines, and birds sing
          round it all the night.|He'd like you not to ask for it back.>)"},
  };
}

Plot mirrorPrincess() {
  return {
      "The princess in the teapot",
      {"kitchen child", "tinker", "young clockmaker", "gooseherd"},
      {"at the court of a very proud king", "in the castle with a thousand windows", "under the glass mountain"},
      {
          {"curse", {"into a teapot", "into a nightingale of tin", "into a candlestick"}},
      },
      "break the spell on a princess whom everyone had forgotten",
      "broke the spell",
      {R"(There was once a princess who laughed at a fairy's hat, and the fairy turned her {curse}. After a while everyone forgot. Only {hero}, whose work it was to polish the silver, noticed
          that one piece was always warm.)",
       R"(A fairy had turned the king's daughter {curse}, for rudeness, and set her on a shelf. Years went by, and dust. Then {hero} came to the castle, to sweep. "Careful," said a voice from
          the shelf. "I am a princess.")"},
      {R"("How is the spell broken?" asked {hero}. "By a kiss from a prince," she said. So {hero} fetched a prince. He kissed her, wiped his mouth and left. {They} fetched eleven more. %The last of them asked whether she was
          real silver.% It was no use at all.)",
       R"(The spell wanted a true word spoken in the great hall, and in that court nobody had told the truth for years. "Your majesty," the lords said, "there is no princess. There has never been
          one." The king nodded sadly. He had been told so every day.)"},
      {R"(In the evenings they talked. She told {hero} about dancing; {hero} told her about [onions|the moon on the scullery floor]. "You know," she said, "you are the only one who ever warmed
          both hands without asking what I was worth.")",
       R"({Hero} walked three days to the fairy's house, where the gate is made of bones and the roses bite. "I won't take it off," said the fairy. "She laughed at my hat." {Hero} looked at the
          hat. {They} bit {their} lip until it bled.)"},
      {R"(At last {hero} stood up before the whole court. "She was rude," {they} said. "It was an ugly hat. But it is no crime to laugh, and it is a crime to forget." Nobody breathed. Then, by the window, a very old fairy took off
          the hat and looked at it.)",
       R"("It is a terrible hat," said {hero} at last, for it was the truth, and somebody had to say it. There was a silence like the top of a stair. Then the fairy snorted. She laughed until the
          roses let go of the gate. "Nobody ever *told* me," she said.)"},
      {R"(There was a small sound, like a lid being lifted. The princess stood in the hall, with dust in her hair, and the first thing she did was to say sorry. The second was to ask {hero} to dance. <So they danced.|They danced until the stars
          came down to look.|{They} danced like an onion. She said that it was perfect.>)",
       R"(So the spell was broken, and the princess was queen after her father, and wise, for she had spent years listening on a shelf. {Hero} sat at her right hand and told her the truth at breakfast. <It did her good.|And the fairy came each
          spring, bareheaded, with roses.|The hat went to a scarecrow, and frightened it.>)"},
  };
}

}  // namespace

Genre fairyTale() {
  return {
      "fairy tale",
      {"fairytale", "fable", "folk tale", "folktale", "children", "bedtime story", "myth", "legend", "mythology"},
      {"Elsbet", "Nanette", "Tilly", "Rosalba", "Gretel", "Mirabel", "Annika", "Lotte"},
      {"Hob", "Tam", "Anders", "Florian", "Pip", "Jorin", "Kaspar", "Till"},
      {"Millwheel", "Longthread", "Thimble", "Goosefoot", "Underhill", "Candlewick"},
      {"In the days when wishing still helped, [the moon had a house|every well had a frog, and every frog a "
       "grievance].",
       "It was so long ago that the mountains were [small|only children], and the stars came down at night to drink.",
       "The forest was enchanted, as forests were then, and [all the birds knew one secret each|it moved a little "
       "nearer every winter].",
       "Everyone knew that a witch lived there, and that [she must be greeted politely|nobody must count her "
       "chimneys]."},
      {threeGifts(), giantsHeart(), mirrorPrincess()},
  };
}

}  // namespace troupe::storyteller
