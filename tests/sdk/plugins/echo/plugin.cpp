// Answers with the last message. Uses enough of the C++ runtime (strings, exceptions, streams, regular expressions) to
// notice when two of them meet.
#include <regex>
#include <sstream>
#include <string>
#include <troupe/troupe.hpp>

namespace {

class Echo final : public troupe::Node {
 public:
  explicit Echo(const troupe::Options& options) : prefix_(options.text("prefix")) {}
  void run(troupe::Call& call) override {
    const auto messages = troupe::Object(call.in("prompt")).array("messages");
    if (messages.Empty()) throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "the prompt has no message");
    const std::string content(troupe::Object(messages[messages.Size() - 1]).text("content"));
    std::ostringstream answer;
    answer << prefix_ << std::regex_replace(content, std::regex("[ ]+"), " ");
    troupe::JsonWriter json;
    json.beginObject().member("text", answer.str()).endObject();
    call.emit("candidate", json);
  }

 private:
  std::string prefix_;
};

}  // namespace

TROUPE_PLUGIN(Echo, "org.example.echo")
