#include "cli/watch.hpp"

#include <rapidjson/document.h>

#include <algorithm>

#include "support/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

constexpr std::size_t kPage = 256;
constexpr std::string_view kLatest = "/runs/latest/events";
// There is no way to be told of another process's commit: SQLite calls back only in the process that writes, and a
// watch on the file sees each write of the log, also those that nobody has committed. Reading one row 7 times a second
// costs next to nothing, and the eye does not notice.
constexpr std::chrono::milliseconds kPoll{150};

std::string text(const rapidjson::Value& object, const char* member) {
  const auto found = object.FindMember(member);
  return found != object.MemberEnd() && found->value.IsString()
             ? std::string(found->value.GetString(), found->value.GetStringLength())
             : "";
}

bool over(const std::string& state) {
  return state == "complete" || state == "failed" || state == "cancelled" || state == "paused";
}

}  // namespace

std::optional<EventHead> readEventHead(std::string_view json) {
  std::vector<Problem> problems;
  const auto event = parseJson(json, problems);
  if (!event || !event->IsObject()) return std::nullopt;
  EventHead head{text(*event, "type"), text(*event, "run"), std::nullopt};
  if (head.type.empty() || head.run.empty()) return std::nullopt;
  if (head.type == "complete" || head.type == "failed") head.end = head.type;
  if (const auto state = text(*event, "state"); head.type == "run" && over(state)) head.end = state;
  return head;
}

void WatchStop::set() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

bool WatchStop::isSet() const {
  const std::lock_guard lock(mutex_);
  return set_;
}

bool WatchStop::sleep(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return set_; });
}

std::optional<std::string> watchJournal(const journal::Journal& journal, const journal::Run& run, ConsoleView& view,
                                        WatchStop& stop) {
  std::int64_t cursor = 0;
  int alone = 0;  // Looks in a row that found nobody who writes.
  while (!stop.isSet()) {
    // The state before the events: when it says that the run is over, they are all there.
    const auto now = journal.run(run.key);
    if (!now) throw Failure(ExitCode::usage, "run " + run.id + " has been deleted");
    const auto page = journal.events(run.key, cursor, kPage);
    for (const auto& event : page) {
      if (stop.isSet()) return std::nullopt;
      view.show(event.type, event.json);
      cursor = event.id;
    }
    if (!page.empty()) continue;
    if (over(now->state)) return now->state;
    // A process that has just been started takes the journal before it says that it runs.
    alone = now->state == "running" && journal.writer().empty() ? alone + 1 : 0;
    if (alone > 3) return "interrupted";
    stop.sleep(kPoll);
  }
  return std::nullopt;
}

Poco::URI streamAddress(const std::string& url) {
  Poco::URI uri;
  try {
    uri = Poco::URI(url);
  } catch (const Poco::Exception&) {
    throw Failure(ExitCode::usage, "\"" + url + "\" is no address; it looks like http://127.0.0.1:7878");
  }
  if (uri.getHost().empty())
    throw Failure(ExitCode::usage, "\"" + url + "\" names no server; an address looks like http://127.0.0.1:7878");
  auto path = uri.getPath();
  if (path.ends_with("/events")) return uri;
  while (path.ends_with('/')) path.pop_back();
  const auto runs = path.rfind("/api/v1/runs/");
  if (runs != path.npos && path.find('/', runs + 13) == path.npos)
    uri.setPath(path + "/events");
  else
    uri.setPath(path + "/api/v1" + std::string(kLatest));
  return uri;
}

std::optional<std::string> watchStream(SseClient& client, ConsoleView& view) {
  std::string watched;  // A stream of all runs: one after the other, the first that runs.
  std::optional<std::string> end;
  client.run([&](const SseParser::Event& event) {
    const auto head = readEventHead(event.data);
    if (!head) return end ? SseClient::Verdict::last : SseClient::Verdict::more;
    if (watched.empty() || (end && head->type == "run" && !head->end)) watched = head->run;
    if (auto uri = client.address(); uri.getPath().ends_with(kLatest)) {
      // After a cut the newest run may be another one.
      const auto path = uri.getPath();
      uri.setPath(path.substr(0, path.size() - kLatest.size()) + "/runs/" + watched + "/events");
      client.moveTo(uri);
    }
    if (head->run != watched) return end ? SseClient::Verdict::last : SseClient::Verdict::more;
    // A run that was paused, or has been given more samples, goes on with an event of its own.
    if (head->end)
      end = head->end;
    else if (head->type == "run" || head->type == "sample" || head->type == "progress")
      end.reset();
    view.show(head->type, event.data);
    return end ? SseClient::Verdict::last : SseClient::Verdict::more;
  });
  return end;
}

}  // namespace troupe::cli
