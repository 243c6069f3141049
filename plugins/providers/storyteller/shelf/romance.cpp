#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot returnedLetters() {
  return {
      "Letters to the wrong house",
      {"letter carrier", "baker", "piano tuner", "bookbinder"},
      {"in the hill town of Santa Lucia", "on Orchard Street", "in the little port of Varenne"},
      {{"flower", {"violets", "white roses", "sweet peas"}}, {"weeks", {"six", "nine", "eleven"}}},
      "return a love letter to the one who wrote it",
      "returned the love letter",
      {R"(The letter had come to the wrong house. It smelled of {flower} and began *my heart*, and {hero} had read to the end before
          {they} thought to look at the name. It was not {theirs}. {They} meant to return it that same afternoon.)",
       R"(Every Friday a love letter came for someone who did not live there. {Hero} kept them in a drawer with a few {flower}, unread, and
          then, one lonely evening, read. Afterwards there was nothing for it but to find the writer and give them back.)"},
      {R"(There was no address, only a signature: {friend}. {Hero} asked at the market and at the church. {They} found three people of that name,
          two of them married and one of them four years old. %And every week another letter came, more tender than the last.%)",
       R"(For {weeks} weeks {hero} carried the letters in {their} coat and asked after {friend} at every door. Nobody knew the name. And slowly,
          as one gets used to a voice through a wall, {they} began to wait for Friday.)"},
      {R"(In the end {they} did a foolish thing. {They} left an answer under the [fountain|garden gate] that all the letters spoke of. *These
          are not reaching the one you love,* it said. *I am sorry. They are the most beautiful thing I have ever been given by
          mistake.*)",
       R"({They} told it all to the stranger who shared {their} bench at noon, the one with [ink|flour] on the cuff and a tender, tired
          smile. "Perhaps," said the stranger, going rather pink, "they wanted to reach somebody.")"},
      {R"(The next letter had {hero}'s own name on it. *I knew the house was empty,* it said. *The one I loved left it years ago. I wrote because
          my heart had got into the habit. Then you moved in, and put a lamp in the window, and I did not stop.*)",
       R"(On the last Friday nothing came. {Hero} stood at the window until the rain blurred it, surprised by how much that hurt. Then there was a
          knock. Someone stood on the step, holding {flower}, soaked to the skin. "I'm {friend}," {fthey} said. "I thought that this
          one I should carry myself.")"},
      {R"(They met by the gate, in the blue hour. Neither of them could think of a word, after so many. {Hero} held out the letters. "Keep
          them," said {friend}. <So {they} did.|And the evening, which had been waiting for them both, put out its first star.|"I've
          got plenty more.">)",
       R"({Hero} laughed, and then, to {their} great annoyance, cried, and then put the {flower} in the only clean jug. They were married in the
          spring. <{Friend} still writes on Fridays.|On Fridays there is still a letter, though it has only to cross the kitchen.|The
          post office has never been thanked.>)"},
  };
}

Plot dancePartner() {
  return {
      "The last waltz of the season",
      {"seamstress's cousin", "violinist", "dance teacher", "gardener"},
      {"at the Hotel Belvedere", "by the lake at Montrevel", "on the island of Sant'Elia"},
      {{"promise", {"never to dance again", "never to fall in love with a guest", "to leave before the summer ended"}},
       {"mishap",
        {"stepped on {hero}'s foot", "spilled lemonade on {hero}'s sleeve", "asked {hero} for the wrong dance"}}},
      "get through one summer without falling in love",
      "lost {their} heart",
      {R"({Hero} had made a promise to {themself}: {promise}. Love had come once, and had left with [the luggage|a cellist]. One quiet
          summer by the water was all {they} wanted now. On the first evening, {friend} {mishap}.)",
       R"("One summer," {hero} had told {their} sister, "and no romance in it." {They} had even promised {promise}. It was a good plan.
          It lasted until nine o'clock, when {friend} {mishap} and did not stop apologising until midnight.)"},
      {R"({Friend} was wrong in every way. {Fthey} laughed too loudly, read the last page first, and was leaving on Sunday to take up a post
          across the ocean. {Hero} listed these faults each night before sleeping. %The list had begun to sound like a
          song.%)",
       R"(There was an obstacle, and it was a ship. On Sunday it would take {friend} to the other side of the world for [three|five]
          years. They both knew it. They walked by the lake and talked of everything else, and their hands were careful not to
          touch.)"},
      {R"("Teach me the waltz," said {friend}, "so I can say I learned something." // "You lead like a cart horse." // "Then hold
          on." // {Hero} held on.)",
       R"(On the last night the band was tired and played everything slowly. They danced so close that {hero} could feel a heart beating and
          did not know whose it was. Neither of them said the word *Sunday*.)"},
      {R"(On Sunday {hero} did not go to the pier. {They} pruned, {they} tidied, {they} broke a cup. Then {they} found the note in {their} dancing
          shoe: *I read the last page first, because I cannot bear not knowing. Tell me how this one ends.* {They} ran.)",
       R"(The ship's bell rang twice. {Hero} stood on the pier among the kisses and the trunks, and for once did not think at all. "I made a
          promise," {they} called across the water, "and I take it back!" And {friend}, already at the rail, {ftheir} face like
          morning, began to climb down the wrong side of the ladder.)"},
      {R"(The ship sailed one passenger short. They stood and watched it go, out of breath and hand in hand. "That was my whole career," said
          {friend}. <"You're dripping," said {hero}, and kissed {fthem}.|And {hero} kissed {fthem}, while the gulls went up like
          thrown flowers.|"You dance badly enough to start another," said {hero}, and kissed {fthem}.>)",
       R"(They have a small house now, and a smaller gramophone. Every evening, when the dishes are done, {friend} bows and {mishap}, on purpose,
          for luck. <Then they dance.|And {hero}, whose heart was to have had a quiet summer, puts out both hands.|It's the only waltz
          {fthey} ever learned.>)"},
  };
}

Plot bookshopRival() {
  return {
      "The rival bookshop",
      {"bookseller", "florist", "café owner"},
      {"in Lantern Row", "on the Rue des Tilleuls", "in the market square of Ansley"},
      {{"rival_goods", {"second-hand novels", "cheap tulips", "terrible coffee"}},
       {"cat", {"a ginger cat", "a one-eyed cat", "a grey cat called Bishop"}}},
      "drive the rival across the street out of business",
      "got the better of the rival across the street",
      {R"({Friend} opened {ftheir} shop across the street in March. By April {hero} had lost half {their} customers and all {their} temper. The
          windows faced each other. So, every morning, over the blinds, did they. Only {cat} visited both.)",
       R"("It's war," said {hero}, the day {friend} put out {ftheir} sign. {They} painted the door red. {Friend} painted {ftheir} door redder. The whole
          street took sides, except for {cat}, which dined in both houses.)"},
      {R"({Hero} cut {their} prices. {Friend} gave away {rival_goods}. {Hero} hired a fiddler. {Friend} hired a louder one. By June neither had a penny,
          and the landlord had written to both of them: the rent by Saturday, or out.)",
       R"(It went on all spring, and it was ruinous. They had even begun to write insults and tie them to the cat. *Your window is an act of
          violence,* wrote {hero}. *You looked at it for an hour,* wrote {friend}. *I counted.* %{Hero} blushed, alone, in an empty
          shop.%)"},
      {R"(On the worst night of the year {hero}'s roof let in the rain. A lantern crossed the street. It was {friend}, with a ladder and no hat.
          They worked until two, side by side, and forgot to be enemies. "You've a smudge," {friend} said gently, "just there.")",
       R"(One note was not an insult. *I am tired,* it said. *Are you?* {Hero} held it a long time. Then {they} wrote *yes* underneath, tied it to
          the cat, and could not sleep for the beating of {their} heart.)"},
      {R"(On Friday {hero} packed. {They} crossed the street to say goodbye, as one does with an honourable enemy, and found {friend} among {ftheir} own
          boxes. They stared. "You were winning," said {hero}. "I wasn't selling anything," said {friend}. "I only took the lease
          because of who worked across the street.")",
       R"(The cat came back on Friday with a paper round its neck. *One rent we could pay,* it said. *Two we cannot. I have thought about your face
          every day since March, mostly while shouting at it.* {Hero} went out without {their} coat. {Friend} was already in the middle
          of the street.)"},
      {R"(There is one shop in the row now, with two red doors. They still argue about the window. <The cat sleeps in it.|And in the evening, when the
          blinds come down together, there is a kiss, and nobody counts the hour.|The customers come chiefly for that.>)",
       R"(They kept one of the shops and both of the fiddlers. When people ask who won, {hero} says "{friend}" and {friend} says "{hero}", and <they
          look at each other until the customer coughs|each looks at the other as if the word were a present|the cat, who arranged
          it, says nothing>.)"},
  };
}

}  // namespace

Genre romance() {
  return {
      "romance",
      {"love story", "romantic", "romcom", "love", "contemporary romance"},
      {"Lucia", "Amelie", "Rosalind", "Beatrice", "Flora", "Celeste", "Marguerite", "Viola"},
      {"Julian", "Matteo", "Laurence", "Sebastian", "Theo", "Emile", "Nicholas", "Daniel"},
      {"Fairweather", "Laurent", "Bellamy", "Rossi", "Winslow", "Hart"},
      {"It was the season when [every window stands open|even the shutters seem to sigh], and hearts are careless.",
       "Love had been mentioned in that street before, but [only in songs|mostly by the poets, who owed rent].",
       "The roses were [late|early] that year, as if they were waiting to be asked.",
       "Somewhere a piano was learning a tender tune, and getting [the same bar wrong|a little further every "
       "evening]."},
      {returnedLetters(), dancePartner(), bookshopRival()},
  };
}

}  // namespace troupe::storyteller
