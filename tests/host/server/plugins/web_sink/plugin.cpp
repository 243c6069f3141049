#include <troupe/troupe.hpp>

namespace {

class Sink final : public troupe::Node {
 public:
  explicit Sink(const troupe::Options&) { throw troupe::Error(TROUPE_E_UNSUPPORTED, "made inside a run"); }
  void run(troupe::Call&) override {}
};

}  // namespace

TROUPE_MODULE(TROUPE_NODE(Sink, "org.example.web.sink"))
