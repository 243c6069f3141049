#include "minhash.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "signature_list.hpp"

using namespace troupe::text;

namespace {

/// So many words that stand nowhere else.
std::string words(std::mt19937_64& random, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += 'w';
    for (int letter = 0; letter < 10; ++letter) out += static_cast<char>('a' + random() % 26);
    out += ' ';
  }
  return out;
}

Signature of(const std::string& text) {
  const auto signature = signatureOf(text);
  REQUIRE(signature);
  return *signature;
}

int pairs() {
  const char* given = std::getenv("TROUPE_TEST_ROUNDS");
  return given != nullptr ? std::max(200, std::atoi(given)) : 400;
}

/// P = 1 - (1 - s^8)^14, and a little more: the last eight bits of different hashes agree by chance.
double detection(double s) {
  const double row = s + (1 - s) / 256;
  return 1 - std::pow(1 - std::pow(row, 8), 14);
}

}  // namespace

TEST_CASE("minhash: near duplicates are found as often as the formula says", "[text][minhash]") {
  // Texts of 204 words have 200 grams; of these `shared` are the same, and each has 200 - shared of its own.
  const int shared = GENERATE(60, 133, 150, 168, 178, 190);
  std::mt19937_64 random(20261124 + static_cast<unsigned>(shared));
  const double s = shared / (400. - shared);
  int found = 0;
  double estimated = 0;
  for (int i = 0; i < pairs(); ++i) {
    const auto common = words(random, shared + 4);
    const auto a = of(common + words(random, 200 - shared));
    const auto b = of(common + words(random, 200 - shared));
    found += nearDuplicates(a, b) ? 1 : 0;
    estimated += similarity(a, b);
  }
  const double expected = detection(s);
  CAPTURE(shared, s, found, pairs(), expected);
  const double deviation = std::sqrt(std::max(expected * (1 - expected), .0025) / pairs());
  CHECK(std::abs(static_cast<double>(found) / pairs() - expected) < 4 * deviation);
  CHECK(std::abs(expected - (1 - std::pow(1 - std::pow(s, 8), 14))) < .02);
  CHECK(std::abs(estimated / pairs() - s) < 4 * std::sqrt(s * (1 - s) / kHashes / pairs()));
}

TEST_CASE("minhash: what is the same and what is not", "[text][minhash]") {
  const std::string story = "The lamp went out over the harbour, and nobody came to light it again.";
  CHECK(similarity(of(story), of(story)) == 1);
  CHECK(nearDuplicates(of(story), of(story)));
  CHECK(of(story) == of("THE LAMP went out; over the harbour and\n\nnobody came   to light it again!"));
  CHECK(similarity(of(story), of("A quite different tale about six ponies and the rain in a small town.")) < .1);
  CHECK(similarity(of("one two"), of("one two")) == 1);  // fewer than five words are one gram
  CHECK(similarity(of("one two"), of("one three")) < .1);
  CHECK_FALSE(signatureOf(""));
  CHECK_FALSE(signatureOf(" \n… !? "));
  CHECK(signatureOf("\xff\xfe a"));
  CHECK(similarity(of("昔々あるところに猫がいました"), of("昔々あるところに猫がいました。")) == 1);
}

TEST_CASE("minhash: signatures never change, since they are kept", "[text][minhash]") {
  CHECK(encoded(of("The lamp went out over the harbour, and nobody came to light it again.")).substr(0, 24) ==
        "+EsoPX0TSISr4emoO7LsIMz8");
}

TEST_CASE("minhash: a list of signatures survives being written", "[text][minhash]") {
  std::mt19937_64 random(3);
  std::vector<KeptStory> stories;
  for (int i = 0; i < 20; ++i) stories.push_back({i, of(words(random, 1 + i))});
  rapidjson::Document json;
  json.Parse(signatureListJson(stories).c_str());
  const auto read = readSignatureList(&json);
  REQUIRE(read.size() == stories.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].index == stories[i].index);
    CHECK(read[i].signature == stories[i].signature);
  }
  CHECK(readSignatureList(nullptr).empty());
  CHECK_FALSE(decoded(""));
  CHECK_FALSE(decoded(std::string(150, '*')));
  rapidjson::Document other;
  other.Parse(R"({"examples":[]})");
  CHECK_THROWS_WITH(readSignatureList(&other),
                    "what it is given is no list of signatures; name a node of the type troupe.store.signatures");
  other.Parse(R"({"format":"minhash-14x8","signatures":[{"index":1,"signature":"short"}]})");
  CHECK_THROWS_WITH(readSignatureList(&other), "a signature in the list is cut or changed");
}
