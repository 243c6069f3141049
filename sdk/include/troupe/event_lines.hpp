#ifndef TROUPE_EVENT_LINES_HPP
#define TROUPE_EVENT_LINES_HPP

// The log of a run as text, a pure function of its events: what sink.log_file writes and what the host's API gives
// away. Header-only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/log_line.hpp>
#include <troupe/troupe.hpp>

namespace troupe::sinks {

/// The least severe line that is written.
enum class Level { kDebug, kInfo, kWarning, kError };

/// "debug", "info", "warning" or "error"; anything else is info.
inline Level levelOf(std::string_view name) {
  if (name == "debug") return Level::kDebug;
  if (name == "warning") return Level::kWarning;
  if (name == "error") return Level::kError;
  return Level::kInfo;
}

namespace detail {

inline std::string_view textOr(const Object& object, std::string_view name, std::string_view fallback) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsString() ? std::string_view(value->GetString(), value->GetStringLength())
                                               : fallback;
}

inline std::int64_t integerOr(const Object& object, std::string_view name, std::int64_t fallback) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : fallback;
}

inline std::optional<double> number(const Object& object, std::string_view name) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsNumber() ? std::optional<double>(value->GetDouble()) : std::nullopt;
}

inline bool boolOr(const Object& object, std::string_view name, bool fallback) {
  const auto* value = object.find(name);
  return value != nullptr && value->IsBool() ? value->GetBool() : fallback;
}

/// Collects the lines of one event.
class Lines {
 public:
  Lines(std::int64_t at_ms, Level level) : at_ms_(at_ms), level_(level) {}

  void add(Level level, const std::string& text) {
    if (level >= level_) out_ += "[" + clockTime(at_ms_) + "] " + text + "\n";
  }
  void addBare(Level level, const std::string& line) {
    if (level >= level_) out_ += line + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  const std::int64_t at_ms_;
  const Level level_;
  std::string out_;
};

/// An id of a store: a number or a string.
inline std::string idText(const rapidjson::Value& id) {
  if (id.IsInt64()) return std::to_string(id.GetInt64());
  if (id.IsUint64()) return std::to_string(id.GetUint64());
  if (id.IsString()) return oneLine({id.GetString(), id.GetStringLength()}, 100);
  return "?";
}

inline void addSample(const Object& event, std::int64_t at_ms, Lines& lines) {
  SampleLine line;
  line.at_ms = at_ms;
  line.number = integerOr(event, "number", 0);
  const auto* progress = event.find("progress");
  if (progress != nullptr) line.total = integerOr(Object(*progress), "total", 0);
  line.genre = textOr(event, "genre", "-");
  line.ok = boolOr(event, "ok", false);
  line.quality = number(event, "quality");
  line.model = textOr(event, "model", "-");
  line.reason = textOr(event, "reason", "");
  lines.addBare(line.ok ? Level::kInfo : Level::kWarning, sampleLine(line));
  const auto* saved = event.find("saved");
  if (saved != nullptr && saved->IsArray()) {
    for (const auto& entry : saved->GetArray()) {
      const Object story(entry);
      const auto* id = story.find("id");
      lines.add(Level::kInfo, "Saved story #" + (id == nullptr ? std::string("?") : idText(*id)) + " to " +
                                  oneLine(textOr(story, "node", "a store"), 100));
    }
  }
  if (line.ok && !boolOr(event, "kept", true))
    lines.add(Level::kDebug, "Sample " + std::to_string(line.number) +
                                 " not kept: " + oneLine(textOr(event, "dropped", "filtered"), 500));
}

inline void addRun(const Object& event, Lines& lines) {
  const std::string run = oneLine(textOr(event, "run", "?"), 100);
  const std::string_view state = textOr(event, "state", "?");
  const std::string reason = oneLine(textOr(event, "reason", ""), 500);
  std::string text = "Run " + run + " " + oneLine(state, 40);
  if (state == "running") {
    text += ": pipeline " + oneLine(textOr(event, "pipeline", "-"), 100) + ", " +
            std::to_string(integerOr(event, "samples", 0)) + " samples, in_flight " +
            std::to_string(integerOr(event, "in_flight", 0)) + ", seed " + std::to_string(integerOr(event, "seed", 0));
  }
  if (!reason.empty()) text += ": " + reason;
  const bool paused = state == "paused";
  if (paused) text += "; to go on: troupe resume " + run;
  lines.add(paused ? Level::kWarning : Level::kInfo, text);
}

/// The result's counts as the last lines. Written at every level: a log without its end looks like a run without one.
inline void addResult(const Object& result, Lines& lines) {
  const std::int64_t successful = integerOr(result, "successful", 0);
  lines.add(Level::kError, "Generated " + std::to_string(successful) + ", saved " +
                               std::to_string(integerOr(result, "stories_saved", 0)) + ", below the threshold " +
                               std::to_string(integerOr(result, "below_threshold", 0)) + ", failed " +
                               std::to_string(integerOr(result, "failed", 0)) + ", calls repeated after a restart " +
                               std::to_string(integerOr(result, "repeated", 0)));
  lines.addBare(Level::kError,
                closingLine(successful, integerOr(result, "samples", 0), number(result, "elapsed_s").value_or(0)));
}

inline void addMessage(const Object& event, std::string_view fallback_source, Lines& lines) {
  const std::string_view name = textOr(event, "level", "info");
  const Level level = levelOf(name);
  std::string text = level == Level::kError ? "ERROR " : level == Level::kWarning ? "WARNING " : "";
  const std::string_view source = textOr(event, "source", fallback_source);
  if (!source.empty()) text += oneLine(source, 100) + ": ";
  lines.add(level, text + oneLine(textOr(event, "message", "")));
}

}  // namespace detail

/// The lines of one event, each ended by '\n'; empty when the event has none at this level. A pure function: the same
/// event gives the same lines, whenever and however often it comes.
inline std::string eventLines(const Object& event, Level level) {
  using namespace detail;
  const std::int64_t at_ms = integerOr(event, "at", 0);
  Lines lines(at_ms, level);
  const std::string_view type = textOr(event, "type", "");
  if (type == "sample") {
    addSample(event, at_ms, lines);
  } else if (type == "run") {
    addRun(event, lines);
  } else if (type == "log") {
    addMessage(event, "", lines);
  } else if (type == "notice") {
    addMessage(event, "notice", lines);
  } else if (type == "complete" || type == "failed") {
    if (type == "failed")
      lines.add(Level::kError, "ERROR The run failed: " + oneLine(textOr(event, "error", "no reason given")));
    const auto* result = event.find("result");
    if (result != nullptr && result->IsObject()) {
      if (type == "complete") lines.add(Level::kError, "Training Completed!");
      addResult(Object(*result), lines);
    }
  }
  return lines.take();
}

}  // namespace troupe::sinks

#endif
