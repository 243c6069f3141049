#include <troupe/troupe.hpp>

#include "example_bank.hpp"

namespace {

using troupe::memory_store::BankRules;

/// Turns the bank it emitted last and one more sample into the next bank. It keeps nothing itself: the host passes its
/// last emission back, so that a resumed run has the same examples.
class MemoryStore final : public troupe::Node {
 public:
  explicit MemoryStore(const troupe::Options& options) {
    rules_.keep = static_cast<std::size_t>(options.integer("keep"));
    rules_.per_genre = static_cast<std::size_t>(options.integer("per_genre"));
    rules_.max_chars = static_cast<std::size_t>(options.integer("max_chars"));
    rules_.policy = options.text("policy") == "latest" ? BankRules::Policy::kLatest : BankRules::Policy::kBest;
  }

  void run(troupe::Call& call) override {
    const auto input = call.input();
    auto example = troupe::memory_store::Example::of(input.object("sample"));
    const auto bank =
        troupe::memory_store::add(troupe::memory_store::read(input.find("previous")), std::move(example), rules_);
    troupe::JsonWriter json;
    troupe::memory_store::write(json, bank);
    call.emit("examples", json);
  }

 private:
  BankRules rules_;
};

}  // namespace

TROUPE_PLUGIN(MemoryStore, "troupe.store.memory")
