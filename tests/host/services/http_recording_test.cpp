#include <sys/resource.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>

#include "host/journal/journal_support.hpp"
#include "http_rig.hpp"
#include "support/http_server.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using namespace troupe::test;
using services::HttpService;
using services::Recorder;
using services::Replay;

namespace {

using Response = Poco::Net::HTTPServerResponse;

// Says what was asked, and how many have asked before.
class Counting {
 public:
  std::string url(const std::string& path = "/") const { return server_.url(path); }
  int asked() const { return *asked_; }

 private:
  std::shared_ptr<std::atomic<int>> asked_ = std::make_shared<std::atomic<int>>(0);
  HttpServer server_{[asked = asked_](const Received& got, Response& response) {
    response.set("X-Latin", "caf\xe9");
    response.setStatus(got.path == "/no" ? Response::HTTP_TOO_MANY_REQUESTS : Response::HTTP_OK);
    if (got.path == "/stream") response.setContentType("text/event-stream");
    response.setChunkedTransferEncoding(true);
    const auto n = std::to_string(++*asked);
    auto& out = response.send();
    if (got.path == "/stream") {
      out << "data: " << n << "\n\n: beat\n\ndata: half";
    } else if (got.path == "/bytes") {
      out << std::string("\xff\x00\xfe", 3) << n;
    } else {
      out << n << " " << got.body << (got.headers.count("authorization") ? got.headers.at("authorization") : "");
    }
  }};
};

void recordTo(HttpRig& rig, const std::filesystem::path& folder) {
  rig.network().http = std::make_shared<HttpService>(services::HttpOptions{}, std::make_unique<Recorder>(folder));
}
void replayFrom(HttpRig& rig, const std::filesystem::path& folder) {
  rig.network().http = std::make_shared<HttpService>(std::make_unique<Replay>(folder));
  rig.secrets(nullptr);
}

// All parts of an answer, and how the request ended; `call` says which call of a run asks.
std::string all(HttpRig& rig, const std::string& request, std::uint64_t call = 1) {
  const loader::NodeType type;
  pipeline::Call one(type, "{}", call);
  std::string seen;
  const auto answered = rig.request(request, one, [&](std::uint32_t part, std::string_view bytes) {
    seen += std::to_string(part) + ":" + std::string(bytes) + "|";
    return 0;
  });
  return seen + std::to_string(answered.code);
}

std::string textOf(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("a recording gives every answer again without a network, whole and in any order of calls", "[http]") {
  const TempDir folder;
  const auto server = std::make_unique<Counting>();
  const std::vector<std::string> requests{get(server->url()), get(server->url("/no"), R"("body":"x")"),
                                          get(server->url("/stream"), R"("mode":"sse")"), get(server->url("/bytes")),
                                          get(server->url(), R"("headers":{"X-A":"1"})")};
  std::vector<std::string> first, again;
  HttpRig rig;
  recordTo(rig, folder / "r");
  for (std::uint64_t call = 1; call <= 3; ++call)
    for (const auto& request : requests) first.push_back(all(rig, request, call));
  CHECK(server->asked() == 15);
  CHECK(first[0] != first[5]);
  replayFrom(rig, folder / "r");
  for (std::uint64_t call = 3; call >= 1; --call)
    for (auto i = requests.size(); i-- > 0;) again.push_back(all(rig, requests[i], call));
  std::reverse(again.begin(), again.end());
  CHECK(again == first);
  CHECK(server->asked() == 15);
}

TEST_CASE("the same request of one call is answered in its order, of another call in that of the recording", "[http]") {
  const TempDir folder;
  const Counting server;
  HttpRig rig;
  recordTo(rig, folder / "r");
  std::vector<std::string> first;
  for (const std::uint64_t call : {1, 1, 2, 2}) first.push_back(all(rig, get(server.url()), call));
  replayFrom(rig, folder / "r");
  CHECK(all(rig, get(server.url()), 2) == first[2]);
  CHECK(all(rig, get(server.url()), 7) == first[0]);
  CHECK(all(rig, get(server.url()), 1) == first[1]);
  CHECK(all(rig, get(server.url()), 2) == first[3]);
  CHECK_THAT(all(rig, get(server.url()), 2), Catch::Contains("it was asked 4 times") && Catch::EndsWith("|1"));
  CHECK_THAT(all(rig, get(server.url("/other"))), Catch::Contains("never asked this") && Catch::Contains("run.seed"));
}

TEST_CASE("a recording holds no secret, and a replay needs none", "[http]") {
  const TempDir folder;
  const Counting server;
  const auto request = get(server.url(), R"("headers":{"Authorization":"Bearer ${secret:KEY}"},"body":"hello")");
  HttpRig rig;
  rig.secrets(std::make_shared<Secrets>(Secrets{{"KEY", {"sk-12345678", {"127.0.0.1"}}}}));
  recordTo(rig, folder / "r");
  const auto first = all(rig, request);
  CHECK_THAT(first, Catch::Contains("hello"));
  const auto text = textOf(folder / "r" / "exchanges.jsonl");
  CHECK_THAT(text, !Catch::Contains("sk-1234") && Catch::Contains("Bearer ${secret:KEY}"));
  replayFrom(rig, folder / "r");
  CHECK(all(rig, request) == first);
}

TEST_CASE("a failure is recorded as one, and what its reader gave up is not", "[http]") {
  const TempDir folder;
  HttpRig rig;
  recordTo(rig, folder / "r");
  const auto refused = get("http://127.0.0.1:1/");
  const auto first = all(rig, refused);
  CHECK_THAT(first, Catch::EndsWith("|6"));
  const Counting server;
  const auto left = rig.request(get(server.url()), *rig.call(), [](std::uint32_t, std::string_view) { return 7; });
  CHECK(left.code == 7);
  const auto cancelled = rig.call();
  cancelled->cancel({TROUPE_E_CANCELLED, "enough", -1});
  CHECK(rig.request(get(server.url()), *cancelled).code == TROUPE_E_CANCELLED);
  CHECK(std::count_if(std::istreambuf_iterator<char>(std::ifstream(folder / "r" / "exchanges.jsonl").rdbuf()), {},
                      [](char c) { return c == '\n'; }) == 1);
  replayFrom(rig, folder / "r");
  CHECK(all(rig, refused) == first);
}

TEST_CASE("a folder without a recording, a spoiled one, and one that was cut off", "[http]") {
  const TempDir folder;
  CHECK_THAT(messageOf([&] { Replay(folder / "none"); }, ExitCode::usage), Catch::Contains("make one with --record"));
  folder.write("spoiled/exchanges.jsonl", "{\"key\":\"a\"}\nrubbish\n");
  CHECK_THAT(messageOf([&] { Replay(folder / "spoiled"); }, ExitCode::usage), Catch::Contains("exchanges.jsonl:2:"));
  folder.write("file", "x");
  CHECK_THAT(messageOf([&] { Recorder(folder / "file"); }, ExitCode::usage), Catch::Contains("cannot be written"));
  const Recorder one(folder / "r");
  CHECK_THAT(messageOf([&] { Recorder(folder / "r"); }, ExitCode::usage), Catch::Contains("another process records"));

  const Counting server;
  HttpRig rig;
  recordTo(rig, folder / "cut");
  const auto first = all(rig, get(server.url()));
  rig.network().http.reset();
  std::ofstream(folder / "cut" / "exchanges.jsonl", std::ios::app) << "{\"key\":\"ab";
  replayFrom(rig, folder / "cut");
  CHECK(all(rig, get(server.url())) == first);
}

TEST_CASE("a recording that cannot be written fails the request, and keeps whole lines", "[http]") {
  const TempDir folder;
  const auto child = spawn([&] {
    const Counting server;
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    HttpRig rig;
    recordTo(rig, folder / "r");
    const auto request = get(server.url(), "\"body\":\"" + std::string(1500, 'x') + "\"");
    if (all(rig, request).back() != '0') return 2;
    const auto last = all(rig, request);
    return last.find("cannot be written") != std::string::npos ? 0 : 3;
  });
  CHECK(waitFor(child) == 0);
  const auto text = textOf(folder / "r" / "exchanges.jsonl");
  REQUIRE_FALSE(text.empty());
  CHECK(text.back() == '\n');
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}
