#include "shelf.hpp"

#include <cctype>

namespace troupe::genre_prompts {
namespace {

std::string normalised(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

const Texts& anyThemes() {
  static const Texts themes = {
      "a promise that has become too expensive",  "a stranger who knows the house",
      "a mistake that everybody has got used to", "what is left after the good news",
      "a favour that is asked for too late",      "the day when the routine breaks",
      "a secret that turns out to be shared",     "something small that is taken seriously",
  };
  return themes;
}

}  // namespace

const std::vector<Genre>& shelf() {
  static const std::vector<Genre> genres = {
      {"fantasy",
       {"a bargain with a dragon that neither side can keep", "a spell that works once for everybody",
        "the last student of a closed school of magic", "a crown that is inherited by the wrong person",
        "a forest that asks for a toll", "a giant who wants to be buried properly"}},
      {"mystery",
       {"a theft of something worthless", "a witness who describes herself", "a locked room with the key outside",
        "an alibi that is too good", "a village that agrees on one lie", "a confession nobody needs"}},
      {"sci-fi",
       {"a message that arrives before it is sent", "a ship that has been repaired until nothing of it is left",
        "a robot that is asked to forget", "the first day without gravity", "a colony that votes on the truth",
        "a signal that answers in our own handwriting"}},
      {"romance",
       {"two people who are always introduced again", "a letter that is read by the wrong one",
        "a wager that stops being one", "an old love and a new lease", "a wedding photographer who hates weddings",
        "a language learned for one person"}},
      {"horror",
       {"a voice on the baby monitor", "a door that is counted every night", "a game that children play too well",
        "a house that learns", "a neighbour who waves from the dark", "a hunger that is polite"}},
      {"thriller",
       {"a call from one's own number", "an hour to return a bag", "a bodyguard who knows too little",
        "a code that was meant to be found", "the wrong person on the right train", "a leak that leads home"}},
      {"adventure",
       {"a map with a river too many", "a rescue that needs rescuing", "a race against somebody who cheats honestly",
        "a mountain that has been climbed by mistake", "a storm and a cargo that must not get wet",
        "a way home that is longer than the way there"}},
      {"historical",
       {"a letter carried through a siege", "the printer of a forbidden page", "a harvest in the year without summer",
        "a portrait that flatters the wrong person", "the first strike of a mill",
        "a translator at a peace conference"}},
      {"western",
       {"a well that two farms need", "a marshal who cannot see well", "a horse that is owed",
        "a town that waits for the railway", "a duel that is put off", "a stranger who pays in advance"}},
      {"dystopian",
       {"a permit to be sad", "the censor of dreams", "a city in which silence is taxed", "a lottery that nobody wins",
        "a child that has never been recorded", "the last unlicensed garden"}},
      {"comedy",
       {"a funeral with the wrong speech", "an inspection on the worst day", "a parrot as a witness",
        "a heist by a choir", "a polite war between neighbours", "a lie about being able to cook"}},
      {"fairy tale",
       {"three wishes and a lawyer", "a wolf who keeps his word", "the youngest child, who stays at home",
        "a tower without a princess", "a shoe that fits everybody", "a witch who is asked for directions"}},
      {"ghost story",
       {"a ghost who does not know whose house it is", "the sound of a chair every evening",
        "a photograph that gets fuller", "a bed that is warm in the morning", "a drowned bell",
        "a guest who signs the book twice"}},
      {"noir",
       {"a client who is already dead", "a favour for the wrong singer", "a city that pays in envelopes",
        "a partner with clean shoes", "a photograph worth less than its negative", "one honest card game"}},
      {"magical realism",
       {"a street where the rain falls upwards on Sundays", "a grandmother who sheds clocks",
        "a town that shares one shadow", "butterflies that come with the post", "a debt paid in years",
        "a piano that gives milk"}},
      {"coming of age",
       {"the summer in which the river was low", "a bicycle that is too large", "the first lie that holds",
        "a friend who moves away slowly", "a job among grown-ups", "a father seen from the back"}},
      {"drama",
       {"a house that has to be divided", "the visit after the verdict", "a dinner with an empty chair",
        "an apology that was rehearsed", "a daughter who comes back as a doctor", "a shop on its last day"}},
      {"superhero",
       {"a power that works on other people's luck", "a sidekick at the job centre", "a villain who needs a reference",
        "a cape in the lost property office", "a rescue seen by the insurance", "the day when nobody needs saving"}},
      {"fable",
       {"a crow who lends money", "a tortoise that is late on purpose", "two mirrors that quarrel",
        "an ant at a concert", "a fox who tells the truth once", "a river that wants to stay"}},
      {"philosophical",
       {"a man who meets his exception", "a museum of unmade decisions", "a machine that is asked why",
        "a trial of the calendar", "a copy that is kinder", "the weight of a question"}},
  };
  return genres;
}

const Texts& themesOf(std::string_view genre) {
  const std::string wanted = normalised(genre);
  for (const auto& entry : shelf()) {
    if (normalised(entry.name) == wanted) return entry.themes;
  }
  return anyThemes();
}

}  // namespace troupe::genre_prompts
