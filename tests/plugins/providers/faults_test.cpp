// What each fault of a service becomes with each provider: the real plugins in the host, against servers on loopback.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <sstream>

#include "fault_table.hpp"
#include "model_rig.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

constexpr const char* kStreaming = R"(,"stream":true)";

void checkOutcome(const pipeline::Call::Result& result, const std::string& expected, std::int64_t wait_ms) {
  if (!result.failure) {
    CHECK(expected == "candidate");
    REQUIRE(result.values.size() == 1);
    CHECK_THAT(result.values[0].json, StartsWith(R"({"text":"Hi.","finish":"stop","model":"m-1","usage":{})"));
    CHECK_FALSE(result.usage);
    return;
  }
  CAPTURE(result.failure->message);
  CHECK(pipeline::codeName(result.failure->code) == expected);
  CHECK(result.failure->retry_after_ms == wait_ms);
  CHECK(result.values.empty());
  CHECK_THAT(result.failure->message, StartsWith("m-1 at 127.0.0.1:") && !Contains(ModelRig::kKey));
  CHECK(result.failure->message.size() < 700);
}

// One server and one node for all faults: what one leaves behind must not spoil the next call.
void checkFaults(const std::vector<Fault>& faults, const std::string& options) {
  for (std::size_t i = 0; i < wires().size(); ++i) {
    const auto& wire = wires()[i];
    std::atomic<const Fault*> now{nullptr};
    AnyMock mock(wire.name, [&](const Received&) { return std::optional(now.load()->reply(wire)); });
    ModelRig rig(wire.name, mock.baseUrl(), options);
    std::size_t requests = 0;
    for (const auto& fault : faults) {
      CAPTURE(wire.name, fault.name);
      now = &fault;
      checkOutcome(rig.run(), fault.classes[i], fault.wait_ms);
      CHECK(mock.received().size() == ++requests);
    }
  }
}

/// The rows of a table below a heading: the cells of each.
std::vector<std::vector<std::string>> tableBelow(const std::string& text, const std::string& heading) {
  std::istringstream lines(text.substr(std::min(text.find(heading + "\n"), text.size())));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("## ", 0) == 0 && line != heading) break;
    if (line.rfind("| ", 0) != 0) continue;
    std::vector<std::string> cells;
    std::istringstream parts(line.substr(2));
    for (std::string cell; std::getline(parts, cell, '|');) {
      cell.erase(std::remove(cell.begin(), cell.end(), '`'), cell.end());
      cell.erase(cell.find_last_not_of(' ') + 1);
      cells.push_back(cell.erase(0, cell.find_first_not_of(' ')));
    }
    rows.push_back(std::move(cells));
  }
  if (rows.size() > 2) rows.erase(rows.begin(), rows.begin() + 2);  // The head and its line.
  return rows;
}

}  // namespace

TEST_CASE("each bad status has its class with each provider", "[faults][network]") { checkFaults(statusFaults(), ""); }

TEST_CASE("each good status with a bad body has its class with each provider", "[faults][network]") {
  checkFaults(bodyFaults(), "");
}

TEST_CASE("each broken stream has its class with each provider", "[faults][network]") {
  checkFaults(streamFaults(), kStreaming);
}

TEST_CASE("docs faults says what the tests show", "[faults]") {
  const auto text = readFile(TROUPE_SOURCE_DIR "/docs/faults.md");
  for (const auto& [heading, faults] :
       {std::pair("## A bad status", statusFaults()), std::pair("## A good status, a bad body", bodyFaults()),
        std::pair("## Streams", streamFaults())}) {
    std::vector<std::vector<std::string>> shown;
    for (const auto& fault : faults) {
      shown.push_back({fault.name});
      shown.back().insert(shown.back().end(), fault.classes.begin(), fault.classes.end());
    }
    CHECK(tableBelow(text, heading) == shown);
  }
}

TEST_CASE("a connection that is refused or reset is transient with each provider", "[faults][network]") {
  for (const auto& wire : wires()) {
    CAPTURE(wire.name);
    const auto refused = ModelRig(wire.name, "http://127.0.0.1:" + std::to_string(closedPort()) + wire.path).run();
    REQUIRE(refused.failure);
    CHECK(refused.failure->code == TROUPE_E_TRANSIENT);
    for (const bool streaming : {false, true}) {
      const auto body = streaming ? wire.events(wire.start) + wire.piece() : wire.before_text;
      RawServer cut([&](Poco::Net::StreamSocket& client) {
        const std::string head =
            "HTTP/1.1 200 OK\r\nContent-Type: " + (streaming ? wire.stream_type : std::string("application/json")) +
            "\r\nContent-Length: 5000\r\n\r\n" + body;
        client.sendBytes(head.data(), static_cast<int>(head.size()));
        client.setLinger(true, 0);
        client.close();
      });
      const auto reset = ModelRig(wire.name, cut.url(wire.path), streaming ? kStreaming : "").run();
      REQUIRE(reset.failure);
      CHECK(reset.failure->code == TROUPE_E_TRANSIENT);
      CHECK(reset.values.empty());
    }
  }
}

TEST_CASE("of an error without end only the beginning is kept with each provider", "[faults][network]") {
  for (const auto& wire : wires()) {
    AnyMock mock(wire.name, [](const Received&) {
      return std::optional(LlmReply{500, std::string(8 << 20, 'x'), {}, "text/plain"});
    });
    const auto result = ModelRig(wire.name, mock.baseUrl()).run();
    REQUIRE(result.failure);
    CHECK(result.failure->code == TROUPE_E_TRANSIENT);
    CHECK(result.failure->message.size() < 400);
  }
}

TEST_CASE("a cancel ends a request to a silent server with each provider", "[faults][network]") {
  for (const auto& wire : wires()) {
    CAPTURE(wire.name);
    std::atomic<HttpServer*> server{nullptr};
    AnyMock mock(wire.name, [&](const Received&) -> std::optional<LlmReply> {
      server.load()->hold();
      return LlmReply{503, ""};
    });
    server = &mock.server();
    ModelRig rig(wire.name, mock.baseUrl(), kStreaming);
    const auto call = rig.call();
    auto result = std::async(std::launch::async, [&] { return rig.run(*call); });
    mock.server().waitFor(1);
    call->cancel({TROUPE_E_TRANSIENT, "no answer within 1 s", -1});
    const auto failure = result.get().failure;  // The server still holds its answer: the cancel ended the call.
    REQUIRE(failure);
    CHECK(failure->message == "no answer within 1 s");
  }
}
