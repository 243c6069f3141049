#include "server/auto_train_frames.hpp"

#include <catch2/catch.hpp>

#include "host/pipeline/rig.hpp"

using namespace troupe;
using namespace troupe::server;
using troupe::test::parsed;

namespace {

std::string progress(const std::string& genre, const std::string& model,
                     const std::string& numbers = R"("current":5,"total":50,"percentage":10.0,"latest_quality":8.5)",
                     const std::string& counts = R"("successful":5,"failed":0,"stories_saved":3)") {
  return "{" + numbers + R"(,"current_genre":")" + genre + R"(","best_model":")" + model + "\"," + counts +
         R"(,"phase":"generating","elapsed_s":1.5,"eta_s":null,"below_threshold":0,"repeated":0})";
}

std::string message(const std::string& json) {
  const auto document = parsed(json);
  return progressMessage(document);
}

journal::Event event(const std::string& type, const std::string& members) {
  return {7, 3, 1, type, R"({"type":")" + type + R"(","run":"t-1","id":7,"n":1,"at":1)" + members + "}"};
}

}  // namespace

TEST_CASE("a progress message has exactly the seed's fields and the phase", "[server][auto_train]") {
  CHECK(message(progress("fantasy", "gemini-2.0")) ==
        "data: "
        "{\"current\":5,\"total\":50,\"percentage\":10.0,\"latest_quality\":8.5,\"current_genre\":\"fantasy\",\"best_"
        "model\":\"gemini-2.0\","
        "\"successful\":5,\"failed\":0,\"stories_saved\":3,\"phase\":\"generating\"}\n\n");
  const auto cut = message(
      progress("-", "-", R"("current":1,"total":3,"percentage":33.333333333333336,"latest_quality":7.999999999)"));
  CHECK_THAT(cut, Catch::Contains("\"percentage\":33.33,\"latest_quality\":7.99,"));
  CHECK_THAT(message(progress("-", "-", R"("current":1,"total":3,"percentage":100.0,"latest_quality":0.29)")),
             Catch::Contains("\"latest_quality\":0.29,"));
  CHECK_THAT(message(progress("-", "-", R"("current":1,"total":3,"percentage":100.0,"latest_quality":0.0)")),
             Catch::Contains("\"latest_quality\":0.0,"));
}

TEST_CASE("a message stays below 200 bytes whatever names there are", "[server][auto_train]") {
  const std::string most = R"("current":99999,"total":100000,"percentage":99.99,"latest_quality":9.999)";
  const std::string counts = R"("successful":99999,"failed":99999,"stories_saved":99999)";
  for (const std::size_t length : {1, 20, 60, 5000})
    for (const char* letter : {"x", "é", "😀", "\\\"", "\\n", "\\u0001"}) {
      std::string name;
      for (std::size_t i = 0; i < length; ++i) name += letter;
      for (const auto& [genre, model] :
           {std::pair(name, std::string("m")), std::pair(std::string("g"), name), std::pair(name, name)})
        for (const auto& json : {progress(genre, model), progress(genre, model, most, counts)}) {
          const auto text = message(json);
          const auto data = text.substr(0, text.size() - 2);
          CHECK(data.size() < 200);
          CHECK(text.substr(text.size() - 2) == "\n\n");
          CHECK(data.find('\n') == std::string::npos);
          CHECK(parsed(data.substr(6)).MemberCount() == 10);
        }
    }
  CHECK_THAT(message(progress("science fiction", "claude-3-5-sonnet-20241022-and-more-of-it")),
             Catch::Contains("science fiction") && Catch::Contains("…"));
}

TEST_CASE("events become chunks, and the last one ends the body", "[server][auto_train]") {
  const auto sample = autoTrainFrame(event("sample", ",\"progress\":" + progress("g", "m")));
  REQUIRE(sample);
  CHECK(sample->id == 7);
  CHECK(sample->run == 3);
  CHECK_FALSE(sample->last);
  CHECK(*sample->bytes == chunk(message(progress("g", "m"))));

  const auto complete = autoTrainFrame(event("complete", R"(,"result":{"successful":4,"saved_ids":[1,"a"]})"));
  REQUIRE(complete);
  CHECK(complete->last);
  CHECK(*complete->bytes ==
        chunk("data: {\"type\":\"complete\",\"result\":{\"successful\":4,\"saved_ids\":[1,\"a\"]}}\n\n") + "0\r\n\r\n");

  const auto error = [&](const std::string& type, const std::string& members) {
    const auto frame = autoTrainFrame(event(type, members));
    REQUIRE(frame);
    CHECK(frame->last);
    return *frame->bytes;
  };
  CHECK(error("failed", R"(,"error":"every \"sample\"\nfailed","result":{})") ==
        chunk("data: {\"type\":\"error\",\"error\":\"every \\\"sample\\\"\\nfailed\"}\n\n") + "0\r\n\r\n");
  CHECK_THAT(error("run", R"(,"state":"paused","reason":"by anna")"), Catch::Contains("the run was paused: by anna"));
  CHECK_THAT(error("run", R"(,"state":"cancelled","reason":"")"), Catch::Contains("\"the run was cancelled\""));
  CHECK_FALSE(autoTrainFrame(event("run", R"(,"state":"running")")));
  CHECK_FALSE(autoTrainFrame(event("run", R"(,"state":"resumed")")));
  CHECK_FALSE(autoTrainFrame(event("log", R"(,"message":"m")")));
  CHECK_FALSE(autoTrainFrame(event("sample", "")));
}

TEST_CASE("a chunk has its size in hexadecimal", "[server][auto_train]") {
  CHECK(chunk(": heartbeat\n\n") == "d\r\n: heartbeat\n\n\r\n");
  CHECK(chunk(std::string(255, 'x')).substr(0, 4) == "ff\r\n");
}
