#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot theDuel() {
  return {
      "Noon at the dry goods store",
      {"sheriff", "deputy", "blacksmith", "schoolteacher"},
      {"in Perdition Wells", "in the mining town of Silver Gap", "at the end of the Abilene trail"},
      {{"outlaw", {"Cass Dolan", "Black Tom Rudd", "Lucky Bill Pruitt"}},
       {"debt", {"a brother", "a ranch", "eleven years"}}},
      "face {outlaw} at noon",
      "faced {outlaw}",
      {R"({Outlaw} rode in on Tuesday and sent word that he would be in the street at noon on Wednesday. He said that {hero} had cost him {debt}. It was true. {Hero} cleaned the pistol and
          wrote two letters.)",
       R"("Noon tomorrow," said the boy, out of breath. "{Outlaw} says you owe him {debt}." {Hero} gave him a penny. In the saloon the piano stopped. By sundown the whole
          town knew, and nobody had offered to stand with {them}.)"},
      {R"({They} asked the mayor for men. The mayor had a cough. {They} asked at the saloon, and everybody studied the whiskey. That was the trouble with a frontier town. It was full of
          people who had come there to get away from something. %Courage was scarce as shade.%)",
       R"({Outlaw} had killed nine men, all of them faster than {hero}. {They} had drawn a gun in anger once and shot a water trough. All that night {they} sat on the porch and
          watched the stars go over the desert, unhurried.)"},
      {R"("You could ride out," said {friend}, who kept the livery. // "I could." // "Nobody would say a word." // "I know it," said {hero}. "I'd have to listen to them
          not say it.")",
       R"({Hero} practised behind the corral. {They} hit the fence, the barrel, and one of the hens of {friend} the liveryman. "Well," {friend} said, looking at the hen, "he'll never expect
          it.")"},
      {R"(At noon {they} stepped into the street without the gun. Dust went by. "Where's your iron?" called {outlaw}. "I owe you {debt}," {hero} said. "I can't pay it. If I shoot, I'll owe you
          more." It was so quiet that one could hear the church clock think.)",
       R"(They stood forty paces apart. Then {hero} saw that the outlaw's hand was shaking. He was old. He had ridden four hundred miles to be shot by somebody who would remember why. {Hero} unbuckled
          {their} belt and let it drop. "Come in out of the sun," {they} said.)"},
      {R"({Outlaw} stood there till the clock struck the quarter. Then he put up his pistol, and his face came apart like wet paper. He's buried on the hill now, dead of nothing but years. <{Hero} dug the
          grave.|The wind keeps the grave, and the desert roses, and once a year {hero}.|He cheated at cards to the last.>)",
       R"(They drank the mayor's best whiskey, and not one shot was fired. The undertaker complained. {Outlaw} worked the livery for nine winters and never spoke of {debt} again. <Some debts
          just want asking about.|But on still evenings he would take off his hat to the hills, as to someone riding by.|The hens liked
          him.>)"},
  };
}

Plot cattleDrive() {
  return {
      "The stolen herd",
      {"trail cook", "ranch hand", "cattle driver", "drifter"},
      {"on the Double Bar ranch", "along the Red River", "out past the Llano"},
      {{"head", {"two hundred", "three hundred", "ninety"}},
       {"horse", {"mule named Senator", "blind mare", "borrowed horse"}}},
      "get the stolen herd back",
      "brought the herd home",
      {R"(Rustlers took {head} head in the night and left one thing, a boot print in the mud by the creek. The foreman was drunk and the boss was away. That left {hero}, who had {a horse} and no
          better sense than to follow.)",
       R"("{Head} head gone," said the boss's widow. "That's the ranch." She didn't weep. She looked at the hands, one by one, and one by one they looked at the dirt. {Hero} saddled
          {a horse} and rode out.)"},
      {R"(The trail ran south for three days, through country with nothing in it but heat. On the third evening {they} saw the smoke. There were six men at the fire, with six rifles, singing. {Hero} had a
          skillet. %It was a good skillet.%)",
       R"({They} came on them in a box canyon. Six rustlers, all armed. {They} knew the seventh man, too, the one with the new boots. It was the foreman, and he wasn't drunk at all.)"},
      {R"("What's your plan?" whispered {friend}, who had followed to bring {them} back. // "Haven't one." // "That's good," said {friend}, after some thought. "Nobody can foil
          that.")",
       R"({Hero} waited for the moon to go. A cow turned her head and knew {them}; {they} had pulled her out of a bog once, by the ears. {They} put a hand on her neck and thought about thunder.)"},
      {R"(You can't outshoot six men. But {head} cows don't care for a rifle one way or the other, if something worse is behind them. {Hero} lit the last of the coal oil, banged the skillet, and
          hollered. The whole canyon got up and ran.)",
       R"(It was the storm that did it. At the first crack {hero} fired both barrels at the sky and yelled like the end of the world. The herd rose as one animal. The rustlers had time for
          one shot and two words, and then they had to climb.)"},
      {R"(They brought home every head but one. The foreman was found up a pine, in his socks, asking for a preacher. The widow counted the herd through the gate twice. <"You'll want paying," she said. "Coffee," said {hero}.|Then she turned
          away, and the sunset had her face for a while, and the cattle went by like a river coming back.|"Where's the skillet?" she
          asked. It had died a hero.>)",
       R"(At first light the widow heard them before she saw them, a low brown thunder with one rider on top of it, asleep in the saddle. <She opened the gate.|She opened the gate, and the dust
          went up gold behind them, as high as heaven.|The cows, who knew the way, had brought {them} home.>)"},
  };
}

Plot theWell() {
  return {
      "The railroad's offer",
      {"homesteader", "country doctor", "gravedigger", "surveyor"},
      {"in Dry Creek", "on the high plains", "in a canyon town called Mercy"},
      {{"man", {"Mr Colby", "Mr Thane", "Major Stroud"}},
       {"price", {"forty dollars", "a hundred dollars", "two mules and a stove"}}},
      "keep the only well in the valley",
      "kept the well",
      {R"(The railroad wanted the valley, and the valley had one well, and the well was {hero}'s. {Man} came in a clean collar and offered {price}. {Hero} said no. {Man} said that he would come
          again on Sunday, and not alone.)",
       R"("{Price}," said {man} of the railroad, and laid the paper on the rim of the well. Eleven families drank from it. {Hero} poured him a dipper of water, free, and gave him
          back his paper, wet.)"},
      {R"(On Sunday there were nine riders with him. They didn't shoot anyone. They shot the bucket, the pulley and the dog's dish, and threw a dead coyote down the shaft. "Now it isn't worth {price},"
          said {man}.)",
       R"(The hired guns came at sundown. By dark the fence was down and the barn was burning, and somebody had cut the rope of the well and dropped the stones in. %The smoke
          could be seen in three counties.%)"},
      {R"("What'll you do?" asked {friend}. // "Dig." // "They'll only come back." // "Then I'll dig with a hat on," said {hero}. "It'll be hot.")",
       R"({They} dug for four nights. On the second, {friend} came over the hill with a shovel and said nothing. On the third there were seven. On the fourth the whole valley stood round the hole with lanterns,
          handing up the dirt.)"},
      {R"(Twenty feet below the old bottom, the shovel rang. It wasn't rock. {Hero} wiped the mud away and saw colour, a band as thick as a wrist, running clear under the hill and up to the railroad's own
          line. It was silver. And the law of claims, as everybody knew, goes to whoever is standing on it.)",
       R"(Then the ground gave, and the water came, not a trickle but a river that had been waiting down there since the Flood. It came up cold and shouting. By morning it had found the low ground, all of it, the whole
          route that {man} had staked out so neatly in red flags.)"},
      {R"(When {man} came back with his riders, there were eleven families around the well, and every one of them was leaning on a shovel. Nobody raised a voice. <He read the faces. He went.|He looked at them, and at the long light on the
          grass, and for once he couldn't find a price.|"{Price}," said {hero}, "for a dipper. It's gone up.">)",
       R"(The railroad goes round the valley now, a bend of nine miles. The passengers ask why. <The conductor says there's a well.|And from the window they see it for a moment, green as a hymn, with children running to
          wave.|"Stubbornness," says the conductor. "Big deposit of it.">)"},
  };
}

}  // namespace

Genre western() {
  return {
      "western",
      {"wild west", "cowboy", "frontier", "old west"},
      {"Hattie", "Cora", "Abigail", "Josie", "Della", "Pearl", "Mae", "Willa"},
      {"Amos", "Clay", "Jubal", "Wes", "Eli", "Virgil", "Hank", "Emmett"},
      {"Cutter", "McCrae", "Boone", "Tolliver", "Sutton", "Yates"},
      {"The desert doesn't hate anyone. It [just doesn't wait|only keeps what's dropped].",
       "In that town, a man's word was worth more than his horse, because [most had sold the horse|the horses were "
       "stolen].",
       "The saloon had [two|three] bullet holes over the bar, and each had a name.",
       "There were wanted posters on every fence of the frontier, and [somebody's uncle|someone's cousin] on every "
       "poster."},
      {theDuel(), cattleDrive(), theWell()},
  };
}

}  // namespace troupe::storyteller
