#include "story_ideas.hpp"

namespace troupe::genre_prompts {

const Texts& characters() {
  static const Texts texts = {
      "a retired cartographer",
      "a night nurse with a good memory",
      "a piano tuner who is losing her hearing",
      "a boy who collects last words",
      "the youngest judge in the province",
      "a forger who has promised to stop",
      "a widow with a talent for locks",
      "a courier who never opens anything",
      "two sisters who have not spoken for a year",
      "a translator who changes one word",
      "a baker awake before everybody else",
      "an apprentice who has been lied to",
      "a clerk who finds himself in the wrong file",
      "a diver afraid of the dark",
      "a grandmother with a former life",
      "a teacher on her first day",
      "a guard with nothing to guard",
      "an actor who has forgotten the play",
      "a beekeeper with one hive left",
      "a ferryman who cannot swim",
      "a gardener in someone else's garden",
      "a chess player between two games",
      "a twin who is taken for the other",
      "an engineer whose bridge is too long",
  };
  return texts;
}

const Texts& places() {
  static const Texts texts = {
      "in a lighthouse that is being sold",
      "on the last train of the season",
      "in a library below the river",
      "at a border post that both countries have forgotten",
      "in a hotel with one guest",
      "on a market square before dawn",
      "in the waiting room of a small station",
      "on an island that is there at low tide only",
      "in a theatre during the fire drill",
      "at the edge of a forest that is being counted",
      "in a kitchen in the middle of a quarrel",
      "on the roof of a hospital",
      "in a museum after closing time",
      "at the bottom of a dry lake",
      "in a village where it has snowed since March",
      "on a ferry that has turned around",
      "in an office that nobody has left yet",
      "at a wedding with two guests too many",
      "in a house with a room more than yesterday",
      "on the road behind the harvest",
      "in a laundrette at midnight",
      "at a school on the first day of the holidays",
      "in a greenhouse during a storm",
      "on a bridge that is closed for repair",
  };
  return texts;
}

const Texts& objects() {
  static const Texts texts = {
      "a key that fits nothing",
      "a letter with the right name and the wrong address",
      "a photograph with one face cut out",
      "a clock that is right about something else",
      "a coat with somebody's shopping list in its pocket",
      "a map drawn by a child",
      "a radio that knows one song",
      "a jar of coins from no country",
      "a ring of keys, one of them warm",
      "a book returned forty years late",
      "a bell without a tongue",
      "a suitcase that is heavier when it is empty",
      "a broken umbrella worth keeping",
      "a recipe with one line blotted out",
      "a chess piece that belongs to another set",
      "a ticket for yesterday",
      "a blue button",
      "a lamp that must not go out",
      "a mirror turned to the wall",
      "a list of names, the last one wet",
      "a violin case with bread in it",
      "a stone that was posted",
      "a pair of very small gloves",
      "a notebook in a careful hand",
  };
  return texts;
}

const Texts& builtInTemplates() {
  static const Texts texts = {
      "Write a short story of about {{words}} words.\nGenre: {{genre}}\nTheme: {{theme}}",
      "Genre: {{genre}}. Tell the story of {{character}}, {{place}}, and of {{theme}}. Begin in the middle of things; "
      "about {{words}} words.",
      "Make a story out of these: {{genre}}; {{theme}}; {{object}}. About {{words}} words, and let the object matter "
      "more than it "
      "seems to at first.",
      "In about {{words}} words, write a scene in which two people want different things and neither says so. Genre: "
      "{{genre}}. Theme: "
      "{{theme}}. Carry it by dialogue.",
      "Write for a reader who believes to know every plot of this genre: {{genre}}. Start from {{theme}}, turn it "
      "once, and end on an image "
      "rather than on a lesson. About {{words}} words.",
      "Let {{character}} tell, in the first person and in about {{words}} words, what happened {{place}}. Genre: "
      "{{genre}}. Theme: {{theme}}. The teller leaves "
      "one thing out, and the reader notices.",
  };
  return texts;
}

}  // namespace troupe::genre_prompts
