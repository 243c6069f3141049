#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <set>

#include "auto_train_rig.hpp"
#include "host/journal/journal_support.hpp"
#include "journal/sqlite.hpp"
#include "server/auto_train_frames.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// A client of the stream that looks at every byte.
class StreamClient {
 public:
  StreamClient(const ApiRig& rig, const std::string& body) : client_(rig.http->connect()) {
    client_.send("POST /auto-train-stream HTTP/1.1\r\nHost: " + rig.http->host() +
                 "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                 body);
  }
  std::string until(const std::string& end) {
    while (bytes_.find(end) == std::string::npos)
      if (!client_.fill(bytes_)) break;
    const auto at = bytes_.find(end);
    REQUIRE(at != std::string::npos);
    auto text = bytes_.substr(0, at + end.size());
    bytes_.erase(0, at + end.size());
    return text;
  }
  /// The next chunk's data; "" for the last one.
  std::string chunk() {
    const auto size = std::stoull(until("\r\n"), nullptr, 16);
    auto data = take(size);
    REQUIRE(take(2) == "\r\n");
    return data;
  }
  /// The next message that is no heartbeat.
  std::string message() {
    for (;;) {
      auto data = chunk();
      if (data != server::kHeartbeat) return data;
      ++heartbeats;
    }
  }
  bool ended() { return bytes_.empty() && !client_.fill(bytes_); }
  void close() { client_.close(); }
  int heartbeats = 0;

 private:
  std::string take(std::size_t count) {
    while (bytes_.size() < count) REQUIRE(client_.fill(bytes_));
    auto text = bytes_.substr(0, count);
    bytes_.erase(0, count);
    return text;
  }
  struct Reader : RawClient {
    explicit Reader(RawClient&& other) : RawClient(std::move(other)) {}
    bool fill(std::string& to) {
      pollfd event{fd(), POLLIN, 0};
      if (::poll(&event, 1, 20000) <= 0) throw std::runtime_error("nothing came in time");
      char block[4096];
      const auto count = ::recv(fd(), block, sizeof block, 0);
      if (count > 0) to.append(block, static_cast<std::size_t>(count));
      return count > 0;
    }
  } client_;
  std::string bytes_;
};

ApiSetup setup(const Board& board, const std::string& options_of_a = "") {
  ApiSetup setup;
  setup.auto_train = autoTrainPipeline(board, options_of_a);
  return setup;
}

std::string dataOf(const std::string& message) {
  REQUIRE(message.substr(0, 6) == "data: ");
  REQUIRE(message.substr(message.size() - 2) == "\n\n");
  return message.substr(6, message.size() - 8);
}

}  // namespace

TEST_CASE("the stream is byte for byte what its readers expect", "[server][auto_train]") {
  Board board;
  const ApiRig rig(setup(board));
  StreamClient client(rig,
                      R"({"user_id":"anna","num_examples":3,"genres":["fantasy"],"save_to_database":true,"extra":1})");
  const auto head = client.until("\r\n\r\n");
  CHECK(head.find("HTTP/1.1 200 OK\r\n") == 0);
  for (const auto* line : {"Content-Type: text/event-stream\r\n", "Cache-Control: no-cache\r\n",
                           "Connection: keep-alive\r\n", "Transfer-Encoding: chunked\r\n"})
    CHECK_THAT(head, Catch::Contains(line));
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(head.find("no-store") == std::string::npos);
  for (int i = 1; i <= 3; ++i) {
    const auto n = std::to_string(i);
    const auto phase = i == 3 ? "complete" : "generating";
    const auto percentage = i == 1 ? "33.33" : i == 2 ? "66.67" : "100.0";
    CHECK(client.message() ==
          "data: {\"current\":" + n + ",\"total\":3,\"percentage\":" + percentage +
              ",\"latest_quality\":8.5,\"current_genre\":\"fantasy\",\"best_model\":\"a\",\"successful\":" + n +
              ",\"failed\":0,\"stories_saved\":" + n + ",\"phase\":\"" + phase + "\"}\n\n");
  }
  const auto complete = parsed(dataOf(client.message()));
  CHECK(std::string(complete["type"].GetString()) == "complete");
  const auto& result = complete["result"];
  CHECK(result["successful"].GetInt() == 3);
  CHECK(result["stories_saved"].GetInt() == 3);
  CHECK(result["saved_ids"].Size() == 3);
  CHECK(result["models"][0]["wins"].GetInt() == 3);
  CHECK(result["genres"]["fantasy"].GetInt() == 3);
  CHECK(result["elapsed_s"].IsNumber());
  CHECK(client.chunk().empty());
  CHECK(client.ended());

  const auto run = rig.journal->findRun("last");
  CHECK(run.user_id == "anna");
  journal::sqlite::Connection stories(rig.config.data / "stories.db", journal::sqlite::Open::read);
  auto row = stories.query("SELECT count(*) FROM stories WHERE user_id = 'anna'");
  REQUIRE(row.next());
  CHECK(row.integer(0) == 3);
}

TEST_CASE("no genres are all of them, and the flags switch the stores", "[server][auto_train]") {
  Board board;
  const ApiRig rig(setup(board));
  const auto train = [&](const std::string& body) {
    StreamClient client(rig, body);
    client.until("\r\n\r\n");
    std::string message;
    while ((message = client.message()).find("\"type\":\"complete\"") == std::string::npos)
      REQUIRE(message.find("\"type\"") == std::string::npos);
    return parsed(dataOf(message));
  };
  for (const auto* genres : {"", R"(,"genres":null)", R"(,"genres":[])"}) {
    const auto complete = train(std::string(R"({"user_id":"u","num_examples":8)") + genres + "}");
    CHECK(complete["result"]["genres"].MemberCount() == 8);
    CHECK(complete["result"]["stories_saved"].GetInt() == 0);
  }
  CHECK_FALSE(rig.journal->feedback(rig.journal->findRun("last").key, "memory", 7));
  train(R"({"user_id":"u","num_examples":2,"store_in_memory":true})");
  CHECK(rig.journal->feedback(rig.journal->findRun("last").key, "memory", 1));
  CHECK(train(R"({"user_id":"u","num_examples":2,"save_to_database":true})")["result"]["stories_saved"].GetInt() == 2);
  CHECK(rig.journal->lastEvent(rig.journal->findRun("last").key, "sample")->json.find("\"node\":\"stories\"") !=
        std::string::npos);
}

TEST_CASE("a wrong body is refused before the stream begins", "[server][auto_train]") {
  Board board;
  const ApiRig rig(setup(board));
  const auto post = [&](int status, const std::string& body) {
    return rig.problem(status, "POST", "/auto-train-stream", body);
  };
  CHECK_THAT(post(422, "{}"), Catch::Contains("user_id"));
  CHECK_THAT(
      post(422, R"({"user_id":7,"num_examples":0,"genres":"fantasy","store_in_memory":"yes","save_to_database":1})"),
      Catch::Contains("/user_id") && Catch::Contains("/num_examples") && Catch::Contains("/genres") &&
          Catch::Contains("/store_in_memory") && Catch::Contains("/save_to_database"));
  post(422, R"({"user_id":"u","num_examples":100001})");
  post(422, R"({"user_id":"u","num_examples":1.5})");
  post(422, R"({"user_id":"u","genres":[""]})");
  post(422, "[]");
  post(400, "{");
  rig.problem(415, "POST", "/auto-train-stream", R"({"user_id":"u"})", "", "text/plain");
  CHECK(rig.ask("GET", "/auto-train-stream").status == 405);
  CHECK(rig.journal->runs().empty());
  const ApiRig none;
  CHECK_THAT(none.problem(404, "POST", "/auto-train-stream", R"({"user_id":"u"})"),
             Catch::Contains("auto_train.pipeline"));
  ApiSetup no_stores;
  no_stores.auto_train = none.ensemble().text();
  const ApiRig plain(no_stores);
  CHECK_THAT(plain.problem(422, "POST", "/auto-train-stream", R"({"user_id":"u","save_to_database":true})"),
             Catch::Contains("/save_to_database"));
  CHECK_THAT(plain.problem(422, "POST", "/auto-train-stream", R"({"user_id":"u","genres":["x"]})"),
             Catch::Contains("/genres"));
  ApiSetup broken;
  broken.auto_train = "{\"nodes\": {}}";
  const ApiRig wrong(broken);
  wrong.problem(422, "POST", "/auto-train-stream", R"({"user_id":"u"})");
}

TEST_CASE("heartbeats come while a run waits, and progress once it goes on", "[server][auto_train]") {
  Board board;
  auto options = setup(board);
  options.at_once = 1;
  const ApiRig rig(options);
  board.close("a", "run");
  StreamClient first(rig, R"({"user_id":"u","num_examples":1})"), queued(rig, R"({"user_id":"v","num_examples":1})");
  first.until("\r\n\r\n");
  queued.until("\r\n\r\n");
  for (int i = 0; i < 3; ++i) {
    CHECK(first.chunk() == ": heartbeat\n\n");
    CHECK(queued.chunk() == ": heartbeat\n\n");
  }
  board.open("a", "run");
  for (auto* client : {&first, &queued}) {
    CHECK_THAT(client->message(), Catch::StartsWith("data: {\"current\":1,\"total\":1,"));
    CHECK_THAT(client->message(), Catch::StartsWith("data: {\"type\":\"complete\""));
    CHECK(client->chunk().empty());
    CHECK(client->ended());
  }
}

TEST_CASE("a run that fails, is paused or cancelled ends the stream with an error", "[server][auto_train]") {
  Board board;
  const ApiRig rig(setup(board, R"("act":"fail","code":7,"message":"no luck","on":[0])"));
  {
    StreamClient client(rig, R"({"user_id":"u","num_examples":1})");
    client.until("\r\n\r\n");
    CHECK_THAT(client.message(), Catch::Contains("\"latest_quality\":0.0,") &&
                                     Catch::Contains("\"best_model\":\"-\",\"successful\":0,\"failed\":1"));
    CHECK(client.message() == "data: {\"type\":\"error\",\"error\":\"every sample failed\"}\n\n");
    CHECK(client.chunk().empty());
    CHECK(client.ended());
  }
  for (const auto* verb : {"pause", "cancel"}) {
    board.close("a", "run");
    StreamClient client(rig, R"({"user_id":"u","num_examples":5})");
    client.until("\r\n\r\n");
    client.chunk();
    rig.json(200, "POST", std::string("/api/v1/runs/last/") + verb);
    board.open("a", "run");
    std::string message;
    while ((message = client.message()).find("\"type\"") == std::string::npos) continue;
    CHECK_THAT(message, Catch::StartsWith(std::string("data: {\"type\":\"error\",\"error\":\"the run was ") + verb));
    CHECK(client.chunk().empty());
    CHECK(client.ended());
  }
}

TEST_CASE("a client that goes away ends nothing, unless the server is told so", "[server][auto_train]") {
  const bool cancels = GENERATE(false, true);
  CAPTURE(cancels);
  Board board;
  auto options = setup(board);
  options.auto_train_cancel = cancels;
  const ApiRig rig(options);
  board.close("a", "run");
  {
    StreamClient client(rig, R"({"user_id":"u","num_examples":2})");
    client.until("\r\n\r\n");
    client.chunk();
    client.close();
  }
  const auto run = rig.journal->findRun("last").id;
  if (!cancels) board.open("a", "run");
  rig.waitFor(run, cancels ? "cancelled" : "complete");
  board.open("a", "run");
}

TEST_CASE("many clients each get their own run's messages", "[server][auto_train]") {
  Board board;
  const ApiRig rig(setup(board));
  std::vector<std::unique_ptr<StreamClient>> clients;
  for (int i = 1; i <= 12; ++i)
    clients.push_back(
        std::make_unique<StreamClient>(rig, R"({"user_id":"u","num_examples":)" + std::to_string(i) + "}"));
  for (std::size_t i = 1; i <= clients.size(); ++i) {
    auto& client = *clients[i - 1];
    client.until("\r\n\r\n");
    for (std::size_t n = 1; n <= i; ++n)
      CHECK_THAT(client.message(), Catch::StartsWith("data: {\"current\":" + std::to_string(n) +
                                                     ",\"total\":" + std::to_string(i) + ","));
    CHECK_THAT(client.message(), Catch::StartsWith("data: {\"type\":\"complete\""));
    CHECK(client.chunk().empty());
    CHECK(client.ended());
  }
}

TEST_CASE("a journal that can be written no more ends the streams with an error", "[server][auto_train]") {
  const auto child = spawn([] {
    // Files end at 2 MiB: writes beyond fail as those to a full disk do.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2 << 20, 2 << 20};
    Board board;
    auto huge = setup(board, R"("act":"huge")");
    huge.grace = kPatience;  // All calls come back before the board goes.
    const ApiRig rig(huge);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    StreamClient client(rig, R"({"user_id":"u","num_examples":1000})");
    client.until("\r\n\r\n");
    std::string message;
    while ((message = client.message()).find("\"type\"") == std::string::npos) continue;
    if (message.find("data: {\"type\":\"error\",\"error\":\"") != 0 ||
        message.find("cannot be written") == std::string::npos)
      return 2;
    return client.chunk().empty() && client.ended() ? 0 : 3;
  });
  CHECK(waitFor(child) == 0);
}
