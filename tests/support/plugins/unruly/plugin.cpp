#include <troupe/web.hpp>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace {

class Unruly final : public troupe::Node {
 public:
  Unruly(const troupe::Options& options, troupe::Host host) : folder_(options.text("folder", "")) {
    const auto declared = options.text("declare", "");
    if (declared.empty()) {
      troupe::Web(host).declare(
          troupe::WebDeclaration().stream("unruly", {"/unruly", "/unruly/{run}"}, "text/plain", 200));
      return;
    }
    const auto* web = host.extension<troupe_web>(TROUPE_WEB_ID);
    const int code = web->declare(web->ctx, troupe::str(declared));
    if (code != TROUPE_OK) throw troupe::Error(code, "refused with " + std::to_string(code));
  }

  void run(troupe::Call& call) override {
    const troupe::Object event(call.in("event"));
    const auto type = event.text("type");
    // Deaf to its cancel.
    while (type == "sample" && has("block")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (type == "sample" && has("throw")) throw std::runtime_error("unruly");
    if (type == "sample" && has("never")) throw troupe::Error(TROUPE_E_PERMANENT_REQUEST, "not this one");
    if (has("undeclared")) troupe::emitFrame(call, "other", "x");
    troupe::emitFrame(call, "unruly", std::string(type) + " " + std::to_string(event.integer("n", 0)) + "\n");
  }

 private:
  bool has(const std::string& name) const { return !folder_.empty() && std::ifstream(folder_ + "/" + name).good(); }
  const std::string folder_;
};

}  // namespace

TROUPE_PLUGIN(Unruly, "org.example.sink.unruly")
