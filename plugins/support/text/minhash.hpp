#ifndef TROUPE_TEXT_MINHASH_HPP
#define TROUPE_TEXT_MINHASH_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::text {

/// MinHash over the word 5-grams of a text, lower case (Broder 1997). Two texts that share the part s of all their
/// 5-grams (Jaccard) agree in a band of 8 hashes with probability s^8, and in one of the 14 bands with 1 - (1 -
/// s^8)^14: 0.05 at s = 0.5, 0.92 at 0.8.
constexpr std::size_t kGram = 5;
constexpr std::size_t kBands = 14;
constexpr std::size_t kRows = 8;
constexpr std::size_t kHashes = kBands * kRows;

/// The last eight bits of each hash: 112 bytes a text. Different hashes agree in them once in 256 times, which
/// similarity() takes out again.
using Signature = std::array<std::uint8_t, kHashes>;

/// Nothing for a text without words. One of fewer than five words is one gram.
std::optional<Signature> signatureOf(std::string_view text);

/// The estimated Jaccard similarity, 0 to 1; its standard error is at most 0.05.
double similarity(const Signature& a, const Signature& b);
/// Whether a whole band agrees.
bool nearDuplicates(const Signature& a, const Signature& b);

/// As text, in base64, and back; nothing when it is none.
std::string encoded(const Signature& signature);
std::optional<Signature> decoded(std::string_view base64);

}  // namespace troupe::text

#endif
