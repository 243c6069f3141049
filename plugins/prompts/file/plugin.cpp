#include <troupe/troupe.hpp>

#include "file_prompts.hpp"

namespace {

/// Makes one prompt of each row of a file.
class FilePromptSource final : public troupe::Node {
 public:
  FilePromptSource(const troupe::Options& options, troupe::Host host)
      : prompts_(options, [host](int level, const std::string& message) { host.log(level, message); }) {}

  void run(troupe::Call& call) override {
    const auto index = call.input().integer("index");
    if (index < 0) throw troupe::Error(TROUPE_E_INTERNAL, "\"index\" is negative");
    if (const auto prompt = prompts_.make(static_cast<std::uint64_t>(index))) call.emit("prompt", *prompt);
  }

 private:
  const troupe::file_prompts::FilePrompts prompts_;
};

}  // namespace

TROUPE_PLUGIN(FilePromptSource, "troupe.prompts.file")
