#include <rapidjson/document.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "config/json_patch.hpp"
#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "support/json_text.hpp"

using namespace troupe;
using namespace troupe::config;
using rapidjson::Document;
using rapidjson::Value;

namespace {

/// Random JSON texts in every style that people write: comments, trailing commas, all on a line or a member a line.
/// Comments are numbered.
class Texts {
 public:
  explicit Texts(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string document() {
    comments_ = 0;
    eol_ = below(5) == 0 ? "\r\n" : "\n";
    return comment(true) + container(0, "") + comment(true);
  }
  std::string scalar() {
    static const std::vector<std::string> kScalars = {"1",    "-2.5", "1e3",      "true",       "false",
                                                      "null", "\"\"", "\"a//b\"", "\"/*\\\"\"", "\"é\\u0041\"",
                                                      "[]",   "{}",   "[ ]",      "0",          "18446744073709551615"};
    return kScalars[below(kScalars.size())];
  }
  std::string compact(int depth) {
    if (depth > 2 || below(2) == 0) return scalar();
    std::string text;
    const bool object = below(2) == 0;
    for (std::size_t i = 0, n = below(4); i < n; ++i)
      text += std::string(i == 0 ? "" : ",") + (object ? key(i) + ":" : "") + compact(depth + 1);
    return (object ? "{" : "[") + text + (object ? "}" : "]");
  }
  static std::string key(std::size_t i) {
    static const std::vector<std::string> kKeys = {"\"a\"", "\"b c\"",     "\"d/e\"", "\"f~\"",
                                                   "\"\"",  "\"\\u0067\"", "\"0\""};
    return kKeys[i % kKeys.size()];
  }

 private:
  std::string comment(bool may_end_line) {
    const auto number = [this] { return "c" + std::to_string(comments_++) + ";"; };
    switch (below(7)) {
      case 0:
        return " /* " + number() + " */ ";
      case 1:
        return may_end_line ? " // " + number() + eol_ : "";
      case 2:
        return may_end_line ? "/* " + number() + eol_ + " */" : "";
      case 3:
        return " ";
      default:
        return "";
    }
  }
  std::string container(int depth, const std::string& indent) {
    const bool object = below(2) == 0;
    const bool lines = below(2) == 0;
    const auto count = below(5);
    const auto deeper = indent + (below(4) == 0 ? "\t" : "  ");
    std::string text = object ? "{" : "[";
    text += comment(true);
    for (std::size_t i = 0; i < count; ++i) {
      if (lines)
        text += eol_ + (below(4) == 0 ? deeper + "// c" + std::to_string(comments_++) + ";" + eol_ : "") + deeper;
      if (object) text += key(i) + comment(below(9) == 0) + ":" + comment(below(9) == 0);
      text += depth < 3 && below(3) == 0 ? container(depth + 1, deeper) : scalar();
      text += comment(below(4) == 0);
      if (i + 1 < count || below(4) == 0) text += ",";
      text += comment(below(2) == 0);
    }
    if (lines) text += eol_ + indent;
    return text + (object ? "}" : "]");
  }

  std::mt19937 random_;
  int comments_ = 0;
  std::string eol_;
};

/// All pointers of a value, and some to places that are not there.
void pointersOf(const Value& value, const std::string& at, std::vector<std::string>& all) {
  all.push_back(at);
  if (value.IsArray()) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) pointersOf(value[i], at + "/" + std::to_string(i), all);
    all.push_back(at + "/" + std::to_string(value.Size()));
    all.push_back(at + "/-");
  } else if (value.IsObject()) {
    for (const auto& member : value.GetObject()) pointersOf(member.value, pointerTo(at, textOf(member.name)), all);
    all.push_back(at + "/new");
  }
}

Value* resolve(Value& root, const std::string& pointer) {
  auto* value = &root;
  for (const auto& token : pointerTokens(pointer)) {
    if (value->IsArray()) {
      const auto index = arrayIndex(token);
      value = index && *index < value->Size() ? &(*value)[*index] : nullptr;
    } else {
      value = member(*value, token);
    }
    if (value == nullptr) return nullptr;
  }
  return value;
}

bool addTo(Document& document, const std::string& path, Value value) {
  auto& memory = document.GetAllocator();
  if (path.empty()) return static_cast<Value&>(document).Swap(value), true;
  auto* parent = resolve(document, path.substr(0, path.rfind('/')));
  const auto name = pointerTokens(path).back();
  if (parent == nullptr) return false;
  if (parent->IsObject()) {
    if (auto* there = member(*parent, name)) return there->Swap(value), true;
    return parent->AddMember(Value(name, memory), value, memory), true;
  }
  if (!parent->IsArray()) return false;
  const auto index = name == "-" ? std::optional(parent->Size()) : arrayIndex(name);
  if (!index || *index > parent->Size()) return false;
  parent->PushBack(value, memory);
  for (auto i = parent->Size() - 1; i > *index; --i) (*parent)[i].Swap((*parent)[i - 1]);
  return true;
}

bool removeFrom(Document& document, const std::string& path) {
  if (path.empty() || resolve(document, path) == nullptr) return false;
  auto* parent = resolve(document, path.substr(0, path.rfind('/')));
  const auto name = pointerTokens(path).back();
  if (parent->IsObject()) return parent->EraseMember(Value(name, document.GetAllocator())), true;
  return parent->Erase(parent->Begin() + *arrayIndex(name)), true;
}

/// RFC 6902 on values, as plainly as it can be written.
bool applyToValues(Document& document, const PatchOperation& operation) {
  using Kind = PatchOperation::Kind;
  auto& memory = document.GetAllocator();
  auto* there = resolve(document, operation.path);
  switch (operation.kind) {
    case Kind::add:
      return addTo(document, operation.path, Value(*operation.value, memory));
    case Kind::remove:
      return removeFrom(document, operation.path);
    case Kind::replace:
      return there != nullptr && (there->CopyFrom(*operation.value, memory), true);
    case Kind::test:
      return there != nullptr && equalJson(*there, *operation.value);
    case Kind::copy:
    case Kind::move: {
      const auto* from = resolve(document, operation.from);
      if (from == nullptr) return false;
      Value value(*from, memory);
      if (operation.kind == Kind::move && operation.path == operation.from) return true;
      if (operation.kind == Kind::move && !removeFrom(document, operation.from)) return false;
      return addTo(document, operation.path, std::move(value));
    }
  }
  return false;
}

std::vector<std::string> commentsOf(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(" c"); at != std::string::npos; at = text.find(" c", at + 1)) {
    const auto end = text.find(';', at);
    if (end != std::string::npos && end - at < 8) found.push_back(text.substr(at + 1, end - at));
  }
  return found;
}

}  // namespace

TEST_CASE("a patched text means what the patched value is, and keeps its comments", "[config][patch]") {
  const char* loops = std::getenv("TROUPE_PATCH_LOOPS");
  const int count = loops != nullptr ? std::atoi(loops) : 20'000;
  const unsigned seed =
      std::getenv("TROUPE_SEED") != nullptr ? static_cast<unsigned>(std::atoi(std::getenv("TROUPE_SEED"))) : 20261124;
  UNSCOPED_INFO("TROUPE_SEED=" << seed);
  Texts texts(seed);
  int applied = 0, refused = 0, odd = 0;
  for (int i = 0; i < count; ++i) {
    const auto text = texts.document();
    std::vector<Problem> problems;
    const auto before = JsonText::parse(text, problems);
    INFO(text);
    REQUIRE(before);
    std::vector<std::string> pointers;
    pointersOf(before->document(), "", pointers);
    static const std::vector<std::string> kKinds = {"add",  "remove", "replace", "move",
                                                    "copy", "test",   "add",     "remove"};
    const auto kind = kKinds[texts.below(kKinds.size())];
    const auto path = pointers[texts.below(pointers.size())];
    const auto from = pointers[texts.below(pointers.size())];
    const auto patch_text = R"([{"op":")" + kind + R"(","path":)" +
                            toJson(Value(path.c_str(), static_cast<rapidjson::SizeType>(path.size()))) + R"(,"from":)" +
                            toJson(Value(from.c_str(), static_cast<rapidjson::SizeType>(from.size()))) +
                            R"(,"value":)" + texts.compact(0) + "}]";
    INFO(patch_text);
    const auto patch = parseJson(patch_text, problems);
    REQUIRE(patch);
    const auto operations = readPatch(*patch, problems);
    if (!operations) {  // into itself
      ++odd;
      REQUIRE(kind == "move");
      continue;
    }
    Document expected;
    expected.CopyFrom(before->document(), expected.GetAllocator());
    const bool applies = applyToValues(expected, operations->front());
    const auto result = applyPatch(text, *operations, problems);
    INFO((result ? *result : problems.front().fact));
    REQUIRE(result.has_value() == applies);
    if (!result) {
      ++refused;
      continue;
    }
    ++applied;
    const auto after = JsonText::parse(*result, problems);
    REQUIRE(after);
    REQUIRE(equalJson(after->document(), expected));
    if (kind == "test") REQUIRE(*result == text);
    if (kind == "add" && resolve(const_cast<Document&>(before->document()), path) == nullptr)
      REQUIRE(commentsOf(*result) == commentsOf(text));
  }
  CHECK(applied > count / 2);
  CHECK(refused > count / 50);
  CHECK(odd > 0);
}

TEST_CASE("patches of many operations add up", "[config][patch]") {
  Texts texts(4711);
  for (int i = 0; i < 300; ++i) {
    auto text = texts.document();
    std::vector<Problem> problems;
    const auto before = JsonText::parse(text, problems);
    REQUIRE(before);
    Document expected;
    expected.CopyFrom(before->document(), expected.GetAllocator());
    std::string patch_text = "[";
    for (int step = 0; step < 30; ++step) {
      std::vector<std::string> pointers;
      pointersOf(expected, "", pointers);
      const auto path = pointers[texts.below(pointers.size())];
      const auto kind = path.empty() ? "test" : texts.below(2) == 0 ? "add" : "remove";
      const auto one = R"({"op":")" + std::string(kind) + R"(","path":)" +
                       toJson(Value(path.c_str(), static_cast<rapidjson::SizeType>(path.size()))) + R"(,"value":)" +
                       (path.empty() ? toJson(expected) : texts.compact(1)) + "}";
      const auto document = parseJson("[" + one + "]", problems);
      REQUIRE(document);
      const auto operations = readPatch(*document, problems);
      REQUIRE(operations);
      Document trial;
      trial.CopyFrom(expected, trial.GetAllocator());
      if (!applyToValues(trial, operations->front())) continue;
      expected.CopyFrom(trial, expected.GetAllocator());
      patch_text += (patch_text.size() > 1 ? "," : "") + one;
    }
    const auto patch = parseJson(patch_text + "]", problems);
    REQUIRE(patch);
    const auto operations = readPatch(*patch, problems);
    REQUIRE(operations);
    INFO(text << "\n" << patch_text);
    const auto result = applyPatch(text, *operations, problems);
    REQUIRE(result);
    const auto after = JsonText::parse(*result, problems);
    REQUIRE(after);
    REQUIRE(equalJson(after->document(), expected));
  }
}
