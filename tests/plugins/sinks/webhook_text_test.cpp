#include <catch2/catch.hpp>

#include "chat_text.hpp"
#include "delivery.hpp"
#include "json_value.hpp"
#include "support/run_text.hpp"

using namespace troupe::webhook;
using troupe::test::JsonValue;

namespace {

const char* const kComplete =
    R"({"type":"complete","run":"stories-7f3a","at":1700000000000,"id":812,"n":60,"result":{"samples":50,"successful":48,"failed":2,"stories_saved":30,"elapsed_s":150.04}})";
const char* const kPaused =
    R"({"type":"run","state":"paused","run":"r","at":1,"id":7,"n":2,"reason":"no provider is left","progress":{"current":3,"total":9,"successful":3,"failed":0,"stories_saved":1}})";

Settings settings(Format format = Format::troupe) {
  Settings some;
  some.url = "https://hooks.example.org/x";
  some.format = format;
  return some;
}

}  // namespace

TEST_CASE("events in words, with counts", "[webhook]") {
  using Row = std::tuple<std::string, std::string, std::string, std::string>;
  const auto [json, name, title, body] = GENERATE(values<Row>({
      {kComplete, "complete", "Run stories-7f3a is complete", "48 of 50 generated, 30 saved, 2 failed, in 150.0 s"},
      {kPaused, "paused", "Run r is paused", "no provider is left; 3 of 9 generated, 1 saved"},
      {R"({"type":"failed","run":"r","at":1,"error":"every sample failed","result":{"samples":2,"successful":0,"failed":2,"stories_saved":0}})",
       "failed", "Run r has failed", "every sample failed; 0 of 2 generated, 0 saved, 2 failed"},
      {R"({"type":"run","state":"resumed","run":"r","at":1})", "resumed", "Run r goes on", ""},
      {R"({"type":"notice","run":"r","at":1,"level":"warning","message":"a\nb\u001b[31m"})", "notice", "Run r",
       "a b\\x1b[31m"},
      {R"({"type":"sample","run":"r","at":1,"number":5,"ok":true,"genre":"noir","quality":7.96,"model":"wren"})",
       "sample", "Sample 5 of run r", "noir, quality 7.9/10, by wren"},
      {R"({"type":"sample","run":"r","at":1,"number":5,"ok":false,"reason":"no candidate"})", "sample",
       "Sample 5 of run r", "failed: no candidate"},
      {R"({"type":7,"run":null,"result":[],"progress":"x"})", "", "Run ?", ""},
  }));
  const JsonValue event(json);
  CHECK(troupe::sinks::eventName(event.object()) == name);
  const auto text = troupe::sinks::runText(event.object());
  CHECK(text.title == title);
  CHECK(text.body == body);
}

TEST_CASE("a delivery is the event as it is, with names and a signature", "[webhook]") {
  auto with = settings();
  with.secret = "${secret:HOOK_KEY}";
  with.headers = {{"X-Own", "1"}};
  const JsonValue event(kComplete);
  const auto request = deliveryOf(with, event.object());
  CHECK(request.method == "POST");
  CHECK(request.body == kComplete);
  const std::vector<std::pair<std::string, std::string>> headers = {{"X-Own", "1"},
                                                                    {"Content-Type", "application/json"},
                                                                    {"X-Troupe-Event", "complete"},
                                                                    {"X-Troupe-Delivery", "stories-7f3a/812"}};
  CHECK(request.headers == headers);
  REQUIRE(request.sign.size() == 1);
  CHECK(request.sign[0].header == "X-Troupe-Signature");
  CHECK(request.sign[0].secret == "${secret:HOOK_KEY}");
  CHECK(request.sign[0].prefix == "sha256=");
  CHECK(deliveryOf(settings(), event.object()).sign.empty());
}

TEST_CASE("the sink's own headers cannot be set twice", "[webhook]") {
  rapidjson::Document options;
  options.Parse(R"({"url":"http://h/","events":["complete"],"headers":{"content-TYPE":"text/plain"}})");
  CHECK_THROWS_WITH(settingsOf(troupe::Options(options)),
                    "header \"content-TYPE\" is the sink's own; leave it out of \"headers\"");
}

TEST_CASE("messages for Slack and Discord mention nobody and link nowhere", "[webhook]") {
  const JsonValue event(
      R"({"type":"notice","run":"r","at":1,"message":"<!channel> <@U1> @everyone & *b* https://evil.example/ [x](http://y) <http://z|w>"})");
  const JsonValue slack(deliveryOf(settings(Format::slack), event.object()).body);
  CHECK(slack.object().text("text") ==
        "Run r: &lt;!channel&gt; &lt;@\xe2\x80\x8bU1&gt; @\xe2\x80\x8b"
        "everyone &amp; \xe2\x80\x8b*b\xe2\x80\x8b* https:\xe2\x80\x8b//evil.example/ [x](http:\xe2\x80\x8b//y) "
        "&lt;http:\xe2\x80\x8b//z|w&gt;");
  CHECK_FALSE(slack.object().boolean("unfurl_links"));
  const JsonValue discord(deliveryOf(settings(Format::discord), event.object()).body);
  CHECK(discord.object().text("content") ==
        "Run r: \\<!channel\\> \\<@\xe2\x80\x8bU1\\> @\xe2\x80\x8b"
        "everyone & \\*b\\* https:\xe2\x80\x8b//evil.example/ \\[x\\]\\(http:\xe2\x80\x8b//y\\) "
        "\\<http:\xe2\x80\x8b//z\\|w\\>");
  CHECK(discord.object().object("allowed_mentions").array("parse").Empty());
}

TEST_CASE("Discord takes 2000 characters and no more, cut between whole ones", "[webhook]") {
  const auto units = [](std::string_view text) {
    std::size_t count = 0;
    for (const unsigned char c : text) count += (c & 0xc0) == 0x80 ? 0 : c >= 0xf0 ? 2 : 1;
    return count;
  };
  CHECK(discordText(std::string(2000, 'x'), 2000) == std::string(2000, 'x'));
  CHECK(discordText(std::string(2001, 'x'), 2000) == std::string(1999, 'x') + "\xe2\x80\xa6");
  CHECK(discordText("", 2000).empty());
  for (const char* sign : {"*", "@", "\xf0\x9f\x98\x80", "\xe2\x82\xac", "\xff"}) {
    std::string text;
    for (int i = 0; i < 2500; ++i) text += sign;
    for (std::size_t most = 1995; most <= 2000; ++most) {
      const auto cut = discordText(text, most);
      CHECK(units(cut) <= most);
      CHECK(units(cut) + 2 >= most);
      CHECK((cut.size() > 3 && cut.substr(cut.size() - 3) == "\xe2\x80\xa6"));
    }
  }
}

TEST_CASE("what an answer means", "[webhook]") {
  struct Row {
    int status;
    std::string retry_after, body;
    int code;
    std::int64_t retry_after_ms;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {200, "", "", 0, -1, ""},
      {204, "", "", 0, -1, ""},
      {301, "", "", TROUPE_E_PERMANENT_REQUEST, -1,
       "the receiver answered 301; redirects are not followed: set the url to where it leads"},
      {400, "", "no\nsuch\x1b[0m hook", TROUPE_E_PERMANENT_REQUEST, -1,
       "the receiver answered 400: no such\\x1b[0m hook"},
      {404, "", "", TROUPE_E_PERMANENT_REQUEST, -1, "the receiver answered 404"},
      {408, "", "", TROUPE_E_TRANSIENT, -1, "the receiver answered 408"},
      {429, "3", "", TROUPE_E_RATE_LIMITED, 3000, "the receiver answered 429"},
      {429, "Wed, 21 Oct 2026 07:28:00 GMT", "", TROUPE_E_RATE_LIMITED, -1, "the receiver answered 429"},
      {503, "99999999999999999999", "", TROUPE_E_TRANSIENT, -1, "the receiver answered 503"},
      {500, "", std::string(1000, 'x'), TROUPE_E_TRANSIENT, -1,
       "the receiver answered 500: " + std::string(200, 'x') + "..."},
  }));
  troupe::HttpResponse answer;
  answer.status = row.status;
  if (!row.retry_after.empty()) answer.headers["retry-after"] = row.retry_after;
  answer.body = row.body;
  if (row.code == 0) {
    CHECK_NOTHROW(checkAnswer(answer));
    return;
  }
  try {
    checkAnswer(answer);
    FAIL("taken");
  } catch (const troupe::Error& e) {
    CHECK(e.code() == row.code);
    CHECK(e.retryAfterMs() == row.retry_after_ms);
    CHECK(e.what() == row.message);
  }
}
