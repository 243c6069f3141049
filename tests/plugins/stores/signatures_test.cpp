#include <catch2/catch.hpp>

#include "samples.hpp"
#include "signature_list.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::SampleText;
using troupe::text::KeptStory;

const troupe_node& plugin() {
  static const troupe::test::PluginFile file(TROUPE_PLUGIN_DIR "/store.signatures.troupe");
  return file.node("troupe.store.signatures");
}

SampleText sample(int index) {
  SampleText out;
  out.index = index;
  out.text = "Story number " + std::to_string(index) + " of a lamp in a harbour.";
  return out;
}

std::string add(FakeNode& node, FakeHost& host, const std::string& previous, const SampleText& text) {
  FakeCall call(host, R"({"sample":)" + text.json() + R"(,"previous":)" + previous + "}");
  REQUIRE(node.run(call) == TROUPE_OK);
  return call.value("signatures");
}

std::vector<KeptStory> read(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.c_str());
  return troupe::text::readSignatureList(&document);
}

}  // namespace

TEST_CASE("store.signatures keeps the latest winners", "[store][signatures]") {
  FakeHost host;
  FakeNode node(host, plugin(), R"({"keep":3})");
  std::string list = "null";
  for (const int index : {4, 7, 8, 12, 20}) list = add(node, host, list, sample(index));
  const auto stories = read(list);
  REQUIRE(stories.size() == 3);
  CHECK(stories[0].index == 8);
  CHECK(stories[2].index == 20);
  CHECK(stories[1].signature == *troupe::text::signatureOf(sample(12).text));
}

TEST_CASE("store.signatures: adding twice changes nothing, and a text without words is not kept",
          "[store][signatures]") {
  FakeHost host;
  FakeNode node(host, plugin(), R"({"keep":200})");
  const auto once = add(node, host, "null", sample(1));
  CHECK(add(node, host, once, sample(1)) == once);
  auto empty = sample(2);
  empty.text = "…";
  CHECK(add(node, host, once, empty) == once);
}

TEST_CASE("store.signatures: a list as large as it may be stays bounded", "[store][signatures]") {
  FakeHost host;
  FakeNode node(host, plugin(), R"({"keep":50})");
  std::string list = "null";
  for (int index = 0; index < 120; ++index) list = add(node, host, list, sample(index));
  CHECK(read(list).size() == 50);
  CHECK(list.size() < 50 * 190 + 100);
}
