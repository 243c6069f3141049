#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "services/http/message.hpp"

namespace troupe::services {

/// Nothing came within the time that was given.
class Silence : public HttpFailure {
 public:
  explicit Silence(std::chrono::milliseconds time);
};

/// What comes back of one request, from the transport's thread to the one that asked: bounded, so that a slow reader
/// slows the server down.
class ResponsePipe {
 public:
  static constexpr std::size_t kRoom = std::size_t{256} << 10;

  // ---- the transport's side; nothing here waits. The reader learns of head and body by announce() or end(): to wake
  // it once for all that has come costs a third of waking it for each. The transport calls announce() through News.
  void head(HttpHead head);
  /// False when the pipe is full: the piece has not been taken, and the transport is woken when there is room.
  bool body(std::string_view piece);
  void announce();
  void end(std::optional<HttpFailure> why = {});
  /// Nobody reads any more.
  bool givenUp() const;

  // ---- the reader's side
  using Part = std::variant<HttpHead, std::string>;
  /// The next part; nothing at the end. Waits; throws HttpFailure when there is no (more) answer or it was given up,
  /// Silence when nothing came within `limit` (0: there is none).
  std::optional<Part> next(std::chrono::milliseconds limit = std::chrono::milliseconds(0));
  /// Whether the transport waits for room that has come; asked after next().
  bool roomWanted();
  /// Lets next() throw. False when the answer had ended, so that the transport need not know. [any thread]
  bool giveUp();

 private:
  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::optional<HttpHead> head_;
  std::string body_;
  bool full_ = false;  // A piece was refused.
  bool given_up_ = false;
  bool ended_ = false;
  std::optional<HttpFailure> failure_;

  friend class News;
  // For News alone, so of the transport's thread.
  std::chrono::steady_clock::time_point announced_{};
  bool has_news_ = false;
};

}  // namespace troupe::services
