// `troupe watch`: a run that another process works on, and one that a server tells of.
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <mutex>
#include <thread>

#include "journal/journal.hpp"
#include "program/database.hpp"
#include "program/sandbox.hpp"

namespace {

using namespace troupe::test;
namespace net = Poco::Net;

const std::vector<std::string>& running() {
  static const std::vector<std::string> arguments{"run", TROUPE_TEST_DATA "/program/signals.json", "--quiet",
                                                  "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR};
  return arguments;
}

std::string runName(const Sandbox& sandbox) { return value(sandbox.journal(), "SELECT id FROM runs"); }
// Until the journal has it.
void waitForRun(Process& process, const Sandbox& sandbox) {
  const auto there = [&] {
    return std::filesystem::exists(sandbox.journal()) &&
           value(sandbox.journal(), "SELECT count(*) FROM sqlite_master WHERE name = 'events'") == "1" &&
           value(sandbox.journal(), "SELECT count(*) FROM events") != "0";
  };
  while (!there()) REQUIRE_FALSE(process.waitAtMost(std::chrono::milliseconds(5)));
}

/// Events of a real run.
std::vector<troupe::journal::Event> eventsOf(const Sandbox& sandbox) {
  troupe::journal::JournalOptions options;
  options.file = sandbox.journal();
  const troupe::journal::Journal journal(options);
  return journal.events(0, 0, 1000);
}
std::string frame(const troupe::journal::Event& event) {
  return "id: e-" + std::to_string(event.id) + "\nevent: " + event.type + "\ndata: " + event.json + "\n\n";
}
std::string frames(const std::vector<troupe::journal::Event>& events, std::size_t from, std::size_t to) {
  std::string text;
  for (auto i = from; i < to; ++i) text += frame(events[i]);
  return text;
}

const std::string kStream =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nretry: 10\nevent: hello\ndata: "
    "{\"epoch\":\"e\"}\n\n";

/// Answers one connection after the other with the given texts, and closes each.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers)
      : socket_(net::SocketAddress("127.0.0.1", 0)), thread_([this, answers] { serve(answers); }) {}
  ~ScriptedServer() { thread_.join(); }
  std::string address() const { return "http://" + socket_.address().toString(); }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(const std::vector<std::string>& answers) {
    for (const auto& answer : answers) {
      if (!socket_.poll(Poco::Timespan(30, 0), net::Socket::SELECT_READ)) return;
      auto connection = socket_.acceptConnection();
      std::string head;
      char byte = 0;
      while (head.find("\r\n\r\n") == std::string::npos && connection.receiveBytes(&byte, 1) == 1) head += byte;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(head);
      }
      connection.sendBytes(answer.data(), static_cast<int>(answer.size()));
      connection.shutdownSend();
      while (connection.receiveBytes(&byte, 1) > 0) {
      }
    }
  }

  net::ServerSocket socket_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace

TEST_CASE("watch shows a run while another process works on it, to its end and with its code", "[program][watch]") {
  const bool terminal = GENERATE(false, true);
  CAPTURE(terminal);
  const Sandbox sandbox;
  const auto run = sandbox.start(running());
  waitForRun(*run, sandbox);
  auto options = sandbox.options();
  options.terminal = terminal;
  const auto watch = sandbox.start({"watch", "last"}, options);
  const auto seen = watch->wait();
  INFO(watch->printed());
  CHECK(seen.code == 0);
  CHECK(run->wait().code == 0);
  CHECK(value(sandbox.journal(), "SELECT state FROM runs") == "complete");
  if (terminal) {
    CHECK(watch->out().find("Training Progress") != std::string::npos);
    CHECK(watch->out().rfind("\x1b[?25l") < watch->out().rfind("\x1b[?25h"));  // The cursor is there again.
  } else {
    CHECK(watch->err().empty());
  }
  SECTION("afterwards it tells the same again") {
    const auto again = sandbox.run({"watch", runName(sandbox).substr(0, 9)});
    CHECK(again.code == 0);
    if (!terminal) CHECK(again.out == watch->out());
  }
}

TEST_CASE("Ctrl-C ends the watching and not the run, and a paused run ends it with 5", "[program][watch]") {
  const Sandbox sandbox;
  const auto run = sandbox.start(running());
  waitForRun(*run, sandbox);
  auto options = sandbox.options();
  options.terminal = true;
  const auto left = sandbox.start({"watch", "last"}, options), kept = sandbox.start({"watch", "last"});
  left->waitFor("Quality: ");
  left->type("\x03");
  const auto ended = left->wait();
  CHECK(ended.signal == SIGINT);  // As a shell's script expects it.
  CHECK(left->out().find("troupe watch " + runName(sandbox)) != std::string::npos);
  CHECK(value(sandbox.journal(), "SELECT state FROM runs") == "running");
  run->signal(SIGTERM);
  CHECK(run->wait().code == 5);
  CHECK(kept->wait().code == 5);
  CHECK(kept->out().find("Paused: interrupted by SIGTERM") != std::string::npos);
}

TEST_CASE("watch says so when nobody works on a run, and when there is none", "[program][watch]") {
  const Sandbox sandbox;
  const auto none = sandbox.run({"watch", "last"});
  CHECK(none.code == 2);
  const auto run = sandbox.start(running());
  waitForRun(*run, sandbox);
  run->kill();
  const auto watched = sandbox.run({"watch", "last"});
  CHECK(watched.code == 5);
  CHECK(watched.err.find("troupe resume " + runName(sandbox)) != std::string::npos);
}

TEST_CASE("watch reads a server's stream, comes back after a cut and ends with the run", "[program][watch]") {
  const Sandbox sandbox;
  REQUIRE(sandbox.run(running()).code == 0);
  const auto events = eventsOf(sandbox);
  REQUIRE(events.size() > 10);
  const auto want = sandbox.run({"watch", "last"});
  const auto third = frame(events[3]);
  const ScriptedServer server(
      {kStream + frames(events, 0, 3) + third.substr(0, third.size() / 2),  // Cut inside an event.
       "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
       kStream + ": heartbeat\n\n" + frames(events, 3, events.size())});
  const auto seen = sandbox.run({"watch", server.address(), "--journal", (sandbox / "none.db").string()});
  INFO(seen.err);
  CHECK(seen.code == 0);
  CHECK(seen.out == want.out);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].starts_with("GET /api/v1/runs/latest/events?last_event_id=earliest HTTP/1.1\r\n"));
  CHECK(requests[2].starts_with("GET /api/v1/runs/" + runName(sandbox) + "/events HTTP/1.1\r\n"));
  CHECK(requests[2].find("Last-Event-ID: e-" + std::to_string(events[2].id) + "\r\n") != std::string::npos);
  CHECK(seen.err.find("trying again") != std::string::npos);
}

TEST_CASE("watch brings a token, and tells what a server refuses", "[program][watch]") {
  const Sandbox sandbox;
  const std::string body = R"({"title":"Forbidden","status":403,"detail":"this token may not watch"})";
  const ScriptedServer server({"HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\nContent-Length: " +
                                   std::to_string(body.size()) + "\r\n\r\n" + body,
                               "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
                               "HTTP/1.1 204 No Content\r\n\r\n"});
  auto options = sandbox.options();
  options.environment.push_back("WATCH_TOKEN=s3cret");
  const auto refused =
      sandbox.run({"watch", server.address() + "/api/v1/runs/x", "--token-env", "WATCH_TOKEN"}, options);
  CHECK(refused.code == 2);
  CHECK(refused.err.find("this token may not watch") != std::string::npos);
  CHECK(refused.err.find("s3cret") == std::string::npos);
  CHECK(sandbox.run({"watch", server.address()}).code == 2);
  CHECK(sandbox.run({"watch", server.address()}).code == 0);
  CHECK(server.requests()[0].find("Authorization: Bearer s3cret\r\n") != std::string::npos);
  const auto without = sandbox.run({"watch", server.address(), "--token-env", "NO_SUCH"});
  CHECK(without.code == 2);
  CHECK(without.err.find("NO_SUCH") != std::string::npos);
}

TEST_CASE("watch says that no server answers", "[program][watch]") {
  const Sandbox sandbox;
  std::string address;
  {
    const net::ServerSocket closed(net::SocketAddress("127.0.0.1", 0));
    address = "http://" + closed.address().toString();
  }
  const auto result = sandbox.run({"watch", address});
  CHECK(result.code == 2);
  CHECK(result.err.find("no server answers at " + address) != std::string::npos);
}
