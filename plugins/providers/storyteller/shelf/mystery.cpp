#include "shelf.hpp"

namespace troupe::storyteller {
namespace {

Plot missingLedger() {
  return {
      "The locked study",
      {"private detective", "retired inspector", "police sergeant"},
      {"in the harbour town of Mere", "on the wrong side of Calder Street", "in the old quarter of Saint Anselm"},
      {{"victim", {"Judge Carrow", "Colonel Haddon", "Doctor Penhallow"}},
       {"clue", {"wet umbrella", "stopped clock", "chess board with a missing queen"}},
       {"room", {"study", "library"}}},
      "learn who had killed a man in a locked room",
      "solved the murder in the locked room",
      {R"({Victim} had been found dead in his {room}, with the door locked from inside and the key in his [hand|waistcoat]. The police
          called it [his heart|suicide]. His housekeeper called {hero}.)",
       R"("He was murdered," the housekeeper said. "In a locked room?" asked {hero}. "In my house," she said, as if that settled it. By
          four o'clock {hero} stood in the {room} where {victim} had died, looking for a way in that was not the door.)"},
      {R"(There were three suspects, and each had an alibi [as tidy as a hotel bed|with a witness attached]: the nephew at the theatre,
          the secretary on the night train, the neighbour ill in bed. The windows were painted shut. The only odd thing in the room
          was {a clue}. %Nobody had thought to ask about it.%)",
       R"(The nephew needed money. The secretary needed silence. The neighbour needed {victim} to be dead, and said so over the sherry.
          All three could prove that they had been elsewhere. {Hero} wrote it down, and under it {they} wrote the only clue:
          {a clue}.)"},
      {R"({They} spoke with the housekeeper again. "Who found him?" // "I did, sir or madam, whichever is paying." // "And who broke the
          door?" // She thought. "The nephew. He was very quick about it.")",
       R"({Hero} went through the {room} once more, [inch by inch|drawer by drawer]. At midnight {they} locked the door, sat down in the
          dead man's chair, and <waited|let the silence testify|tried to think like furniture>.)"},
      {R"(Then {they} saw it. {A clue} could wait in a room all night; a murderer could not. The door had never been locked at all.
          The nephew had put his shoulder to it, shouted, and dropped the key beside the body while everyone looked at the dead
          man's face.)",
       R"(It was the lock that told {them}. There were scratches on the plate, but no splinter in the frame. A locked door breaks. This one
          had only been pushed, by a man who wanted a witness to hear him push it. And the {clue} said that he had been here before.)"},
      {R"("You broke a door that was open," {hero} told the nephew. He looked at the window. It was still painted shut. <He sat down
          and confessed.|And the truth, which had waited so politely, came in and took off its hat.|"I wanted to be helpful," he
          said. They all say that.>)",
       R"(The nephew was arrested before breakfast. The housekeeper paid in [old coins|small notes] and a seed cake. "How did you know?"
          she asked. "Everyone has an alibi for the murder," {hero} said. "Nobody brings one for the door.")"},
  };
}

Plot blackmail() {
  return {
      "The letters",
      {"detective", "private investigator", "newspaper reporter", "librarian"},
      {"in the rain-soaked city of Dray", "at the Hotel Meridian", "in the village of Lower Askham"},
      {{"client", {"Mrs Vance", "Lady Orme", "Miss Sallow"}},
       {"letter", {"typed on cheap paper", "cut from newspapers", "written in green ink"}},
       {"sum", {"five hundred", "nine hundred", "two thousand"}}},
      "find out who was sending the letters",
      "found the writer of the letters",
      {R"(The first letter asked for {sum} in small notes. So did the second. They were {letter}, and they knew something about {client}
          that only [her late husband|her sister] had known. "Find him," said {client}. "Discreetly.")",
       R"({Client} laid four letters on the table, {letter}. Each wanted {sum}. Each quoted a secret. "I have told nobody," she said,
          "in twenty years." {Hero} smelled the paper. [Lavender|Coal smoke], and something else.)"},
      {R"({Hero} followed the money. It was a sound plan and it failed. The envelope was left under a bench [at noon|in the station], and
          {they} watched it until the lamps came on. No one came. When {they} picked it up, it was full of blank paper. %The cash was
          gone.%)",
       R"(There were two suspects, a chauffeur with debts and a cousin with a grudge. By Thursday the chauffeur had an alibi and the
          cousin had a black eye, and a fifth letter had come. It said: *Tell your detective to wear dryer shoes.*)"},
      {R"("You're being watched too," said {friend}, who typed for {hero} and missed nothing. // "By whom?" // "By somebody who sees you
          come and go. %Somebody who pours the tea.%")",
       R"({Hero} put all the letters in a row and read them backwards. Then {they} read them as a [schoolteacher|printer] would, looking
          for what the hand did when the mind was elsewhere. There was one mistake, and it was always the same one.)"},
      {R"(The answer had sat across the table from the start. Only one person had touched every envelope, only one had known where the
          bench was, and only one could have taken the cash before it was ever left there. {Client} had written to herself.)",
       R"({They} asked {client} for a receipt. She wrote it without thinking, and misspelled *received*, just as the blackmailer had in
          every letter. {Hero} laid the paper beside the others. It was a long time before either of them spoke.)"},
      {R"("My husband's will," she said at last. "I could not touch the money, except for a crime." {Hero} took {their} hat. <"Now there's
          been one," {they} said.|Outside, the rain had stopped, and the whole street shone like evidence.|"That'll be my fee plus
          shoes," {they} said.>)",
       R"(She wasn't sorry. The estate paid for blackmail, and for nothing else, and she had a [daughter|boat] that it would not pay for.
          {Hero} thought about the law, and about the dead man who had written that will. Then {they} <burned the letters|fed the
          letters to the fire, one secret at a time|billed the estate for a sixth letter>.)"},
  };
}

Plot paintingThief() {
  return {
      "The honest thief",
      {"museum guard", "insurance investigator", "inspector"},
      {"at the Harrow Museum", "in the museum quarter of Lisle", "at the city gallery"},
      {{"thing", {"the little Dutch painting", "the bronze cat", "the Astley emerald"}},
       {"thief", {"the night cleaner", "the old curator", "the man who wound the clocks"}}},
      "catch a thief who left no trace",
      "found the thief",
      {R"(On Monday, {thing} was gone. On Tuesday it was back. {Hero} would have called it a clerk's mistake, but on Wednesday it was
          gone again, and someone had dusted the shelf.)",
       R"(No alarm had rung. No glass was broken. Yet {thing} had vanished in the night, and the director wanted a culprit before the
          [newspapers|insurers] wanted his. He gave {hero} until Friday.)"},
      {R"({Hero} questioned everyone with a key. There were eleven suspects, and they lied about [small|ordinary] things: a nap, a bottle,
          a kiss in the Roman room. None of it was theft. The only evidence was a single [grey|white] hair and the smell of
          soap.)",
       R"(The cameras showed nothing. The locks had not been forced. {Hero} found one fingerprint, and it belonged to {themself}. %It was
          that kind of case.% Whoever the thief was, the thief knew the building better than the detective did.)"},
      {R"({They} hid in the coat room for two nights with a flask of [coffee|soup]. On the second, at three, {they} heard slippers. Not
          boots. Not running. Someone was walking through the dark as calmly as if it were home.)",
       R"("What would you steal?" {hero} asked {friend}, who sold the tickets. // "Nothing," {fthey} said. "I'd only want to look at it
          properly. Without the rope.")"},
      {R"(It was {thief}. He wasn't running away with {thing}. He was carrying it to the window, where the moon was, and there he set it
          down and looked, like a man saying good night. "It's a copy," he said without turning. "I made it. The real one was sold
          ten years ago. Ask the director.")",
       R"(The thief was {thief}, and he put up both hands before anyone asked. "I take it home to compare," he said. "That one is false,
          inspector. I have dusted the real one for thirty years. I'd know her in the dark." The director, when they woke him, did not
          ask what was missing. That was his mistake.)"},
      {R"(By Friday there was a culprit, as requested. The director left in a police car. {Thief} was asked to look after the new
          acquisitions, and <he said he would think about it|he wept a little, and asked for a softer cloth|he asked for better
          slippers>.)",
       R"({Hero} wrote in the report that the thief had been found, and that he had the best office in the building. <It was true of the
          director.|And {thief} still walks the galleries at three, with all the doors open to him, and the moon.|The other thief
          got a key, a salary, and a chair.>)"},
  };
}

}  // namespace

Genre mystery() {
  return {
      "mystery",
      {"detective", "crime", "whodunit", "noir", "cozy mystery", "murder mystery", "detective story"},
      {"Agnes", "Vera", "Nell", "Honor", "Ruth", "Dora", "Imogen", "Connie"},
      {"Jasper", "Leonard", "Silas", "Walter", "Hugh", "Barnaby", "Ezra", "Malcolm"},
      {"Pike", "Garrow", "Tindall", "Marsh", "Lacey", "Holt"},
      {"It was the kind of evening when [every window has a witness|even the street lamps look like suspects].",
       "Rain is a poor witness, but it [washes off an alibi|never changes its story].",
       "A good clue is [quiet|patient]. It waits until the detective has stopped being clever.",
       "The whole [town|street] had a theory about the murder, and none of them had evidence.",
       "There are two kinds of secret: [the kind one keeps and the kind one is kept by|those in safes and those in "
       "faces]."},
      {missingLedger(), blackmail(), paintingThief()},
  };
}

}  // namespace troupe::storyteller
