// Throws every kind of thing out of its constructor or run(): the SDK's glue must turn it into a failure.
#include <new>
#include <stdexcept>
#include <string>
#include <troupe/troupe.hpp>

namespace {

class Throws final : public troupe::Node {
 public:
  explicit Throws(const troupe::Options& options) : where_(options.text("where")), what_(options.text("what")) {
    if (where_ == "create") raise();
  }
  void run(troupe::Call& call) override {
    if (where_ == "run") raise();
    call.emit("candidate", R"({"text":"nothing thrown"})");
  }

 private:
  [[noreturn]] void raise() const {
    if (what_ == "error") throw troupe::Error(TROUPE_E_RATE_LIMITED, "too many requests", 1500);
    if (what_ == "runtime_error") throw std::runtime_error("a runtime_error");
    if (what_ == "bad_alloc") throw std::bad_alloc();
    throw 42;
  }
  std::string where_, what_;
};

}  // namespace

TROUPE_PLUGIN(Throws, "org.example.throws")
