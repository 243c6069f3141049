#pragma once

#include <array>
#include <string>

#include "json_value.hpp"
#include "state.hpp"
#include "time_zone.hpp"

namespace troupe::test {

/// The events of the seed's example run: 50 samples in 150 s, 48 of them successful.
inline std::string runEvent(const std::string& state, const std::string& reason = "") {
  std::string out = R"({"type":"run","run":"stories-7f3a","at":1699976645000,"state":")";
  out.append(state).append(R"(","reason":")").append(reason);
  return out.append(R"(","pipeline":"stories","samples":50,"in_flight":8,"seed":7})");
}

inline std::string progressOf(int current, const std::string& more) {
  std::string out = R"({"type":"progress","run":"stories-7f3a","at":1699976645000,"current":)";
  out.append(std::to_string(current))
      .append(R"(,"total":50,"percentage":)")
      .append(std::to_string(current * 2))
      .append(".0");
  return out.append(more).append("}");
}

inline std::string sampleEvent(int number) {
  static const std::array<const char*, 10> kGenres = {"horror",  "sci-fi",    "romance",   "mystery", "thriller",
                                                      "fantasy", "adventure", "dystopian", "horror",  "fantasy"};
  static const std::array<double, 10> kQualities = {7.8, 9.2, 8.1, 8.9, 8.5, 9.0, 8.3, 7.9, 8.8, 8.75};
  static const std::array<const char*, 3> kModels = {"claude-sonnet", "gemini-2.0", "groq-llama"};
  const auto i = static_cast<std::size_t>(number + 4) % 10;  // sample 16 is the first of the seed's list
  const bool ok = number != 7 && number != 31;
  const int failed = (number >= 7 ? 1 : 0) + (number >= 31 ? 1 : 0);
  const char* model = kModels[static_cast<std::size_t>(number) % 3];
  std::string out = R"({"type":"sample","run":"stories-7f3a","at":)";
  out.append(std::to_string(kAfternoonMs + 3000LL * (number - 16)))
      .append(R"(,"number":)")
      .append(std::to_string(number));
  out.append(R"(,"index":)")
      .append(std::to_string(number - 1))
      .append(R"(,"genre":")")
      .append(kGenres[i])
      .append(R"(","ok":)");
  out.append(ok ? "true" : "false").append(R"(,"quality":)").append(ok ? std::to_string(kQualities[i]) : "null");
  out.append(ok ? std::string(R"(,"model":")").append(model).append(R"(","reason":null)")
                : std::string(R"(,"model":null,"reason":"no candidate is left")"));
  out.append(number % 2 == 0 && ok ? R"(,"saved":[{"node":"stories","id":)" + std::to_string(100 + number) + "}]"
                                   : R"(,"saved":[])");
  std::string more = R"(,"latest_quality":)";
  more.append(std::to_string(kQualities[ok ? i : i - 1])).append(R"(,"current_genre":")").append(kGenres[i]);
  more.append(R"(","best_model":")").append(model).append(R"(","successful":)").append(std::to_string(number - failed));
  more.append(R"(,"failed":)")
      .append(std::to_string(failed))
      .append(R"(,"stories_saved":)")
      .append(std::to_string(number / 2));
  more.append(R"(,"phase":"generating","elapsed_s":)").append(std::to_string(3 * number));
  more.append(R"(,"eta_s":)").append(std::to_string(3 * (50 - number)));
  more.append(R"(,"eta_low_s":)").append(std::to_string(0.8 * 3 * (50 - number)));
  more.append(R"(,"eta_high_s":)").append(std::to_string(1.27 * 3 * (50 - number)));
  more.append(R"(,"below_threshold":)").append(std::to_string(number / 3)).append(R"(,"repeated":0)");
  return out.append(R"(,"kept":true,"progress":)").append(progressOf(number, more)).append("}");
}

inline std::string completeEvent() {
  return R"({"type":"complete","run":"stories-7f3a","at":1699976870000,"result":{"run":"stories-7f3a","state":"complete","samples":50,
    "successful":48,"failed":2,"stories_saved":31,"below_threshold":17,"elapsed_s":150.0,"repeated":0,
    "models":[{"node":"gemini-2.0","wins":20,"candidates":50,"failures":0,"mean_quality":8.46,"mean_latency_ms":310.4},
              {"node":"claude-sonnet","wins":16,"candidates":49,"failures":1,"mean_quality":8.31,"mean_latency_ms":12400},
              {"node":"groq-llama","wins":12,"candidates":47,"failures":3,"mean_quality":null,"mean_latency_ms":null}],
    "best":{"index":16,"node":"gemini-2.0","genre":"sci-fi","quality":9.27,"margin":0.6,"reason":"craft and judge both put it first",
            "text":"The lamp had burned for a thousand years, and no one in the valley knew who trimmed it.\n\nThen one night it \u001b[2Jwent out."}}})";
}

/// The state after these events.
class Story {
 public:
  Story& add(const std::string& event) {
    console::apply(state_, JsonValue(event).object());
    return *this;
  }
  Story& samples(int from, int to) {
    for (int number = from; number <= to; ++number) add(sampleEvent(number));
    return *this;
  }
  const console::State& state() const { return state_; }

 private:
  console::State state_;
};

}  // namespace troupe::test
