#include "layout.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <tuple>

#include "console_events.hpp"
#include "text.hpp"

using namespace troupe::console;
using namespace troupe::test;

namespace {

std::string text(const Frame& frame) {
  std::string out;
  for (const auto& line : frame) out.append(out.empty() && &line == &frame.front() ? "" : "\n").append(line.text);
  return out;
}

Story running() { return Story().add(runEvent("running")); }

/// Text without its SGR sequences.
std::string plain(const std::string& coloured) {
  std::string out;
  for (std::size_t at = 0; at < coloured.size(); ++at) {
    if (coloured[at] == '\x1b') {
      at = coloured.find('m', at);
    } else {
      out += coloured[at];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the panel before the first sample", "[console]") {
  const TimeZone tz("UTC");
  CHECK(text(render(running().state(), 80, 24, Style())) ==
        R"(Training Progress                                                     0s elapsed
Sample 0 of 50                                                                0%
░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
Remaining time: not known yet

Current Phase: generating   Current Genre: Random
Latest Quality: Evaluating...   Best Model: -
Successful: 0   Failed: 0   Saved: 0   Below threshold: 0)");
}

TEST_CASE("the panel in mid-run", "[console]") {
  const TimeZone tz("UTC");
  const Story story = running().samples(1, 25);
  SECTION("80 x 24") {
    CHECK(text(render(story.state(), 80, 24, Style())) ==
          R"(Training Progress                                                    75s elapsed
Sample 25 of 50                                                              50%
████████████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
~75s (60-95s) left

Current Phase: generating   Current Genre: fantasy   Latest Quality: 8.7/10
Best Model: gemini-2.0
Successful: 24   Failed: 1   Saved: 12   Below threshold: 8

Training Log:
[3:45:23 PM] Sample 16/50 - horror - Quality: 7.8/10 - Model: gemini-2.0
[3:45:26 PM] Sample 17/50 - sci-fi - Quality: 9.2/10 - Model: groq-llama
[3:45:29 PM] Sample 18/50 - romance - Quality: 8.1/10 - Model: claude-sonnet
[3:45:32 PM] Sample 19/50 - mystery - Quality: 8.9/10 - Model: gemini-2.0
[3:45:35 PM] Sample 20/50 - thriller - Quality: 8.5/10 - Model: groq-llama
[3:45:38 PM] Sample 21/50 - fantasy - Quality: 9.0/10 - Model: claude-sonnet
[3:45:41 PM] Sample 22/50 - adventure - Quality: 8.3/10 - Model: gemini-2.0
[3:45:44 PM] Sample 23/50 - dystopian - Quality: 7.9/10 - Model: groq-llama
[3:45:47 PM] Sample 24/50 - horror - Quality: 8.8/10 - Model: claude-sonnet
[3:45:50 PM] Sample 25/50 - fantasy - Quality: 8.7/10 - Model: gemini-2.0)");
  }
  SECTION("40 x 16: the log gives up its oldest lines, its heading and its times") {
    CHECK(text(render(story.state(), 40, 16, Style())) ==
          R"(Training Progress            75s elapsed
Sample 25 of 50                      50%
████████████████████░░░░░░░░░░░░░░░░░░░░
~75s (60-95s) left
Current Phase: generating
Current Genre: fantasy
Latest Quality: 8.7/10
Best Model: gemini-2.0
Successful: 24   Failed: 1   Saved: 12
Below threshold: 8
Sample 21/50 - fantasy - Quality: 9.0/1…
Sample 22/50 - adventure - Quality: 8.3…
Sample 23/50 - dystopian - Quality: 7.9…
Sample 24/50 - horror - Quality: 8.8/10…
Sample 25/50 - fantasy - Quality: 8.7/1…)");
  }
  SECTION("20 x 18") {
    CHECK(text(render(story.state(), 20, 18, Style())) ==
          R"(Training Progress
75s elapsed
Sample 25 of 50  50%
██████████░░░░░░░░░░
~75s (60-95s) left
Phase: generating
Genre: fantasy
Quality: 8.7/10
Best: gemini-2.0
Successful: 24
Failed: 1
Saved: 12
Below threshold: 8
Sample 22/50 - adve…
Sample 23/50 - dyst…
Sample 24/50 - horr…
Sample 25/50 - fant…)");
  }
  SECTION("ASCII only") {
    Style style;
    style.unicode = false;
    CHECK(text(render(story.state(), 40, 7, style)) ==
          R"(Training Progress            75s elapsed
Sample 25 of 50                      50%
####################--------------------
~75s (60-95s) left
Successful: 24   Failed: 1   Saved: 12
Below threshold: 8)");
  }
}

TEST_CASE("a low terminal keeps the count, the bar, then the rest", "[console]") {
  const TimeZone tz("UTC");
  const Story story = running().samples(1, 25);
  const std::string title = "Training Progress            75s elapsed\n";
  const std::string count = "Sample 25 of 50                      50%";
  const std::string bar = "\n" + text({render(story.state(), 40, 3, Style())[1]});
  CHECK(text(render(story.state(), 40, 1, Style())).empty());
  CHECK(text(render(story.state(), 40, 2, Style())) == count);
  CHECK(text(render(story.state(), 40, 3, Style())) == count + bar);
  CHECK(text(render(story.state(), 40, 4, Style())) == title + count + bar);
  CHECK(text(render(story.state(), 40, 5, Style())) == title + count + bar + "\n~75s (60-95s) left");
}

TEST_CASE("the panel of a paused run says why and how to go on", "[console]") {
  const TimeZone tz("UTC");
  const Story story = running().samples(1, 8).add(runEvent("paused", "budget: 2.00 usd are spent"));
  CHECK(text(render(story.state(), 80, 12, Style())) ==
        R"(Training Progress                                                    24s elapsed
Sample 8 of 50                                                               16%
████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
Paused: budget: 2.00 usd are spent
To go on: troupe resume stories-7f3a
Current Phase: paused   Current Genre: romance   Latest Quality: 8.1/10
Best Model: groq-llama
Successful: 7   Failed: 1   Saved: 4   Below threshold: 2
[3:44:53 PM] Sample 6/50 - horror - Quality: 7.8/10 - Model: claude-sonnet
[3:44:56 PM] Sample 7/50 - sci-fi - Failed: no candidate is left
[3:44:59 PM] Sample 8/50 - romance - Quality: 8.1/10 - Model: groq-llama)");
}

TEST_CASE("the panel of a waiting run says for what, and shows the latest warning", "[console]") {
  const TimeZone tz("UTC");
  const Story story =
      running()
          .samples(1, 3)
          .add(progressOf(
              3,
              R"(,"phase":"waiting","waiting_for":"rate limit of gemini-2.0 until 3:50:00 PM","elapsed_s":712.4,"eta_s":4000,"eta_low_s":3000,"eta_high_s":40000)"))
          .add(R"({"type":"log","level":"warning","source":"judge","message":"slow \u001b]0;x\u0007answer"})")
          .add(R"({"type":"log","level":"info","source":"judge","message":"not worth a line"})");
  CHECK(text(render(story.state(), 80, 24, Style())) ==
        R"(Training Progress                                                11m 52s elapsed
Sample 3 of 50                                                                6%
████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
~1h 06m (50m 00s-11h 06m) left

Current Phase: waiting: rate limit of gemini-2.0 until 3:50:00 PM
Current Genre: dystopian   Latest Quality: 7.9/10   Best Model: claude-sonnet
Successful: 3   Failed: 0   Saved: 1   Below threshold: 1
Warning: judge: slow ]0;xanswer

Training Log:
[3:44:38 PM] Sample 1/50 - fantasy - Quality: 9.0/10 - Model: gemini-2.0
[3:44:41 PM] Sample 2/50 - adventure - Quality: 8.3/10 - Model: groq-llama
[3:44:44 PM] Sample 3/50 - dystopian - Quality: 7.9/10 - Model: claude-sonnet)");
}

TEST_CASE("the panel of a failed run says why", "[console]") {
  const TimeZone tz("UTC");
  const Story story = running().samples(1, 7).add(R"({"type":"failed","error":"the disk of the journal is full"})");
  CHECK(text(render(story.state(), 60, 12, Style())) ==
        R"(Training Progress                                21s elapsed
Sample 7 of 50                                           14%
████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
Failed: the disk of the journal is full
Current Phase: failed   Current Genre: sci-fi
Latest Quality: 7.8/10   Best Model: gemini-2.0
Successful: 6   Failed: 1   Saved: 3   Below threshold: 2
[3:44:47 PM] Sample 4/50 - horror - Quality: 8.8/10 - Model…
[3:44:50 PM] Sample 5/50 - fantasy - Quality: 8.7/10 - Mode…
[3:44:53 PM] Sample 6/50 - horror - Quality: 7.8/10 - Model…
[3:44:56 PM] Sample 7/50 - sci-fi - Failed: no candidate is…)");
}

TEST_CASE("the panel and the report of a complete run", "[console]") {
  const TimeZone tz("UTC");
  const Story story = running().samples(1, 50).add(completeEvent());
  CHECK(text(render(story.state(), 80, 14, Style())) ==
        R"(Training Progress                                                   150s elapsed
Sample 50 of 50                                                             100%
████████████████████████████████████████████████████████████████████████████████
Current Phase: complete   Current Genre: -   Latest Quality: 8.5/10
Best Model: groq-llama
Successful: 48   Failed: 2   Saved: 31   Below threshold: 17
[3:46:47 PM] Sample 44/50 - horror - Quality: 8.8/10 - Model: groq-llama
[3:46:50 PM] Sample 45/50 - fantasy - Quality: 8.7/10 - Model: claude-sonnet
[3:46:53 PM] Sample 46/50 - horror - Quality: 7.8/10 - Model: gemini-2.0
[3:46:56 PM] Sample 47/50 - sci-fi - Quality: 9.2/10 - Model: groq-llama
[3:46:59 PM] Sample 48/50 - romance - Quality: 8.1/10 - Model: claude-sonnet
[3:47:02 PM] Sample 49/50 - mystery - Quality: 8.9/10 - Model: gemini-2.0
[3:47:05 PM] Sample 50/50 - thriller - Quality: 8.5/10 - Model: groq-llama)");
  CHECK(text(report(story.state(), 80, Style())) ==
        R"(
Training Completed!
Successfully generated 48 out of 50 examples in 150.0 seconds
Generated: 48   Saved: 31   Below threshold: 17   Failed: 2

Model          Wins  Mean quality  Failures  Mean time
gemini-2.0       20           8.4         0     310 ms
claude-sonnet    16           8.3         1     12.4 s
groq-llama       12             -         3          -

Best story: sample 16, sci-fi, by gemini-2.0, quality 9.2/10
Why it won: craft and judge both put it first (ahead of the next by 0.60)

The lamp had burned for a thousand years, and no one in the valley knew who
trimmed it.

Then one night it [2Jwent out.)");
  CHECK(text(report(story.state(), 30, Style())) ==
        R"(
Training Completed!
Successfully generated 48 out
of 50 examples in 150.0
seconds
Generated: 48   Saved: 31
Below threshold: 17
Failed: 2

gemini-2.0
  Wins: 20
  Mean quality: 8.4
  Failures: 0
  Mean time: 310 ms
claude-sonnet
  Wins: 16
  Mean quality: 8.3
  Failures: 1
  Mean time: 12.4 s
groq-llama
  Wins: 12
  Mean quality: -
  Failures: 3
  Mean time: -

Best story: sample 16, sci-fi,
by gemini-2.0, quality 9.2/10
Why it won: craft and judge
both put it first (ahead of
the next by 0.60)

The lamp had burned for a
thousand years, and no one in
the valley knew who trimmed
it.

Then one night it [2Jwent out.)");
}

TEST_CASE("no frame exceeds its terminal, at any size and in any style", "[console]") {
  const TimeZone tz("UTC");
  const std::string wide =
      R"({"type":"progress","current":3,"total":9000000,"current_genre":"\u7269\u8a9e\u306e\u30b8\u30e3\u30f3\u30eb \ud83d\ude80",
    "best_model":"\u0065\u0301\u0065\u0301\u0065\u0301","successful":3,"latest_quality":10,"eta_s":1e12,"eta_low_s":0,"eta_high_s":1e300})";
  const Story story = running().samples(1, 12).add(wide);
  const Story complete = running().samples(1, 12).add(completeEvent());
  for (const auto color : {Style::Color::kNone, Style::Color::k16, Style::Color::k256, Style::Color::k24Bit}) {
    Style style;
    style.color = color;
    for (int width = 1; width <= 120; width += width < 24 ? 1 : 13) {
      for (const auto* state : {&story.state(), &complete.state()}) {
        for (int height = 1; height <= 30; ++height) {
          const Frame frame = render(*state, width, height, style);
          REQUIRE(static_cast<int>(frame.size()) <= height - 1);
          for (const auto& line : frame) {
            REQUIRE(line.width <= width);
            REQUIRE(columns(plain(line.text)) == line.width);
          }
        }
        for (const auto& line : report(*state, width, style)) REQUIRE(columns(plain(line.text)) <= width);
      }
    }
  }
}

TEST_CASE("the bar goes from blue to purple in the colours there are", "[console]") {
  const TimeZone tz("UTC");
  const Story story = running().samples(1, 50);
  Style style;
  const auto bar = [&] { return render(story.state(), 4, 3, style)[1].text; };
  const std::string cell = "\xe2\x96\x88";
  CHECK(bar() == cell + cell + cell + cell);
  style.color = Style::Color::k16;
  CHECK(bar() == "\x1b[34m" + cell + cell + "\x1b[0m\x1b[35m" + cell + cell + "\x1b[0m");
  style.color = Style::Color::k256;
  CHECK(bar() == "\x1b[38;5;33m" + cell + "\x1b[0m\x1b[38;5;63m" + cell + "\x1b[0m\x1b[38;5;98m" + cell +
                     "\x1b[0m\x1b[38;5;92m" + cell + "\x1b[0m");
  style.color = Style::Color::k24Bit;
  CHECK(bar() == "\x1b[38;2;59;130;246m" + cell + "\x1b[0m\x1b[38;2;88;104;242m" + cell +
                     "\x1b[0m\x1b[38;2;118;77;238m" + cell + "\x1b[0m\x1b[38;2;147;51;234m" + cell + "\x1b[0m");
}

TEST_CASE("percent never reads 100 before the last sample", "[console]") {
  State state;
  state.current = 9999;
  state.total = 10000;
  state.percentage = 99.99;
  CHECK_THAT(render(state, 40, 24, Style())[1].text, Catch::EndsWith(" 99%"));
}

TEST_CASE("durations and ranges", "[console]") {
  const auto [seconds, expected] = GENERATE(table<double, std::string>({
      {0, "0s"},
      {74.6, "75s"},
      {150, "150s"},
      {599.4, "599s"},
      {599.6, "10m 00s"},
      {750, "12m 30s"},
      {11100, "3h 05m"},
      {-5, "0s"},
  }));
  CHECK(duration(seconds) == expected);
  State state;
  CHECK(remaining(state).empty());
  state.eta_s = 75;
  CHECK(remaining(state) == "~75s left");
  state.eta_low_s = 60;
  state.eta_high_s = 95;
  CHECK(remaining(state) == "~75s (60-95s) left");
  state.eta_high_s = 700;
  CHECK(remaining(state) == "~75s (60s-11m 40s) left");
}
