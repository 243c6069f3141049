#include "minhash.hpp"

#include <algorithm>
#include <limits>

#include "document.hpp"

namespace troupe::text {

namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint64_t mixed(std::uint64_t z) {  // the finisher of splitmix64
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

/// The seeds of the hash functions. They are part of what is stored: never change them.
std::array<std::uint64_t, kHashes> seeds() {
  std::array<std::uint64_t, kHashes> out{};
  for (std::size_t i = 0; i < kHashes; ++i) out[i] = mixed((i + 1) * 0x9e3779b97f4a7c15ULL);
  return out;
}

std::uint64_t gramOf(const Word* words, std::size_t count) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < count; ++i) hash = mixed(hash * 0x100000001b3ULL + words[i].hash);
  return hash;
}

std::size_t equalHashes(const std::uint8_t* a, const std::uint8_t* b, std::size_t count) {
  std::size_t equal = 0;
  for (std::size_t i = 0; i < count; ++i) equal += a[i] == b[i] ? 1 : 0;
  return equal;
}

}  // namespace

std::optional<Signature> signatureOf(std::string_view text) {
  static const auto kSeeds = seeds();
  const auto document = readDocument(text);
  const auto& words = document.words;
  if (words.empty()) return std::nullopt;
  const std::size_t length = std::min(kGram, words.size());
  std::array<std::uint64_t, kHashes> least;
  least.fill(std::numeric_limits<std::uint64_t>::max());
  for (std::size_t begin = 0; begin + length <= words.size(); ++begin) {
    const auto gram = gramOf(&words[begin], length);
    for (std::size_t i = 0; i < kHashes; ++i) least[i] = std::min(least[i], mixed(gram ^ kSeeds[i]));
  }
  Signature out{};
  for (std::size_t i = 0; i < kHashes; ++i) out[i] = static_cast<std::uint8_t>(least[i]);
  return out;
}

double similarity(const Signature& a, const Signature& b) {
  constexpr double kByChance = 1. / 256;
  const double share = static_cast<double>(equalHashes(a.data(), b.data(), kHashes)) / kHashes;
  return std::max(0., (share - kByChance) / (1 - kByChance));
}

bool nearDuplicates(const Signature& a, const Signature& b) {
  for (std::size_t band = 0; band < kBands; ++band) {
    if (equalHashes(&a[band * kRows], &b[band * kRows], kRows) == kRows) return true;
  }
  return false;
}

std::string encoded(const Signature& signature) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const auto byte : signature) {
    bits = (bits << 8U) | byte;
    for (held += 8; held >= 6; held -= 6) out += kDigits[(bits >> static_cast<unsigned>(held - 6)) & 63U];
  }
  if (held > 0) out += kDigits[(bits << static_cast<unsigned>(6 - held)) & 63U];
  return out;  // without padding: the length is known
}

std::optional<Signature> decoded(std::string_view base64) {
  if (base64.size() != (kHashes * 8 + 5) / 6) return std::nullopt;
  Signature out{};
  std::size_t at = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : base64) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[at++] = static_cast<std::uint8_t>(bits >> static_cast<unsigned>(held));
  }
  return out;
}

}  // namespace troupe::text
