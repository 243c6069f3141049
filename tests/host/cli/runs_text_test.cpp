#include "cli/runs_text.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>

using namespace troupe::cli;

TEST_CASE("a shown value is cut, not rounded", "[cli]") {
  const auto [value, decimals, expected] = GENERATE(table<double, int, std::string>({
      {7.96, 1, "7.9"},
      {7.9999999, 2, "7.99"},
      {8.0, 1, "8.0"},
      {8.2, 2, "8.20"},
      {8.3, 1, "8.3"},
      {0.1 + 0.2, 1, "0.3"},
      {10.0, 2, "10.00"},
      {0.0, 1, "0.0"},
  }));
  CAPTURE(value);
  CHECK(flooredText(value, decimals) == expected);
}

TEST_CASE("durations and times", "[cli]") {
  CHECK(durationText(0) == "0.0 s");
  CHECK(durationText(61299) == "61.2 s");
  CHECK(durationText(125000) == "2 min 5 s");
  CHECK(durationText(12000000) == "3 h 20 min");
  CHECK(timeText(0) == "-");
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  CHECK(timeText(1700000000000) == "2023-11-14 22:13");
}

TEST_CASE("a model's text cannot steer the terminal", "[cli]") {
  CHECK(printable("a\x1b[31mred\x07", true) == "a?[31mred?");
  CHECK(printable("\xC2\x9B"
                  "31m",
                  true) == "?31m");
  CHECK(printable("tab\tline\r\nend", true) == "tab\tline\nend");
  CHECK(printable("tab\tline\nend", false) == "tab line end");
  CHECK(printable("\xC3\xA9\xF0\x9F\x93\x9A", false) == "\xC3\xA9\xF0\x9F\x93\x9A");
  CHECK(indented("one\n\ntwo", "  ") == "  one\n\n  two\n");
  CHECK(indented("", "  ").empty());
}

TEST_CASE("a table's columns are as wide as their widest cell", "[cli]") {
  Table table({{"NAME"}, {"WINS", true}, {"NOTE"}});
  table.add({"wren", "3", ""});
  table.add({"caf\xC3\xA9-long", "12345", "x"});
  CHECK(table.text("> ") ==
        "> NAME        WINS  NOTE\n"
        "> wren           3\n"
        "> caf\xC3\xA9-long  12345  x\n");
}
