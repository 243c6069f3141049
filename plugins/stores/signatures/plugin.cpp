#include <troupe/troupe.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "minhash.hpp"
#include "signature_list.hpp"

namespace {

using troupe::text::KeptStory;

/// The text of the winner of a sample.
std::string winnerOf(const troupe::Fields& sample) {
  const auto winner = sample.text("winner");
  for (const auto element : sample.array("candidates")) {
    const troupe::Fields candidate(element);
    if (candidate.text("id") == winner) return candidate.text("text");
  }
  throw troupe::Error(TROUPE_E_INTERNAL, "the winner \"" + winner + "\" is not among the candidates of the sample");
}

/// Turns the list it emitted last and one more sample into the next list; keeps nothing itself.
class SignatureStore final : public troupe::Node {
 public:
  explicit SignatureStore(const troupe::Options& options) : keep_(static_cast<std::size_t>(options.integer("keep"))) {}

  void run(troupe::Call& call) override {
    const auto sample = call.fields().object("sample");
    const auto index = sample.integer("index");
    auto stories = troupe::text::readSignatureList(call.fields().has("previous") ? &call.in("previous") : nullptr);
    const auto same = [index](const KeptStory& story) { return story.index == index; };
    stories.erase(std::remove_if(stories.begin(), stories.end(), same), stories.end());
    if (const auto signature = troupe::text::signatureOf(winnerOf(sample))) stories.push_back({index, *signature});
    if (stories.size() > keep_) {
      stories.erase(stories.begin(), stories.end() - static_cast<std::ptrdiff_t>(keep_));
    }
    call.emit("signatures", troupe::text::signatureListJson(stories));
  }

 private:
  const std::size_t keep_;
};

}  // namespace

TROUPE_PLUGIN(SignatureStore, "troupe.store.signatures")
