#include "layout.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include <troupe/log_line.hpp>
#include "line.hpp"
#include "text.hpp"

namespace troupe::console {
namespace {

/// A name and its value, shown as "Name: value".
struct Card {
  std::string_view name;
  std::string value;
  Tone tone = Tone::kPlain;
};

/// Lines of a panel, each with the order in which it is given up: the highest first.
class Panel {
 public:
  Panel(int width, const Style& style) : width_(width), style_(style) {}

  Line line() const { return Line(width_, style_); }
  void add(int order, FrameLine line) { items_.push_back({order, std::move(line)}); }
  void addText(int order, std::string_view text, Tone tone = Tone::kPlain) {
    add(order, line().add(text, tone).take());
  }
  void addBlank(int order) { add(order, {}); }

  /// Left and right on one line, or on two where one is too narrow.
  void addEdges(int order, std::string_view left, Tone left_tone, std::string_view right, Tone right_tone) {
    if (right.empty() || columns(left) + 1 + columns(right) > width_) {
      addText(order, left, left_tone);
      if (!right.empty()) addText(order + 5, right, right_tone);
      return;
    }
    add(order, line().add(left, left_tone).addRight(right, right_tone).take());
  }

  /// Cards side by side, as many on a line as fit.
  void addCards(int order, const std::vector<Card>& cards) {
    std::optional<Line> current(line());
    for (const Card& card : cards) {
      const int wide = columns(card.name) + 2 + columns(card.value);
      if (current->room() < width_) {
        if (3 + wide > current->room()) {
          add(order++, current->take());
          current.emplace(width_, style_);
        } else {
          current->add("   ");
        }
      }
      current->add(card.name, Tone::kDim).add(": ", Tone::kDim).add(card.value, card.tone);
    }
    add(order, current->take());
  }

  Frame take(int rows) {
    while (static_cast<int>(items_.size()) > std::max(rows, 0)) {
      auto worst = items_.begin();
      for (auto it = items_.begin(); it != items_.end(); ++it) {
        if (it->order > worst->order) worst = it;
      }
      items_.erase(worst);
    }
    Frame out;
    for (auto& item : items_) out.push_back(std::move(item.line));
    return out;
  }

 private:
  struct Item {
    int order;
    FrameLine line;
  };
  const int width_;
  const Style& style_;
  std::vector<Item> items_;
};

std::string stageText(const State& state) {
  if (state.phase == State::Phase::kPaused) return "paused";
  if (state.stage == "waiting" && !state.waiting_for.empty()) return "waiting: " + state.waiting_for;
  return state.stage;
}

std::string qualityText(const State& state) {
  return state.successful == 0 ? std::string("Evaluating...") : sinks::floored(state.latest_quality) + "/10";
}

Tone stageTone(const State& state) {
  if (state.phase == State::Phase::kFailed) return Tone::kRed;
  if (state.phase == State::Phase::kPaused || state.stage == "waiting") return Tone::kYellow;
  return state.phase == State::Phase::kComplete ? Tone::kGreen : Tone::kBlue;
}

/// Where a log line does not fit, what happened is worth more than when.
std::string_view logLine(std::string_view line, int width) {
  if (columns(line) <= width || width >= 60) return line;
  const auto time = line.find("] ");
  return time == std::string_view::npos ? line : line.substr(time + 2);
}

/// The table's columns behind the name: heading and one cell.
std::vector<std::string> cellsOf(const ModelRow& row) {
  return {std::to_string(row.wins), row.mean_quality ? sinks::floored(*row.mean_quality) : std::string("-"),
          std::to_string(row.failures),
          row.mean_latency_ms
              ? (*row.mean_latency_ms < 10000 ? std::to_string(std::llround(*row.mean_latency_ms)) + " ms"
                                              : sinks::rounded(*row.mean_latency_ms / 1000) + " s")
              : std::string("-")};
}

void addTable(Panel& panel, const std::vector<ModelRow>& models, int width) {
  static const std::vector<std::string> kHeadings = {"Wins", "Mean quality", "Failures", "Mean time"};
  std::vector<int> widths;
  int right = 0;
  for (std::size_t i = 0; i < kHeadings.size(); ++i) {
    int wide = columns(kHeadings[i]);
    for (const auto& row : models) wide = std::max(wide, columns(cellsOf(row)[i]));
    widths.push_back(wide);
    right += 2 + wide;
  }
  int name = columns("Model");
  for (const auto& row : models) name = std::max(name, columns(row.node));
  constexpr int kShortName = 8;
  if (width - right < std::min(name, kShortName)) {  // too narrow for columns
    for (const auto& row : models) {
      const auto cells = cellsOf(row);
      panel.addText(0, row.node, Tone::kBold);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        std::string text = "  ";
        panel.addText(0, text.append(kHeadings[i]).append(": ").append(cells[i]));
      }
    }
    return;
  }
  name = std::min(name, width - right);
  const auto padded = [](const std::string& text, int wide) {
    return std::string(static_cast<std::size_t>(std::max(0, wide - columns(text))), ' ') + text;
  };
  const auto addRow = [&](const std::string& first, const std::vector<std::string>& cells, Tone tone) {
    Line line = panel.line();
    const std::string fitted = fit(first, name);
    line.add(fitted, tone).add(std::string(static_cast<std::size_t>(name - columns(fitted)), ' '));
    for (std::size_t i = 0; i < cells.size(); ++i) line.add("  ").add(padded(cells[i], widths[i]), tone);
    panel.add(0, line.take());
  };
  addRow("Model", kHeadings, Tone::kDim);
  for (const auto& row : models) addRow(row.node, cellsOf(row), Tone::kPlain);
}

void addBest(Panel& panel, const BestStory& best, int width) {
  std::string title = "Best story: sample ";
  title.append(std::to_string(best.index))
      .append(", ")
      .append(best.genre)
      .append(", by ")
      .append(best.node)
      .append(", quality ");
  title.append(best.quality ? sinks::floored(*best.quality) : std::string("-")).append("/10");
  for (const auto& line : wrap(title, width)) panel.addText(0, line, Tone::kBold);
  std::string why = best.reason.empty() ? std::string("It won") : "Why it won: " + best.reason;
  if (best.margin && best.reason.find(" ahead of ") == std::string::npos) {  // Selectors may say it themselves.
    char margin[40];
    std::snprintf(margin, sizeof(margin), "%.2f", *best.margin);
    why.append(" (ahead of the next by ").append(margin).append(")");
  }
  for (const auto& line : wrap(why, width)) panel.addText(0, line, Tone::kDim);
  panel.addBlank(0);
  for (const auto& line : wrap(best.text, width)) panel.addText(0, line);
}

}  // namespace

std::string duration(double seconds) {
  const long long whole = std::llround(std::clamp(seconds, 0.0, 3.6e9));
  char text[48];
  if (whole < 600) {
    std::snprintf(text, sizeof(text), "%llds", whole);
  } else if (whole < 3600) {
    std::snprintf(text, sizeof(text), "%lldm %02llds", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof(text), "%lldh %02lldm", whole / 3600, whole / 60 % 60);
  }
  return text;
}

std::string remaining(const State& state) {
  if (!state.eta_s) return {};
  std::string out = "~";
  out.append(duration(*state.eta_s));
  if (state.eta_low_s && state.eta_high_s) {
    std::string low = duration(*state.eta_low_s);
    const std::string high = duration(*state.eta_high_s);
    if (*state.eta_high_s < 599.5) low.pop_back();  // one unit is enough: 60-95s
    out.append(" (").append(low).append("-").append(high).append(")");
  }
  return out.append(" left");
}

Frame render(const State& state, int width, int height, const Style& style) {
  if (width < 1 || height < 2) return {};
  Panel panel(width, style);
  panel.addEdges(30, "Training Progress", Tone::kBold, duration(state.elapsed_s) + " elapsed", Tone::kDim);
  const bool all = state.total > 0 && state.current >= state.total;
  const int percent = all ? 100 : std::clamp(static_cast<int>(std::floor(state.percentage)), 0, 99);
  std::string count = "Sample ";
  count.append(std::to_string(state.current)).append(" of ").append(std::to_string(state.total));
  panel.addEdges(10, count, Tone::kPlain, std::to_string(percent) + "%", Tone::kBold);
  panel.add(11, panel.line().addBar(state.total > 0 ? double(state.current) / double(state.total) : 0).take());
  if (state.phase == State::Phase::kPaused) {
    panel.addText(20, "Paused: " + state.reason, Tone::kYellow);
    panel.addText(19, "To go on: troupe resume " + state.run, Tone::kYellow);
  } else if (state.phase == State::Phase::kFailed) {
    panel.addText(20, "Failed: " + state.reason, Tone::kRed);
  } else if (state.phase == State::Phase::kRunning) {
    const std::string left = remaining(state);
    panel.addText(32, left.empty() ? "Remaining time: not known yet" : left);
  }
  panel.addBlank(101);
  const bool narrow = width < 30;
  panel.addCards(50, {{narrow ? "Phase" : "Current Phase", stageText(state), stageTone(state)},
                      {narrow ? "Genre" : "Current Genre",
                       state.phase == State::Phase::kComplete ? std::string("-") : state.genre},
                      {narrow ? "Quality" : "Latest Quality", qualityText(state)},
                      {narrow ? "Best" : "Best Model", state.best_model}});
  panel.addCards(40, {{"Successful", std::to_string(state.successful), Tone::kGreen},
                      {"Failed", std::to_string(state.failed), state.failed > 0 ? Tone::kRed : Tone::kPlain},
                      {"Saved", std::to_string(state.saved)},
                      {"Below threshold", std::to_string(state.below_threshold)}});
  if (!state.cost.empty()) panel.addText(45, "Cost: " + state.cost);
  if (!state.warning.empty()) panel.addText(60, "Warning: " + state.warning, Tone::kYellow);
  if (!state.lines.empty()) {
    panel.addBlank(100);
    panel.addText(99, "Training Log:", Tone::kDim);
    int order = 98;
    for (const auto& line : state.lines)
      panel.addText(order--, logLine(line, width),
                    line.find(" - Failed: ") == std::string::npos ? Tone::kGreen : Tone::kRed);
  }
  return panel.take(height - 1);
}

Frame report(const State& state, int width, const Style& style) {
  if (!state.result) return {};
  const Result& result = *state.result;
  Panel panel(std::max(width, 1), style);
  panel.addBlank(0);
  if (state.phase == State::Phase::kComplete) panel.addText(0, "Training Completed!", Tone::kGreen);
  for (const auto& line : wrap(sinks::closingLine(result.successful, result.samples, result.elapsed_s), width))
    panel.addText(0, line);
  std::vector<Card> counts = {{"Generated", std::to_string(result.successful)},
                              {"Saved", std::to_string(result.saved)},
                              {"Below threshold", std::to_string(result.below_threshold)},
                              {"Failed", std::to_string(result.failed)}};
  if (result.repeated > 0) counts.push_back({"Calls repeated after a restart", std::to_string(result.repeated)});
  panel.addCards(0, counts);
  if (!state.cost.empty()) panel.addText(0, "Cost: " + state.cost);
  if (!result.models.empty()) {
    panel.addBlank(0);
    addTable(panel, result.models, width);
  }
  if (result.best) {
    panel.addBlank(0);
    addBest(panel, *result.best, width);
  }
  return panel.take(1 << 30);
}

}  // namespace troupe::console
