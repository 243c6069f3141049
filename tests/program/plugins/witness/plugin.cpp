// A provider that writes down every call before it answers, so that a test can tell which were made twice.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <troupe/troupe.hpp>

namespace {

class Witness final : public troupe::Node {
 public:
  explicit Witness(const troupe::Options& options)
      : name_(options.text("name")),
        pace_ms_(options.integer("pace_ms")),
        file_(::open(std::string(options.text("path")).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (file_ < 0)
      throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "the log of calls: " + std::string(std::strerror(errno)));
  }
  ~Witness() override { ::close(file_); }

  void run(troupe::Call& call) override {
    const auto sample = call.input().object("sample");
    const std::string line =
        std::string(sample.text("run")) + " " + std::to_string(sample.integer("index")) + " " + name_ + "\n";
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
      throw troupe::Error(TROUPE_E_INTERNAL, "the log of calls: " + std::string(std::strerror(errno)));
    if (pace_ms_ > 0) call.sleep(pace_ms_);
    static constexpr std::array kOpenings = {"The lamp went out", "A door stood open", "Nobody came",
                                             "It rained for a week"};
    static constexpr std::array kEndings = {"and the harbour slept.", "so we walked home.", "but the clock went on.",
                                            "and then it was over."};
    std::string text;
    for (std::uint64_t i = 0, n = 1 + call.random() % 30; i < n; ++i) {
      text += kOpenings[call.random() % kOpenings.size()];
      text += ' ';
      text += kEndings[call.random() % kEndings.size()];
      text += ' ';
    }
    troupe::JsonWriter json;
    json.beginObject().member("text", text).member("model", "witness").endObject();
    call.emit("candidate", json);
  }

 private:
  const std::string name_;
  const std::int64_t pace_ms_;
  const int file_;
};

}  // namespace

TROUPE_PLUGIN(Witness, "test.provider.witness")
