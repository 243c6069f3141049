#ifndef TROUPE_TEXT_SIGNATURE_LIST_HPP
#define TROUPE_TEXT_SIGNATURE_LIST_HPP

#include <troupe/troupe.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "minhash.hpp"

namespace troupe::text {

/// A story that was kept in this run.
struct KeptStory {
  std::int64_t index = 0;  // of its sample
  Signature signature{};
};

/// {"format": "minhash-14x8", "signatures": [{"index", "signature"}, …]}: what store.signatures emits and
/// scorer.novelty reads.
std::string signatureListJson(const std::vector<KeptStory>& stories);
/// Null is an empty list. Throws troupe::Error for anything that is no such list.
std::vector<KeptStory> readSignatureList(const rapidjson::Value* json);

}  // namespace troupe::text

#endif
