#include "shelf.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <tuple>

#include "voice.hpp"

using namespace troupe::storyteller;

namespace {

std::string idOf(const Genre* genre) { return genre == nullptr ? "-" : std::string(genre->id); }

}  // namespace

TEST_CASE("the shelf is complete", "[storyteller]") {
  CHECK(shelf().size() >= 13);
  CHECK(generalShelf().id == "general");
  std::set<std::string_view> ids;
  for (const auto& genre : shelf()) {
    CAPTURE(genre.id);
    CHECK(ids.insert(genre.id).second);
    CHECK(genre.plots.size() >= 3);
    CHECK(genre.atmosphere.size() >= 4);
    CHECK(genre.she_names.size() >= 5);
    CHECK(genre.he_names.size() >= 5);
    for (const auto& plot : genre.plots) {
      CAPTURE(plot.title);
      CHECK(plot.roles.size() >= 3);
      CHECK(plot.wheres.size() >= 3);
      for (const auto* beat : {&plot.want, &plot.obstacle, &plot.attempt, &plot.turn, &plot.ending}) {
        CHECK(beat->size() >= 2);
      }
    }
  }
}

TEST_CASE("a genre's cast never runs out of first letters", "[storyteller]") {
  for (const auto& genre : shelf()) {
    CAPTURE(genre.id);
    for (const auto* names : {&genre.she_names, &genre.he_names}) {
      std::set<char> letters;
      for (const auto name : *names) letters.insert(name.front());
      CHECK(letters.size() >= 3);
    }
  }
}

TEST_CASE("findGenre knows names and aliases however they are written", "[storyteller]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [name, expected] = GENERATE(values<Row>({{"fantasy", "fantasy"},
                                                      {"Sci-Fi", "sci-fi"},
                                                      {"science_fiction", "sci-fi"},
                                                      {"fairytale", "fairy tale"},
                                                      {"FAIRY-TALE", "fairy tale"},
                                                      {"noir", "mystery"},
                                                      {"ghost story", "horror"},
                                                      {"general", "general"},
                                                      {"", "-"},
                                                      {"knitting", "-"}}));
  CAPTURE(name);
  CHECK(idOf(findGenre(name)) == expected);
}

TEST_CASE("genreNamedIn takes the first genre word of a sentence", "[storyteller]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [text, expected] = GENERATE(values<Row>({
      {"Write a short science fiction story.", "sci-fi"},
      {"A western, please, with a little romance in it.", "western"},
      {"Tell me about westerners", "-"},
      {"Something in general", "-"},
      {"", "-"},
  }));
  CAPTURE(text);
  CHECK(idOf(genreNamedIn(text)) == expected);
}

TEST_CASE("voices share the shelf between them", "[storyteller]") {
  REQUIRE(voices().size() == 3);
  std::set<std::string_view> favourites;
  for (const auto& voice : voices()) {
    CHECK(findVoice(voice.id) == &voice);
    for (const auto genre : voice.favourites) {
      CAPTURE(genre);
      CHECK(favourites.insert(genre).second);
      CHECK(idOf(findGenre(genre)) == genre);
    }
  }
  CHECK(favourites.size() == 12);
  CHECK(findVoice("nobody") == nullptr);
}
