#include "repetition.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "flat_table.hpp"

namespace troupe::text {

namespace {

struct Duplicates {
  double count;
  double chars;
};

Duplicates duplicates(const std::vector<Block>& blocks, FlatTable& seen) {
  Duplicates out{0, 0};
  seen.reset(blocks.size());
  for (const auto& block : blocks) {
    if (seen[block.hash]++ == 0) continue;
    out.count += 1;
    out.chars += static_cast<double>(block.chars);
  }
  return out;
}

/// Hashes of all runs of n words. extend() goes from n to n + 1 in one pass.
class Ngrams {
 public:
  explicit Ngrams(const std::vector<Word>& words) : words_(words), keys_(words.size()), offset_(words.size() + 1) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      keys_[i] = words[i].hash;
      offset_[i + 1] = offset_[i] + words[i].chars + 1U;
    }
  }

  void extend() {
    if (keys_.empty()) return;
    keys_.pop_back();
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      keys_[i] = keys_[i] * 0x9e3779b97f4a7c15ULL + words_[i + n_].hash;
    }
    ++n_;
  }

  /// Characters of the commonest n-gram times how often it occurs; one that occurs once repeats nothing.
  double topChars(FlatTable& seen) const {
    seen.reset(keys_.size());
    std::uint32_t most = 1;
    double out = 0;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const std::uint32_t count = ++seen[keys_[i]];
      const double found = chars(i) * count;
      if (count > most || (count == most && count > 1 && found > out)) {
        most = count;
        out = found;
      }
    }
    return out;
  }

  /// Characters of n-grams that have occurred before; what has been counted is not counted again.
  double duplicateChars(FlatTable& seen) const {
    seen.reset(keys_.size());
    double out = 0;
    for (std::size_t i = 0; i < keys_.size();) {
      if (seen[keys_[i]] == 0) {
        seen[keys_[i]] = 1;
        ++i;
      } else {
        out += chars(i);
        i += n_;
      }
    }
    return out;
  }

 private:
  double chars(std::size_t i) const { return static_cast<double>(offset_[i + n_] - offset_[i] - 1); }

  const std::vector<Word>& words_;
  std::vector<std::uint64_t> keys_;
  std::vector<std::size_t> offset_;  // characters before each word, with one space behind each
  std::size_t n_ = 1;
};

}  // namespace

std::array<double, kRepetitionRules.size()> measureRepetition(const Document& document) {
  std::array<double, kRepetitionRules.size()> out{};
  const auto all = static_cast<double>(document.chars);
  FlatTable seen;
  const auto lines = duplicates(document.lines, seen);
  const auto paragraphs = duplicates(document.paragraphs, seen);
  out[0] = share(lines.count, static_cast<double>(document.lines.size()));
  out[1] = share(paragraphs.count, static_cast<double>(document.paragraphs.size()));
  out[2] = share(lines.chars, all);
  out[3] = share(paragraphs.chars, all);
  Ngrams ngrams(document.words);
  for (std::size_t n = 2; n <= 10; ++n) {
    ngrams.extend();
    out[n + 2] = share(n <= 4 ? ngrams.topChars(seen) : ngrams.duplicateChars(seen), all);
  }
  return out;
}

Part repetition(const Document& document) {
  constexpr std::size_t kFirstPhraseRule = 7;
  const auto measured = measureRepetition(document);
  Part part;
  part.value = 10;
  part.reason = "nothing is repeated";
  double excess = 0;  // of the part of the scale above the limit
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const auto& rule = kRepetitionRules[i];
    const double ratio = measured[i] / rule.limit;
    // Any prose has a commonest phrase of two words, but hardly any says five words again.
    const double grade = i < kFirstPhraseRule ? curve(ratio, {{0, 10}, {1, 5}, {3, 0}})
                                              : curve(ratio, {{0, 10}, {.15, 8.5}, {.5, 6.5}, {1, 5}, {3, 0}});
    excess = std::max(excess, (measured[i] - rule.limit) / (1 - rule.limit));
    if (grade >= part.value) continue;
    part.value = grade;
    part.reason = std::string(rule.name) + ": " + percent(measured[i]) + " (limit " + percent(rule.limit) + ")";
  }
  if (excess > 0) part.cap = curve(excess, {{0, 6}, {.5, 3.5}, {.8, 2}, {1, .5}});
  return part;
}

}  // namespace troupe::text
