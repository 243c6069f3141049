#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot forbiddenWord() {
  return {
      "The dictionary office",
      {"censor of the third class", "clerk of deletions", "proofreader"},
      {"in Sector Nine", "at the Ministry of Plain Speech", "in the Capital of the Regime"},
      {{"word", {"maybe", "tender", "elsewhere", "remember"}}, {"quota", {"forty", "fifty", "sixty"}}},
      "save one word from being deleted",
      "saved the word",
      {R"({Hero} deleted {quota} words a day for the Ministry. It was steady work, with rations. A citizen could do without *azure*, and without *forlorn*.
          Then, on a Thursday, the word on the card was *{word}*, and {their} stamp stopped in the air.)",
       R"(The Ministry removed {quota} words a day, and {hero} held the stamp. Nobody resisted; nobody had the words. But one grey morning the
          next card said *{word}*. {They} thought of {their} mother, who had said it often, and {they} did not stamp.)"},
      {R"(Every desk had a camera. Every camera had a supervisor, and the supervisor had a quota too. {Hero} had until the evening bell. {They} slid the
          card into {their} sleeve, and for the first time in [eleven|twenty] years {they} was a criminal. %It was surprisingly
          warm.%)",
       R"("You're one short," said the supervisor that night. The guards searched the desks. {Hero} stood in line with a forbidden word in {their} shoe, and
          felt it there at every step, like a stone or a seed.)"},
      {R"({They} told one person, {friend}, in the bread queue, without moving {their} lips. {Friend} said nothing. But the next day {fthey} passed {hero} a crust
          with a letter scratched in it. It was the first letter of another word.)",
       R"("What's it for?" whispered {friend}, when {hero} had said the word to {fthem}. // {Hero} tried to explain. It took the whole evening and every
          other word that they had left.)"},
      {R"(They came for {them} at dawn. "Empty your pockets," said the officer. There was nothing. {Hero} had given the card away, and it had gone from hand to hand
          through the whole sector. And in the corridor, as {they} was led past, the cleaner coughed, and under the cough {they} heard
          it: *{word}*.)",
       R"({They} was tried in eleven minutes. "Do you deny it?" asked the judge, and {hero} looked up at the galleries, full of grey people. {They} said one word. It was
          on no list. There was no form for it. Then somebody at the back, who could not have known it, said it too.)"},
      {R"(There was a sentence: twenty years. But the Regime made a mistake. To forbid the word, it had to be printed on every wall. *It is an offence to say
          {word}.* <By summer, everybody could spell it.|Children learned to read from it, slowly, with one finger, as from a window.|By
          winter they had to forbid the posters.>)",
       R"(The Ministry is a library now. {Hero}, who is old, keeps the key. In the first drawer lies one card with no stamp on it. <Visitors may say it
          aloud.|Children take it out and say it over the roofs of the free city, to hear how far it goes.|There's a fine for
          whispering.>)"},
  };
}

Plot happinessScore() {
  return {
      "The score",
      {"compliance officer", "citizen of the lowest grade", "auditor of moods", "tram inspector"},
      {"in the city of Concord", "under the dome of Harmony Five", "in Residential Block 40"},
      {{"score", {"412", "287", "398"}},
       {"act", {"fed a stray dog", "gave a seat to a stranger", "laughed at the wrong time"}}},
      "raise a failing citizen score before the audit",
      "settled the score",
      {R"(Every citizen had a score, and {hero}'s was {score}. Below 300, the drones came. It had fallen in one day, because {they} had {act} in full view of
          a camera. There was an audit on Friday.)",
       R"("{Score}," said the screen over {hero}'s bed, in red. It used to be green. The charge was unauthorised behaviour: on Monday {they} had {act}. The state
          gave {them} until Friday to improve.)"},
      {R"({They} did everything that the posters advised. {They} smiled at the lamps. {They} reported {themself} twice. The score went down. Neighbours who had greeted
          {them} for years crossed the street, since the score of one's friends counted for [a third|half]. %Even the lift was slow to come.%)",
       R"(Obedience did not help. The algorithm had marked {them}, and whatever {hero} did was now suspicious, even sleep. On Thursday the door of the ration
          shop would not open for {them}. Through the glass, everyone inside looked carefully at the bread.)"},
      {R"(Only {friend}, two floors down, still opened {ftheir} door. "You'll lose points," said {hero}. // "I've been at zero for years," {fthey} said. "It's very
          quiet. They send the drones, and the drones find nothing in the file to take. Soup?")",
       R"({They} went up on the roof, where the signal was poor. Others were there: a dozen grey shapes, sharing one cigarette. "What are you in for?" asked
          one. "Kindness," said another, "mostly. It confuses the arithmetic.")"},
      {R"(On Friday the auditor came: a machine with a pleasant voice. "Explain why you {act}," it said. {Hero} opened {their} mouth to apologise and found {they} could not. "Because it
          was good," {they} said. There was a long silence. The machine had no field for it. It asked {them} to repeat the word.)",
       R"(So {they} stopped trying. On Friday morning, before all the cameras, {they} did it again. Across the street a neighbour called {friend} did the same, and then a woman {they} had never met. By
          noon it was everywhere. An exception is a crime, but ten thousand exceptions are an average, and the system graded by the
          average.)"},
      {R"(All over the city the screens went blank, searching. They never came back. {Hero} still looks up at {theirs} some nights. <It shows the ceiling.|In the black
          glass there is only a face, unscored, and behind it the stars.|It makes a decent mirror.>)",
       R"(The number over the bed said 1,000 for one second, and then nothing. In the quiet, {hero} heard a sound that {they} could not place. <It was people talking.|It was
          laughter, going from window to window like a lamp being carried through a house.|It was the neighbours, saying good
          morning, badly out of practice.>)"},
  };
}

Plot rainTax() {
  return {
      "The water inspector",
      {"water inspector", "pipe worker", "ration guard"},
      {"behind the Wall", "in the Lower Wards", "at Reservoir Authority Post 12"},
      {{"crime", {"a bucket on a roof", "a garden in a stairwell", "a goldfish"}},
       {"ration", {"two litres", "one litre", "three cups"}}},
      "report an illegal use of water",
      "dealt with the water crime",
      {R"(The ration was {ration} a day, and the Authority owned the rain. {Hero}'s work was to find those who stole it. In the last room of the last block {they} found {crime},
          and a child standing in front of it with both arms spread.)",
       R"(By law all water belonged to the Authority, even the rain. {Hero} had reported [nineteen|thirty] thieves that year and had a medal for it. Then {they}
          opened one more door, and behind it was {crime}, and a girl of six who did not run.)"},
      {R"(The form had a box for the offence and a box for the sentence. There was no box for a child. "Please," she said, "it's all I have that's
          alive." The patrol was already on the stairs. {Hero} could hear the boots.)",
       R"("Name?" asked {hero}. The girl would not say it. If {they} wrote the report, she'd be sent beyond the Wall. If {they} did not, {they} would. The surveillance lamp over the
          door turned its slow red eye from one to the other.)"},
      {R"(That night {hero} asked {friend}, who worked the valves, how much there was in the reservoir. {Friend} looked over {ftheir} shoulder. "Nobody's allowed up there," {fthey}
          said. "Twenty years, and I've never once heard it slosh.")",
       R"({They} wrote *nothing found*, and {their} hand shook. It was the first false report of {their} life. Afterwards {they} could not sleep, so {they} climbed, up past the
          fences, toward the water {they} had guarded for so long.)"},
      {R"(The reservoir was full. It was more than full: it lay there to the horizon, black and brimming, and ran over its lip into the desert all night long. There had never been a
          shortage. There had only been a Wall, and a tap, and somebody's hand.)",
       R"(From the top {they} saw it all, a sea of sweet water under the moon, enough for ten cities. There were guards along its shore, and they were swimming. {Hero} thought of {ration} a
          day. {They} thought of the girl's spread arms.)"},
      {R"({Hero} had the keys; an inspector has all the keys. {They} opened the first gate, and then the rest. <Water is hard to arrest.|By morning there was
          water in the streets of the Lower Wards, and children standing in it as in light.|The Authority fined the river. It did not
          pay.>)",
       R"(The report that {they} filed in the end was one line long, and they printed it on every wall: *there is plenty*. <The taps ran by spring.|And the people went up the
          hill with buckets, with cups, with their bare hands, singing.|The goldfish, where there were goldfish, were
          insufferable about it.>)"},
  };
}

}  // namespace

Genre dystopian() {
  return {
      "dystopian",
      {"dystopia", "post apocalyptic", "apocalyptic", "cautionary tale", "dystopian fiction"},
      {"Ona", "Mira", "Thea", "Kess", "Lena", "Sabine", "Dara", "Ivy"},
      {"Emil", "Tomas", "Bren", "Caleb", "Oskar", "Niko", "Janek", "Rook"},
      {"Forty-One", "Grell", "Novotny", "Castor", "Ward", "Lim"},
      {"Curfew was at [eight|nine], and the loudspeakers wished all citizens a grateful night.",
       "The Regime had ended [hunger|crime] in the spring, and it was forbidden to be hungry.",
       "Over the checkpoint hung the Leader's face, [nine|four] storeys high, smiling at the rubble.",
       "Surveillance drones went by in pairs, like [policemen|swans], and people looked at their shoes."},
      {forbiddenWord(), happinessScore(), rainTax()},
  };
}

}  // namespace troupe::storyteller
