// What plugins emit: everything that is let pass is valid by the SDK's schemas, and bad values are refused with a
// sentence.
#include "pipeline/values.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <catch2/catch.hpp>

#include <random>

#include "rig.hpp"
#include "support/json_schema.hpp"

namespace troupe::test {
namespace {

using namespace pipeline;

const JsonSchema& schema(const std::string& name) {
  static std::map<std::string, JsonSchema> known;
  auto found = known.find(name);
  if (found == known.end()) {
    std::vector<Problem> problems;
    auto compiled = JsonSchema::compile(readFile(TROUPE_SOURCE_DIR "/sdk/schemas/" + name + ".schema.json"), problems);
    for (const auto& problem : problems) UNSCOPED_INFO(problem.fact);
    REQUIRE(compiled);
    found = known.emplace(name, std::move(*compiled)).first;
  }
  return found->second;
}

// Empty when the value is valid.
std::string wrong(const std::string& name, const std::string& json) {
  const auto value = parsed(json);
  const auto problems = schema(name).check(value);
  return problems.empty() ? std::string() : problems.front().fact + " in " + json;
}

struct Port {
  std::string emitted;                                  // schema of what is emitted
  std::string flows;                                    // schema of what flows, or ""
  std::function<std::string(const std::string&)> take;  // Returns what flows.
};

const std::map<std::string, Port>& ports() {
  static const std::map<std::string, Port> all = {
      {"prompt", {"emit-prompt", "prompt", [](const std::string& json) { return completePrompt(json, 17, 42).json; }}},
      {"candidate",
       {"emit-candidate", "candidate",
        [](const std::string& json) { return completeCandidate(json, 17, "wren", 12, 1).json; }}},
      {"score",
       {"emit-score", "score", [](const std::string& json) { return completeScore(json, "17/wren", "craft").json; }}},
      {"selection",
       {"emit-selection", "sample",
        [](const std::string& json) {
          return R"({"run":"r","index":17,"seed":42,"prompt":{"id":"17","index":17,"seed":42,"messages":[{"role":"user","content":"x"}],"vars":{}},)"
                 R"("quality":7,"candidates":[)" +
                 completeCandidate(R"({"text":"t"})", 17, "wren", 1, 1).json + "]," +
                 completeSelection(json, {"17/wren", "17/quill"}).members + "}";
        }}},
      {"verdict", {"emit-verdict", "", [](const std::string& json) { return readVerdict(json), std::string(); }}},
      {"hold", {"emit-hold", "", [](const std::string& json) { return readHold(json), std::string(); }}},
  };
  return all;
}

const std::map<std::string, std::vector<std::string>>& good() {
  static const std::map<std::string, std::vector<std::string>> all = {
      {"prompt",
       {R"({"messages":[{"role":"user","content":"Hello"}]})",
        R"({"messages":[{"role":"system","content":""},{"role":"assistant","content":"x"}],"vars":{"genre":"noir","n":3},"id":"q7","extra":[1]})"}},
      {"candidate",
       {R"({"text":""})",
        R"({"text":"t","finish":"length","model":"m","usage":{"input":0,"output":300},"cost":{"usd":0.001,"source":"reported"}})",
        R"({"text":"\u00e9\ud83d\ude00","finish":"content","usage":{},"logprobs":[1,2.5]})",
        R"({"text":"t","finish":"stop","model":null,"usage":null})"}},
      {"score",
       {R"({"value":0})", R"({"value":10,"reason":"r"})", R"({"abstained":true})",
        R"({"abstained":true,"reason":"no"})",
        R"({"value":7.25,"abstained":false,"parts":[{"name":"n","value":9.1,"weight":1,"reason":"r"}],"pairs":[{"other":"17/quill","result":0.5},{"other":"17/quill","result":1}]})",
        R"({"value":5,"pairs":[],"votes":[{"judge":"j","model":"m","value":3,"reason":"r","abstained":false},{"judge":"k","abstained":true}]})",
        R"({"value":1e-300})"}},
      {"selection",
       {R"({"winner":"17/wren"})",
        R"({"winner":"17/quill","ranking":["17/quill","17/wren"],"margin":0.4,"ties":["17/wren"],"abstained":["x on y"],"reason":"r","votes":[{"scorer":"s","for":"17/wren","margin":1}],"points":[{"candidate":"17/wren","value":-1.5}]})"}},
      {"verdict", {R"({"pass":true})", R"({"pass":false,"reason":"quality 7 < 8"})"}},
      {"hold",
       {R"({"default":"pass","why":"w"})", R"({"until":null,"default":"drop","why":""})",
        R"({"until":1700000000000,"default":"drop","why":"w"})"}},
  };
  return all;
}

TEST_CASE("good values pass and flow as the schemas say", "[values]") {
  for (const auto& [name, texts] : good()) {
    const auto& port = ports().at(name);
    for (const auto& text : texts) {
      CAPTURE(name, text);
      std::string flows;
      REQUIRE_NOTHROW(flows = port.take(text));
      if (!port.flows.empty()) CHECK(wrong(port.flows, flows) == "");
    }
  }
}

TEST_CASE("bad values are refused with a sentence", "[values]") {
  struct Row {
    std::string port, text, sentence;
  };
  const auto row = GENERATE(values<Row>({
      {"prompt", "", "no JSON: The document is empty. at byte 0"},
      {"prompt", "[]", "no JSON object"},
      {"prompt", "{}", "\"messages\" is missing or no array with a message"},
      {"prompt", R"({"messages":[]})", "\"messages\" is missing or no array with a message"},
      {"prompt", R"({"messages":[{"role":"user"}]})", "a message needs \"role\" and \"content\""},
      {"prompt", R"({"messages":[{"role":"tool","content":""}]})", "role \"tool\" is none of system, user, assistant"},
      {"prompt", R"({"messages":[{"role":"user","content":"x"}],"vars":[]})", "\"vars\" is no object"},
      {"prompt", R"({"messages":[{"role":"user","content":"x"}],"vars":{"genre":7}})", "\"genre\" is no string"},
      {"prompt", R"({"messages":[{"role":"user","content":"x"}],"id":7})", "\"id\" is no string"},
      {"prompt", R"({"messages":[{"role":"user","content":"x"}],"id":""})", "\"id\" is empty"},
      {"candidate", R"({"text":null})", "\"text\" is missing"},
      {"candidate", R"({"text":7})", "\"text\" is no string"},
      {"candidate", "{\"text\":\"\xff\"}", "no JSON: Invalid encoding in string. at byte 9"},
      {"candidate", R"({"text":"x"} {})",
       "no JSON: The document root must not be followed by other values. at byte 13"},
      {"candidate", R"({"text":"x","finish":"tired"})", "\"finish\" is \"tired\", none of stop, length, content"},
      {"candidate", R"({"text":"x","usage":[]})", "\"usage\" is no object"},
      {"candidate", R"({"text":"x","usage":{"input":-1}})", "\"input\" is no number of tokens"},
      {"candidate", R"({"text":"x","usage":{"output":1.5}})", "\"output\" is no number of tokens"},
      {"candidate", R"({"text":"x","cost":7})", "\"cost\" is no object"},
      {"candidate", R"({"text":"x","cost":{"source":"reported"}})", "\"usd\" is missing or no amount"},
      {"candidate", R"({"text":"x","cost":{"usd":-1,"source":"reported"}})", "\"usd\" is missing or no amount"},
      {"candidate", R"({"text":"x","cost":{"usd":1,"source":"guess"}})",
       "\"source\" is none of reported, estimated, unknown"},
      {"score", "{}", "\"value\" is missing or no number; to abstain say \"abstained\": true"},
      {"score", R"({"value":"7"})", "\"value\" is missing or no number; to abstain say \"abstained\": true"},
      {"score", R"({"value":10.5})", "\"value\" is 10.5, not within 0 and 10"},
      {"score", R"({"value":-0.1})", "\"value\" is -0.1, not within 0 and 10"},
      {"score", R"({"value":1e999})", "no JSON: Number too big to be stored in double. at byte 9"},
      {"score", R"({"value":7,"abstained":1})", "\"abstained\" is neither true nor false"},
      {"score", R"({"value":7,"parts":{}})", "\"parts\" is no array"},
      {"score", R"({"value":7,"parts":[7]})", "a part needs \"name\", and \"value\" within 0 and 10"},
      {"score", R"({"value":7,"parts":[{"name":"","value":1}]})",
       "a part needs \"name\", and \"value\" within 0 and 10"},
      {"score", R"({"value":7,"parts":[{"name":"n","value":11}]})",
       "a part needs \"name\", and \"value\" within 0 and 10"},
      {"score", R"({"value":7,"parts":[{"name":"n","value":1,"weight":-1}]})",
       "\"weight\" of a part is no number from 0"},
      {"score", R"({"value":7,"parts":[{"name":"n","value":1,"reason":1}]})", "\"reason\" is no string"},
      {"score", R"({"value":7,"pairs":{}})", "\"pairs\" is no array"},
      {"score", R"({"value":7,"pairs":[1]})", "a pair needs \"other\", the id of a candidate"},
      {"score", R"({"value":7,"pairs":[{"other":"","result":1}]})", "a pair needs \"other\", the id of a candidate"},
      {"score", R"({"value":7,"pairs":[{"other":"17/quill","result":0.6}]})",
       "\"result\" of a pair is none of 1 (won), 0.5 (tie), 0 (lost)"},
      {"score", R"({"value":7,"pairs":[{"other":"17/quill"}]})",
       "\"result\" of a pair is none of 1 (won), 0.5 (tie), 0 (lost)"},
      {"score", R"({"value":7,"votes":7})", "\"votes\" is no array"},
      {"score", R"({"value":7,"votes":[{"value":7}]})", "a vote needs \"judge\""},
      {"score", R"({"value":7,"votes":[{"judge":"j","value":11}]})", "\"value\" of a vote is not within 0 and 10"},
      {"score", R"({"value":7,"votes":[{"judge":"j","model":1}]})", "\"model\" of a vote is no string"},
      {"score", R"({"value":7,"votes":[{"judge":"j","abstained":0}]})",
       "\"abstained\" of a vote is neither true nor false"},
      {"score", R"({"value":7,"reason":1})", "\"reason\" is no string"},
      {"selection", "{}", "\"winner\" is missing"},
      {"selection", R"({"winner":"17/none"})", "names a candidate that the sample does not have"},
      {"selection", R"({"winner":"17/wren","ranking":["x"]})", "names a candidate that the sample does not have"},
      {"selection", R"({"winner":"17/wren","ties":"17/wren"})", "\"ties\" is no array"},
      {"selection", R"({"winner":"17/wren","margin":"1"})", "\"margin\" is no number from 0"},
      {"selection", R"({"winner":"17/wren","margin":-1})", "\"margin\" is no number from 0"},
      {"selection", R"({"winner":"17/wren","abstained":[1]})", "\"abstained\" is no array of strings"},
      {"selection", R"({"winner":"17/wren","points":[{"value":1}]})", "a point needs \"candidate\" and \"value\""},
      {"selection", R"({"winner":"17/wren","votes":[{"scorer":"s"}]})", "a vote needs \"scorer\" and \"for\""},
      {"selection", R"({"winner":"17/wren","votes":[{"scorer":"s","for":"x","margin":-1}]})",
       "\"margin\" is no number from 0"},
      {"verdict", "{}", "\"pass\" is missing or neither true nor false"},
      {"verdict", R"({"pass":1})", "\"pass\" is missing or neither true nor false"},
      {"verdict", R"({"pass":true,"reason":1})", "\"reason\" is no string"},
      {"hold", R"({"why":"w"})", "\"default\" is missing; it is \"pass\" or \"drop\""},
      {"hold", R"({"default":"maybe","why":"w"})", "\"default\" is neither \"pass\" nor \"drop\""},
      {"hold", R"({"default":"pass"})", "\"why\" is missing"},
      {"hold", R"({"until":1.5,"default":"pass","why":"w"})", "\"until\" is no time in unix milliseconds"},
  }));
  CAPTURE(row.port, row.text);
  std::string said;
  try {
    ports().at(row.port).take(row.text);
  } catch (const BadValue& e) {
    said = e.what();
  }
  CHECK(said == row.sentence);
}

// Changes one member, at any depth, to something else, or drops it.
void mutate(rapidjson::Value& value, rapidjson::Document::AllocatorType& allocator, std::mt19937_64& random) {
  const auto other = [&]() -> rapidjson::Value {
    switch (random() % 9) {
      case 0:
        return rapidjson::Value();
      case 1:
        return rapidjson::Value(true);
      case 2:
        return rapidjson::Value(-1);
      case 3:
        return rapidjson::Value(11.5);
      case 4:
        return rapidjson::Value("");
      case 5:
        return rapidjson::Value("17/wren");
      case 6:
        return rapidjson::Value(rapidjson::kArrayType);
      case 7:
        return rapidjson::Value(rapidjson::kObjectType);
      default:
        return rapidjson::Value(3);
    }
  };
  if (value.IsObject() && value.MemberCount() > 0 && random() % 4 != 0) {
    const auto member = value.MemberBegin() + static_cast<std::ptrdiff_t>(random() % value.MemberCount());
    if (random() % 6 == 0) {
      value.RemoveMember(member);
    } else {
      mutate(member->value, allocator, random);
    }
  } else if (value.IsArray() && value.Size() > 0 && random() % 4 != 0) {
    mutate(value[static_cast<rapidjson::SizeType>(random() % value.Size())], allocator, random);
  } else {
    value = other();
  }
}

TEST_CASE("what passes is valid by the schema, whatever is changed in a good value", "[values]") {
  std::mt19937_64 random(20261122);
  std::map<std::string, int> passed, refused;
  for (const auto& [name, texts] : good()) {
    const auto& port = ports().at(name);
    for (int round = 0; round < 4000; ++round) {
      auto document = parsed(texts[random() % texts.size()]);
      rapidjson::Document value;
      value.CopyFrom(document, value.GetAllocator());
      for (std::size_t changes = 1 + random() % 2; changes > 0; --changes) mutate(value, value.GetAllocator(), random);
      rapidjson::StringBuffer buffer;
      rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
      value.Accept(writer);
      const std::string text(buffer.GetString(), buffer.GetSize());
      CAPTURE(name, text);
      try {
        const auto flows = port.take(text);
        ++passed[name];
        if (!port.flows.empty()) {
          REQUIRE(wrong(port.flows, flows) == "");
        }
      } catch (const BadValue&) {
        ++refused[name];
        // Nothing good is refused, except what names candidates that the sample does not have, which a schema cannot
        // say.
        if (name != "selection") REQUIRE_FALSE(wrong(port.emitted, text).empty());
      }
    }
    CHECK(passed[name] > 50);
    CHECK(refused[name] > 50);
  }
}

TEST_CASE("what the host adds, a plugin cannot set", "[values]") {
  const auto candidate = parsed(
      completeCandidate(R"({"text":"t","id":"x","node":"y","latency_ms":-1,"attempts":99})", 3, "wren", 12, 2).json);
  CHECK(candidate["id"] == "3/wren");
  CHECK(candidate["node"] == "wren");
  CHECK(candidate["latency_ms"].GetInt() == 12);
  CHECK(candidate["attempts"].GetInt() == 2);
  const auto prompt =
      parsed(completePrompt(R"({"messages":[{"role":"user","content":"x"}],"index":9,"seed":1})", 3, 42).json);
  CHECK(prompt["index"].GetInt() == 3);
  CHECK(prompt["seed"].GetInt() == 42);
  CHECK(prompt["id"] == "3");
  const auto score = parsed(completeScore(R"({"value":7,"candidate":"x","scorer":"y"})", "3/wren", "craft").json);
  CHECK(score["candidate"] == "3/wren");
  CHECK(score["scorer"] == "craft");
  CHECK(completeScore(R"({"value":7,"candidate":"3/quill"})", "", "craft").candidate == "3/quill");
  CHECK_THROWS_AS(completeScore(R"({"value":7})", "", "craft"), BadValue);
  const auto selection =
      parsed("{" + completeSelection(R"({"winner":"a","quality":10,"candidates":[],"run":"x"})", {"a"}).members + "}");
  CHECK_FALSE(selection.HasMember("quality"));
  CHECK_FALSE(selection.HasMember("candidates"));
  CHECK_FALSE(selection.HasMember("run"));
}

TEST_CASE("deep and long values do no harm", "[values]") {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  CHECK_THROWS_AS(completeCandidate(deep, 0, "a", 0, 1), BadValue);
  CHECK_NOTHROW(completeCandidate(R"({"text":")" + std::string(1 << 20, 'x') + "\"}", 0, "a", 0, 1));
  CHECK_THROWS_AS(completeCandidate(R"({"text":"x","deep":)" + deep + "}", 0, "a", 0, 1), BadValue);
}

TEST_CASE("the id of a save is what the store gave, or null", "[values]") {
  CHECK(readSavedId(R"({"id":12,"where":"stories.db"})") == "12");
  CHECK(readSavedId(R"({"id":"a\"b"})") == R"("a\"b")");
  CHECK(readSavedId("{}") == "null");
  CHECK(readSavedId("[1]") == "null");
  CHECK(normalize(" { \"a\" : [ 1 , 2.50 ] } ") == R"({"a":[1,2.5]})");
  CHECK(jsonString("a\"\n\x01") == R"("a\"\n\u0001")");
}

}  // namespace
}  // namespace troupe::test
