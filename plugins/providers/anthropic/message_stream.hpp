#pragma once

#include <string>
#include <string_view>

#include "message.hpp"

namespace troupe::anthropic {

/// Puts an answer together from the events of a stream. What an event is stands in its data, so its name counts for
/// nothing; events that are not known are passed over, as the service asks of its clients.
class MessageStream final : public providers::StreamReader {
 public:
  std::string_view take(std::string_view data) override;
  bool begun() const override { return begun_; }
  const Answer& answer() const override { return answer_; }
  const Answer& finish() const override;

 private:
  void takeBlock(const Json& block);
  void takeDelta(const Json& delta);

  Answer answer_;
  MessageUsage usage_;
  bool begun_ = false, done_ = false;
};

}  // namespace troupe::anthropic
