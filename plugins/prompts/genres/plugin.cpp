#include <troupe/troupe.hpp>

#include "genre_prompts.hpp"

namespace {

/// Asks for stories, genre by genre.
class GenrePromptSource final : public troupe::Node {
 public:
  explicit GenrePromptSource(const troupe::Options& options) : prompts_(options) {}

  void run(troupe::Call& call) override {
    const auto input = call.input();
    const auto index = input.integer("index");
    if (index < 0) throw troupe::Error(TROUPE_E_INTERNAL, "\"index\" is negative");
    const auto examples = troupe::genre_prompts::readExamples(input.find("examples"));
    call.emit("prompt", prompts_.make(static_cast<std::uint64_t>(index),
                                      static_cast<std::uint64_t>(input.integer("seed")), examples));
  }

 private:
  const troupe::genre_prompts::GenrePrompts prompts_;
};

}  // namespace

TROUPE_PLUGIN(GenrePromptSource, "troupe.prompts.genres")
