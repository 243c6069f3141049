#include <troupe/log_line.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "time_zone.hpp"

using namespace troupe::sinks;
using troupe::test::kAfternoonMs;
using troupe::test::TimeZone;

TEST_CASE("the clock of a log line has twelve hours without leading zeros, in the zone of TZ", "[sinks]") {
  using Row = std::tuple<const char*, std::int64_t, std::string>;
  const auto [zone, unix_ms, expected] = GENERATE(table<const char*, std::int64_t, std::string>({
      Row{"UTC", kAfternoonMs, "3:45:23 PM"},
      Row{"UTC", kAfternoonMs + 999, "3:45:23 PM"},
      Row{"UTC", 1699920000000, "12:00:00 AM"},
      Row{"UTC", 1699963200000, "12:00:00 PM"},
      Row{"UTC", 1699927509000, "2:05:09 AM"},
      Row{"UTC", 0, "12:00:00 AM"},
      Row{"UTC", -1, "11:59:59 PM"},
      Row{"XYZ-5:30", kAfternoonMs, "9:15:23 PM"},
      Row{"ABC+8", kAfternoonMs, "7:45:23 AM"},
  }));
  CAPTURE(zone, unix_ms);
  const TimeZone tz(zone);
  CHECK(clockTime(unix_ms) == expected);
}

TEST_CASE("one decimal of a quality is cut, never rounded up", "[sinks]") {
  const auto [value, expected] = GENERATE(table<double, std::string>({
      {8.5, "8.5"},
      {7.96, "7.9"},
      {7.999999999999999, "7.9"},
      {8.0, "8.0"},
      {10.0, "10.0"},
      {0.0, "0.0"},
      {0.04, "0.0"},
      {8.53, "8.5"},
      {9.1, "9.1"},
      {8.3, "8.3"},
      {std::nextafter(8.7, 0.0), "8.6"},
      {std::numeric_limits<double>::quiet_NaN(), "-"},
  }));
  CAPTURE(value);
  CHECK(floored(value) == expected);
}

TEST_CASE("every tenth from 0 to 10 is shown as itself", "[sinks]") {
  for (int tenths = 0; tenths <= 100; ++tenths) {
    CHECK(floored(tenths / 10.0) == std::to_string(tenths / 10) + "." + std::to_string(tenths % 10));
  }
}

TEST_CASE("text of a model becomes one harmless line", "[sinks]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"timed out", "timed out"},
      {"first\nsecond\r\n\tthird", "first second third"},
      {"  padded \n", "padded"},
      {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
      {std::string("nul\0byte", 8), "nul\\x00byte"},
      {"del\x7f", "del\\x7f"},
      {"csi\xc2\x9b"
       "2J",
       "csi\\x9b2J"},
      {"caf\xc3\xa9 \xe7\x89\xa9\xe8\xaa\x9e \xf0\x9f\x9a\x80",
       "caf\xc3\xa9 \xe7\x89\xa9\xe8\xaa\x9e \xf0\x9f\x9a\x80"},
      {"bad \xff\xc3", "bad \\xff\\xc3"},
      {"overlong \xc0\xaf", "overlong \\xc0\\xaf"},
      {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
      {"turned \xe2\x80\xae"
       "round",
       "turned \\u{202e}round"},
      {"line\xe2\x80\xa8separator", "line separator"},
      {"", ""},
  }));
  CHECK(oneLine(text) == expected);
}

TEST_CASE("long text is cut between characters", "[sinks]") {
  CHECK(oneLine("abcdef", 3) == "abc...");
  CHECK(oneLine("\xc3\xa9\xc3\xa9\xc3\xa9", 3) == "\xc3\xa9\xc3\xa9...");
  CHECK(oneLine("abc", 3) == "abc");
}

TEST_CASE("the fixed lines, word for word", "[sinks]") {
  const TimeZone tz("UTC");
  SampleLine line;
  line.at_ms = kAfternoonMs;
  line.number = 1;
  line.total = 50;
  line.genre = "fantasy";
  line.ok = true;
  line.quality = 8.57;
  line.model = "gemini-2.0";
  CHECK(sampleLine(line) == "[3:45:23 PM] Sample 1/50 - fantasy - Quality: 8.5/10 - Model: gemini-2.0");
  SampleLine failed;
  failed.at_ms = kAfternoonMs + 6000;
  failed.number = 3;
  failed.total = 50;
  failed.genre = "sci-fi";
  failed.reason = "all providers failed:\nquill: timed out";
  CHECK(sampleLine(failed) == "[3:45:29 PM] Sample 3/50 - sci-fi - Failed: all providers failed: quill: timed out");
  CHECK(closingLine(48, 50, 150) == "Successfully generated 48 out of 50 examples in 150.0 seconds");
  CHECK(closingLine(48, 50, 61.249) == "Successfully generated 48 out of 50 examples in 61.2 seconds");
}
