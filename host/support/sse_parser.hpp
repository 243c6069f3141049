#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Turns the bytes of a text/event-stream into its events (WHATWG HTML, 9.2.6), however they are cut.
class SseParser {
 public:
  struct Event {
    std::string name;  ///< "message" when none is given
    std::string data;
    std::string id;  ///< the newest id given, also with an earlier event
  };
  using OnEvent = std::function<void(const Event&)>;

  /// Throws std::length_error with a sentence when an event is larger than 16 MiB.
  void feed(std::string_view bytes, const OnEvent& on_event);
  /// The next bytes are of another connection: an event that has begun will not end. The last id is kept.
  void restart();

  /// What to ask a server to go on after; changes when an event is complete.
  const std::string& lastId() const { return last_id_; }
  /// Milliseconds that the server wants to be left alone after a cut.
  std::optional<int> retry() const { return retry_; }

 private:
  void line(std::string_view text, const OnEvent& on_event);
  void field(std::string_view name, std::string_view value);

  std::string line_;  // As far as it has come.
  bool first_line_ = true;
  bool after_cr_ = false;
  std::string name_, data_;
  std::string id_, last_id_;
  std::optional<int> retry_;
};

}  // namespace troupe
