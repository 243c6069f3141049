#include "support/sse_parser.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "support/problem.hpp"

using troupe::SseParser;

namespace {

struct Seen {
  std::string name, data, id;
  bool operator==(const Seen&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << seen.name << " [" << seen.data << "] " << seen.id;
}

std::vector<Seen> parse(SseParser& parser, const std::vector<std::string>& pieces) {
  std::vector<Seen> seen;
  for (const auto& piece : pieces)
    parser.feed(piece, [&](const SseParser::Event& event) { seen.push_back({event.name, event.data, event.id}); });
  return seen;
}
std::vector<Seen> parse(const std::string& text) {
  SseParser parser;
  return parse(parser, {text});
}

using Events = std::vector<Seen>;

}  // namespace

TEST_CASE("an event stream's fields are read as the standard says") {
  CHECK(parse("data: one\n\n") == Events{{"message", "one", ""}});
  CHECK(parse("data:one\n\ndata:  two\n\n") == Events{{"message", "one", ""}, {"message", " two", ""}});
  CHECK(parse("event: sample\nid: e-7\ndata: {\ndata: }\n\n") == Events{{"sample", "{\n}", "e-7"}});
  CHECK(parse("data\n\ndata\ndata\n\ndata:") == Events{{"message", "", ""}, {"message", "\n", ""}});
  CHECK(parse("data: a:b: c\n\n") == Events{{"message", "a:b: c", ""}});
  CHECK(parse(": comment\n:\n: heartbeat\n\ndata: x\n: between\n\n") == Events{{"message", "x", ""}});
  CHECK(parse("Data: no\nunknown: no\nfield\n\n").empty());
  CHECK(parse("event: lonely\n\ndata: x\n\n") == Events{{"message", "x", ""}});
  CHECK(parse("data: never ended\n").empty());
}

TEST_CASE("all line ends and one mark of the byte order are understood") {
  for (const std::string end : {"\n", "\r", "\r\n"})
    CHECK(parse("id: 1" + end + "data: a" + end + "data: b" + end + end + "data: c" + end + end + end) ==
          Events{{"message", "a\nb", "1"}, {"message", "c", "1"}});
  CHECK(parse("data: a\r\rdata: b\n\ndata: c\r\n\r\n") ==
        Events{{"message", "a", ""}, {"message", "b", ""}, {"message", "c", ""}});
  CHECK(parse("\xEF\xBB\xBF"
              "data: x\n\n") == Events{{"message", "x", ""}});
  CHECK(parse("\xEF\xBB\xBF\xEF\xBB\xBF"
              "data: x\n\n")
            .empty());
  CHECK(parse("data: 1\n\n\xEF\xBB\xBF"
              "data: x\n\n")
            .size() == 1);
}

TEST_CASE("an id lasts until another one, counts with the end of its event, and is none with a NUL in it") {
  SseParser parser;
  CHECK(parse(parser, {"id: a\n"}).empty());
  CHECK(parser.lastId().empty());
  CHECK(parse(parser, {"\n"}).empty());  // No data: no event, but an id.
  CHECK(parser.lastId() == "a");
  CHECK(parse(parser, {std::string("id: b\0c\ndata: x\n\n", 17)}) == Events{{"message", "x", "a"}});
  CHECK(parse(parser, {"id: z\ndata: cut"}).empty());
  parser.restart();
  CHECK(parser.lastId() == "a");
  CHECK(parse(parser, {"\xEF\xBB\xBF:\ndata: y\n\n"}) == Events{{"message", "y", "a"}});
  CHECK(parse(parser, {"id\ndata: w\n\n"}) == Events{{"message", "w", ""}});
}

TEST_CASE("only digits are a time to wait") {
  SseParser parser;
  parse(parser, {"retry: 2000\nretry: 10x\nretry:\nretry: -5\nretry: 99999999999\n\n"});
  CHECK(parser.retry() == 2000);
}

TEST_CASE("a stream cut anywhere gives the same events") {
  const std::string stream =
      "\xEF\xBB\xBFretry: 10\r\nevent: hello\r\ndata: {}\r\n\r\n: hb\r\rid: 1\ndata: gr\xC3\xBC\xC3\x9F\n\n\nid: "
      "2\revent: run\rdata: a\rdata: b\r\rdata: last\n\n";
  const auto whole = parse(stream);
  REQUIRE(whole.size() == 4);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    SseParser parser;
    CHECK(parse(parser, {stream.substr(0, cut), "", stream.substr(cut)}) == whole);
  }
  SseParser bytewise;
  std::vector<std::string> bytes;
  for (const char byte : stream) bytes.emplace_back(1, byte);
  CHECK(parse(bytewise, bytes) == whole);
}

TEST_CASE("an endless line or event is refused instead of filling the memory") {
  const std::string much(1u << 20, 'x');
  SseParser line, event;
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0; i < 20; ++i) parse(line, {much});
      }(),
      std::length_error);
  CHECK_THROWS_AS(
      [&] {
        for (int i = 0; i < 20; ++i) parse(event, {"data: " + much + "\n"});
      }(),
      std::length_error);
}
