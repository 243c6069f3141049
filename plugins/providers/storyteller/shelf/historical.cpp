#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot bellFounder() {
  return {
      "The bell of the siege",
      {"bell founder", "blacksmith", "cathedral mason"},
      {"in the besieged city of Arras", "in Ghent, in the year 1453", "at the walls of Toulouse"},
      {{"enemy", {"the Duke's army", "the Emperor's cannon", "the Burgundians"}}, {"weeks", {"six", "seven", "ten"}}},
      "save the great bell from the cannon makers",
      "saved the great bell",
      {R"(In the {weeks}th week of the siege the council voted to melt the cathedral bell for cannon. It fell to {hero} to do it, since {hero}'s own
          grandfather had cast her. Her name was Jacqueline. She had rung for every birth in the city.)",
       R"({Enemy} lay outside the walls, and there was no bronze left for guns, except in the tower. "The bell must come down," said the
          mayor. {Hero} had been christened under that bell. {They} asked for one night to prepare the furnace.)"},
      {R"(The fire was lit. The soldiers had the ropes ready. {Hero} climbed up with a lantern to make {their} measurements and put a hand on the old bronze. It was cold,
          and it hummed a little, <as it did before storms|as a mother hums who thinks she is alone|as if it had an opinion>. {They} could not see any way to disobey.)",
       R"(A founder knows what a bell costs: two years, forty cartloads of copper, one perfect day. A cannon is used up in a summer. {Hero} said so to the council. "And a city,"
          the mayor answered, "is used up in an hour." There was no reply to that.)"},
      {R"("What does the enemy fear?" {hero} asked {friend}, who had been a prisoner in their camp. // "Fever. Winter. The Duke's temper." {Friend} counted on {ftheir} fingers.
          "And a relief army. They listen for it every night.")",
       R"({They} sat with {friend}, the bell ringer, and shared the last of the candle and a piece of horse. "Three long and three short," said {friend}. "That was the
          signal when the King came, in my grandmother's day. They could hear her for twelve miles.")"},
      {R"(At midnight {hero} rang her: not the alarm, but the great peal for a king's entry. {They} rang it until {their} hands bled. One by one the churches of the city
          understood and answered, and in the enemy's camp men stood up in the dark and began to count an army that was not there.)",
       R"(So in the dead of night Jacqueline spoke, three long and three short, the signal for a relieving king. The sexton had sent boys with torches along the wall. Out on the
          plain the fires of the siege went out, one by one, as {enemy} made ready to meet ten thousand men who did not exist.)"},
      {R"(By sunrise the plain was empty. There were tents, and soup still warm. The council voted the bell a new rope and {hero} a pension, of which <two payments
          were made|the chronicle says nothing more, for it was raining, and everyone was in the street, looking up|{they} received, after
          long correspondence, a ham>.)",
       R"(The siege was lifted on Saint Martin's day. In the tower, under the rim, where only ringers look, {hero} cut a line in the bronze: *I won a war once, and hurt nobody.*
          <It can still be read.|On a clear day, they say, one can hear her for twelve miles, and feel her for longer.|Below it another
          hand has added: *except the ringer*.>)"},
  };
}

Plot plagueDoctor() {
  return {
      "The quarantine",
      {"apothecary", "midwife", "herbalist", "ship's surgeon"},
      {"in Venice, in the plague year", "in London, in the summer of 1665", "at the lazaretto of Ragusa"},
      {{"house", {"the House of the Three Herons", "the dyer's house", "the tall house by the bridge"}},
       {"cure", {"vinegar", "prayer", "powdered pearl"}}},
      "learn why one house had no sickness",
      "learned the secret of the healthy house",
      {R"(In every street the doors were marked. But in {house}, between two houses of the dead, nobody had so much as a cough. {Hero} passed it each day with {their}
          basket of {cure}, and each day wondered.)",
       R"("Witchcraft," said the priest, and pointed with his cane at {house}, where nobody had fallen ill. A crowd was gathering with torches. {Hero}, who had buried eleven patients that
          week and cured none, asked for a day to find out why.)"},
      {R"(The family would not open. They were foreigners, and had learned what a closed door is worth. All that {hero} saw, through the shutter, was a kitchen very clean and
          a grandmother on her knees, scrubbing, as if the plague were something one could see.)",
       R"({They} asked to come in and was refused. {They} asked again, and put {their} purse on the step, and {their} mask beside it. The crowd had grown. Somebody
          threw a stone, and in the house a child began to cry.)"},
      {R"("What do you do," {hero} asked through the keyhole, "that we don't?" // There was a long silence. // "We have cats," said a small voice. "Everybody else
          burned theirs.")",
       R"({Hero} wrote down everything {they} had ever tried, in a column, and drew a line through each: {cure}, smoke, leeches, silence. At the bottom {they} wrote:
          *rats?* It was the first new word in the book for a year.)"},
      {R"(At last the grandmother let {them} in. There were cats on every stair. The grain was sealed in jars, the floors were bare, and nowhere, in a city that crawled with
          them, was there one rat. The old woman did not know why it mattered. She only disliked them. {Hero} sat down and laughed until {they} wept.)",
       R"(The door opened by a hand's breadth, and out of it, with great dignity, came a cat carrying a rat as long as its own body. It laid it at {hero}'s feet. {They} looked down the
          street, house by marked house, and saw what all of them had, and what this one had not.)"},
      {R"({Hero} went out to the crowd with a kitten in each pocket. It took an hour to make them listen, and a year to prove it. <But they put down the torches.|But the torches went down
          one by one, and in the new dark somebody laughed, from surprise, at the sound of purring.|"Is that a cure?" asked the
          priest. It bit him.>)",
       R"(In {their} journal, in brown ink, one can read it still: *{House}. No sickness. Cause: housekeeping.* The parish never thanked the foreigners. <{Hero} did, on the step, every
          spring.|But every spring, until {they} died, someone left flowers on that step, and a bowl of cream.|The cats were thanked. They took it as
          their due.>)"},
  };
}

Plot telegraphGirl() {
  return {
      "The last courier",
      {"courier", "stable hand", "drummer", "washerwoman's child"},
      {"behind the lines at Borodino", "on the road to Waterloo", "in the camp before Vicksburg"},
      {{"general", {"General Marchand", "the Marshal", "Colonel Whitcombe"}},
       {"hour", {"dawn", "six o'clock", "first light"}}},
      "carry an order to the front before {hour}",
      "carried the order",
      {R"(The order was sealed in red wax and had to reach the front before {hour}. Four riders had been sent with it and shot. {General} looked about for a fifth. There was only
          {hero}, who was small, and nobody's idea of a soldier.)",
       R"("Can you ride?" asked {general}. {Hero} said yes, which was nearly true. The regiment would attack at {hour} unless this paper reached them. {They} put it
          inside {their} shirt, where it crackled like something alive.)"},
      {R"(The bridge was gone. The ford was full of the wounded. {Hero}'s horse fell within sight of the river, and {they} went on without it, through smoke so thick that the muskets
          seemed to flash inside {their} own head.)",
       R"(By midnight {they} was lost. There were fires on both sides and no telling whose. Once {they} walked straight through an enemy camp, carrying a bucket, because nobody
          ever stops a child with a bucket. %The bucket was the best idea of the war.%)"},
      {R"(In a ditch lay a boy in the wrong uniform, with a ball through his leg. "Water," he said, in a language that {hero} only half knew. {They} should have gone by. {They} gave
          him the flask, and he looked at the wax on the letter. "{Hour}," he said. "Us too.")",
       R"(Toward three, {hero} met a soldier called {friend}, who was crying. It was too dark to see the colour of the coat. They shared an apple, and neither asked the other for a side.)"},
      {R"({They} came up to the line as the drums began and fell at the Colonel's feet. He broke the seal and read it, and his face did something odd. "This is not a change of plan," he said. "It's an
          armistice. It was signed on Tuesday. The war has been over for two days.")",
       R"(There was no officer left to give it to. So {hero} broke the wax {themself}, and read, by the light of a burning cart, what five riders had been sent to die for: *Peace is
          concluded. Hold your fire.* {They} took the drum from a sleeping boy and beat the recall.)"},
      {R"(All along the river, on both banks, the guns stopped. It was so quiet that one could hear the larks. Nine hundred men did not die that morning. <Nobody counted
          them.|They went home to their harvests, and never knew whom to thank, and that was thanks.|History, which likes noise, has
          nothing to say of it.>)",
       R"({General} got the medal; it's in the museum. In the case beside it lies a dented bucket, with no label. <The old soldiers used to touch it.|And sometimes a very old soldier, from
          one side or the other, would stop there and take off his hat.|The guard will say, if one asks, that it was the
          cavalry.>)"},
  };
}

}  // namespace

Genre historical() {
  return {
      "historical",
      {"historical fiction", "history", "period drama", "war", "war story"},
      {"Margery", "Isotta", "Agatha", "Katharina", "Blanche", "Judit", "Alys", "Giulia"},
      {"Matthias", "Gilles", "Ambrose", "Tobias", "Piers", "Niccolo", "Wendel", "Auguste"},
      {"Fletcher", "van Aken", "Carver", "Duval", "Weaver", "Bianchi"},
      {"The century was young, and [the roads were full of soldiers|kings were cheap].",
       "It was a year of [comets|bad harvests], and the merchants bought candles against the end of the world.",
       "In those days the empire reached as far as a horse could be ridden, and [no letter was younger than a "
       "month|every border had a gallows].",
       "The old queen was dying, and every court from [Lisbon to Riga|the sea to the mountains] had laid out black "
       "cloth."},
      {bellFounder(), plagueDoctor(), telegraphGirl()},
  };
}

}  // namespace troupe::storyteller
