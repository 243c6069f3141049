// A provider with one fault at a time.
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>

namespace {

class Faulty final : public troupe::Node {
 public:
  explicit Faulty(const troupe::Options& options) : fault_(options.text("fault")) {
    if (fault_ == "throws on create") throw std::runtime_error("no luck today");
  }

  void run(troupe::Call& call) override {
    if (fault_ == "throws") throw std::runtime_error("something broke");
    if (fault_ == "throws a number") throw 42;
    if (fault_ == "auth") throw troupe::Error(TROUPE_E_AUTH, "the key is refused");
    if (fault_ == "silent") return;
    if (fault_ == "rubbish") return call.emit("candidate", "{\"text\": rubbish");
    if (fault_ == "no object") return call.emit("candidate", "[1, 2]");
    if (fault_ == "undeclared port") return call.emit("candidat", "{\"text\":\"x\"}");
    while (fault_ == "hangs") ::pause();
    call.emit("candidate", "{\"text\":\"All is well, and the harbour sleeps under the snow.\"}");
  }

 private:
  const std::string fault_;
};

}  // namespace

TROUPE_PLUGIN(Faulty, "test.provider.faulty")
