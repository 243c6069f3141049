#include "desktop_sink.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "support/run_text.hpp"

namespace troupe::desktop {
namespace {

constexpr std::size_t kMostRuns = 64;      // whose notification is remembered
constexpr std::size_t kMostHeld = 4;       // lines that a notification repeats
constexpr std::int64_t kRetryMs = 30'000;  // how long a daemon that failed is left alone

Urgency urgencyOf(std::string_view name) {
  return name == "low" ? Urgency::low : name == "critical" ? Urgency::critical : Urgency::normal;
}

Urgency defaultUrgency(const std::string& event) {
  return event == "failed" ? Urgency::critical : event == "sample" ? Urgency::low : Urgency::normal;
}

// After these nothing may follow that they could be merged into.
bool isLast(const std::string& event) {
  return event == "complete" || event == "failed" || event == "paused" || event == "cancelled";
}

}  // namespace

Settings settingsOf(const Options& options) {
  Settings settings;
  for (auto& name : options.texts("events")) settings.events.insert(std::move(name));
  settings.min_interval_ms = std::llround(options.number("min_interval_s", 5) * 1000);
  settings.sound = options.text("sound", "");
  if (options.has("urgency"))
    for (const auto& entry : options.object("urgency").json().GetObject())
      settings.urgency[entry.name.GetString()] = urgencyOf(options.object("urgency").text(entry.name.GetString()));
  return settings;
}

DesktopSink::DesktopSink(Settings settings, Outside outside)
    : settings_(std::move(settings)), outside_(std::move(outside)) {}

DesktopSink::Shown& DesktopSink::shownOf(const std::string& run) {
  const auto known = runs_.find(run);
  if (known != runs_.end()) return known->second;
  if (runs_.size() >= kMostRuns) runs_.erase(runs_.begin());
  return runs_[run];
}

void DesktopSink::handle(const Object& event) {
  tell(event);
  // Nothing more comes of a run that is over.
  const auto name = sinks::eventName(event);
  if (isLast(name) && name != "paused") runs_.erase(std::string(event.text("run", "")));
}

void DesktopSink::tell(const Object& event) {
  const auto name = sinks::eventName(event);
  if (settings_.events.count(name) == 0) return;
  auto& shown = shownOf(std::string(event.text("run", "")));
  const auto text = sinks::runText(event);
  const auto hold = [&] {
    if (shown.held.size() >= kMostHeld) {
      shown.held.erase(shown.held.begin());
      ++shown.dropped;
    }
    shown.held.push_back(text.body.empty() ? text.title : text.body);
  };
  if (outside_.now_ms() < shown.next_ms && !isLast(name)) return hold();

  Notification notification;
  notification.title = text.title;
  notification.body = text.body;
  for (auto line = shown.held.rbegin(); line != shown.held.rend(); ++line) notification.body += "\n" + *line;
  if (shown.dropped > 0) notification.body += "\nand " + std::to_string(shown.dropped) + " more";
  const auto special = settings_.urgency.find(name);
  notification.urgency = special != settings_.urgency.end() ? special->second : defaultUrgency(name);
  notification.sound = settings_.sound;
  notification.replaces = shown.id;
  try {
    shown.id = outside_.show(notification);
    shown.next_ms = outside_.now_ms() + settings_.min_interval_ms;
    shown.held.clear();
    shown.dropped = 0;
  } catch (const std::exception& e) {
    hold();
    shown.next_ms = outside_.now_ms() + std::max(settings_.min_interval_ms, kRetryMs);
    if (!std::exchange(warned_, true))
      outside_.warn(std::string("no notification can be shown: ") + e.what() + "; the run goes on without");
  }
}

}  // namespace troupe::desktop
