#include "console.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

#include "text.hpp"

namespace troupe::console {
namespace {

constexpr std::chrono::milliseconds kFrame{50};  // 20 frames a second
constexpr int kFinalWait_ms = 500;               // for a terminal that is stopped
constexpr int kPipeWidth = 100;

std::string_view typeOf(const Object& event) {
  const auto* type = event.find("type");
  return type != nullptr && type->IsString() ? std::string_view(type->GetString(), type->GetStringLength())
                                             : std::string_view();
}

bool isUtf8(std::string locale) {
  std::transform(locale.begin(), locale.end(), locale.begin(), [](unsigned char c) { return std::tolower(c); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

/// One line a story, whatever the number of stores: the first of them that gave it a number.
std::string savedLine(const Object& event) {
  const auto* saved = event.find("saved");
  if (saved == nullptr || !saved->IsArray()) return {};
  for (const auto& entry : saved->GetArray()) {
    const auto* id = Object(entry).find("id");
    if (id == nullptr || (!id->IsInt64() && !id->IsString())) continue;
    const std::string text =
        id->IsInt64() ? std::to_string(id->GetInt64()) : clean({id->GetString(), id->GetStringLength()});
    return "[AutoTrainer] \xf0\x9f\x92\xbe Saved story #" + text + " to database\n";
  }
  return {};
}

}  // namespace

Mode modeOf(std::string_view mode, bool is_terminal, std::string_view term) {
  if (mode == "off") return Mode::kOff;
  if (mode == "tty") return Mode::kTerminal;
  if (mode == "pipe") return Mode::kPipe;
  return is_terminal && term != "dumb" && !term.empty() ? Mode::kTerminal : Mode::kPipe;
}

Environment Environment::ofProcess() {
  const auto get = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  Environment out{get("TERM"), get("COLORTERM"), get("NO_COLOR"), get("LC_ALL")};
  if (out.locale.empty()) out.locale = get("LC_CTYPE");
  if (out.locale.empty()) out.locale = get("LANG");
  return out;
}

Style styleOf(std::string_view color, bool is_terminal, const Environment& environment) {
  Style style;
  // Containers often set no locale at all and show UTF-8 well; one that is named and is another has a reason.
  const bool named = !environment.locale.empty() && environment.locale != "C" && environment.locale != "POSIX";
  style.unicode = !named || isUtf8(environment.locale);
  const bool automatic =
      is_terminal && environment.no_color.empty() && environment.term != "dumb" && !environment.term.empty();
  if (color == "never" || (color != "always" && !automatic)) return style;
  if (environment.colorterm == "truecolor" || environment.colorterm == "24bit") {
    style.color = Style::Color::k24Bit;
  } else {
    style.color = environment.term.find("256color") != std::string::npos ? Style::Color::k256 : Style::Color::k16;
  }
  return style;
}

std::string pipeLines(const Object& event, const State& state) {
  const std::string_view type = typeOf(event);
  std::string out;
  if (type == "run") {
    const std::string is = cleanText(event, "state", "");
    if (is == "running") {
      out.append("[AutoTrainer] \xf0\x9f\x9a\x80 Starting batch generation: ")
          .append(std::to_string(state.total))
          .append(" examples\n");
    } else if (is == "paused") {
      out.append("[AutoTrainer] Paused: ").append(state.reason).append("\n");
      out.append("[AutoTrainer] To go on: troupe resume ").append(state.run).append("\n");
    } else {
      out.append("[AutoTrainer] Run ").append(state.run).append(" ").append(is).append("\n");
    }
  } else if (type == "sample") {
    out = savedLine(event);
    const auto number = integerOr(event, "number", 0);
    if (number > 0 && (number % 10 == 0 || number == state.total)) {
      out.append("[AutoTrainer] \xf0\x9f\x93\x88 Progress: ").append(std::to_string(number)).append("/");
      out.append(std::to_string(state.total))
          .append(" (")
          .append(std::to_string(state.successful))
          .append(" successful)\n");
    }
  } else if (type == "log" || type == "notice") {
    const std::string level = cleanText(event, "level", "info");
    if (type == "log" && level != "warning" && level != "error") return out;
    out.append("[AutoTrainer] ").append(level == "error" ? "Error: " : level == "warning" ? "Warning: " : "Notice: ");
    out.append(state.warning).append("\n");
  } else if (type == "failed") {
    out.append("[AutoTrainer] Failed: ").append(state.reason).append("\n");
  }
  return out;
}

Console::Console(int fd, Mode mode, Style style, Clock clock)
    : output_(fd), mode_(mode), style_(style), clock_(std::move(clock)) {}

Console::~Console() {
  if (mode_ == Mode::kTerminal && dirty_ && !finished_) draw(true);
}

void Console::handle(const Object& event) {
  if (mode_ == Mode::kOff) return;
  apply(state_, event);
  const std::string_view type = typeOf(event);
  const bool ends = type == "complete" || type == "failed";
  if (mode_ == Mode::kPipe || finished_) {
    const std::string lines = pipeLines(event, state_);
    if (!lines.empty()) output_.write(lines);
  } else {
    dirty_ = true;
    draw(ends || type == "run");
  }
  if (ends && !finished_) finish();
}

void Console::draw(bool now) {
  const auto time = clock_();
  if (!now && drawn_ && time - drawn_at_ < kFrame) return;
  if (!output_.writable(now ? kFinalWait_ms : 0)) return;
  const Output::Size size = output_.size();
  screen_.draw(render(state_, size.width, size.height, style_), size);
  drawn_at_ = time;
  drawn_ = true;
  dirty_ = false;
}

void Console::finish() {
  finished_ = true;
  if (mode_ == Mode::kTerminal) {
    if (output_.writable(kFinalWait_ms)) screen_.print(report(state_, output_.size().width, style_));
    return;
  }
  std::string out;
  for (const auto& line : report(state_, kPipeWidth, style_)) out.append(line.text).append("\n");
  output_.write(out);
}

}  // namespace troupe::console
