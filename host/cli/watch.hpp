#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "cli/console_view.hpp"
#include "cli/sse_client.hpp"
#include "journal/journal.hpp"

namespace troupe::cli {

/// How an event says that its run has ended: complete, failed, cancelled, paused; nothing when it goes on. `run` is the
/// id of the run.
struct EventHead {
  std::string type, run;
  std::optional<std::string> end;
};
/// Nothing when the text is no event.
std::optional<EventHead> readEventHead(std::string_view json);

/// Tells a watcher to stop looking. [any thread]
class WatchStop {
 public:
  void set();
  bool isSet() const;
  /// False when it was set meanwhile.
  bool sleep(std::chrono::milliseconds time);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

/// Shows a run of the journal until it has ended; its end state, or nothing when stopped. Another process may be
/// writing.
std::optional<std::string> watchJournal(const journal::Journal& journal, const journal::Run& run, ConsoleView& view,
                                        WatchStop& stop);

/// The address of the stream that a URL of a user means: that itself, or the newest run of a server. Throws
/// Failure(usage).
Poco::URI streamAddress(const std::string& url);
/// Shows the run that a stream tells of; its end state, or nothing when stopped or when the server has no more.
std::optional<std::string> watchStream(SseClient& client, ConsoleView& view);

}  // namespace troupe::cli
