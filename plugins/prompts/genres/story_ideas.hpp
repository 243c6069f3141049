#pragma once

#include <string_view>
#include <vector>

namespace troupe::genre_prompts {

using Texts = std::vector<std::string_view>;

/// What a story of any genre may be made of. Phrases that fit into a sentence, without a full stop.
const Texts& characters();  // "a retired cartographer"
const Texts& places();      // "in a lighthouse that is being sold"
const Texts& objects();     // "a key that fits nothing"

/// Messages to the model, all different in what they ask for.
const Texts& builtInTemplates();

}  // namespace troupe::genre_prompts
