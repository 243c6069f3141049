#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

namespace troupe::prompts {

/// The known name that is nearest to a mistyped one; empty when none is near.
inline std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : known) {
    // Levenshtein's distance, one row of the table at a time.
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t replaced = diagonal + (lower(name[i - 1]) == lower(candidate[j - 1]) ? 0 : 1);
        diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
      }
    }
    if (row.back() >= best_distance) continue;
    best_distance = row.back();
    best = candidate;
  }
  return best;
}

/// Text with {{names}} in it. "\{{" stands for two braces as they are. Mistakes are thrown as troupe::Error.
class PromptTemplate {
 public:
  PromptTemplate() = default;
  /// `where` names the option that the text comes from, in messages.
  PromptTemplate(std::string_view text, std::string where) : where_(std::move(where)) {
    while (true) {
      const std::size_t open = text.find("{{");
      if (open == std::string_view::npos) break;
      if (open > 0 && text[open - 1] == '\\') {
        addLiteral(text.substr(0, open - 1));
        addLiteral("{{");
        text.remove_prefix(open + 2);
        continue;
      }
      const std::size_t close = text.find("}}", open);
      if (close == std::string_view::npos) refuse("\"{{\" without \"}}\"; write \"\\{{\" for the braces themselves");
      addLiteral(text.substr(0, open));
      addName(trimmed(text.substr(open + 2, close - open - 2)));
      text.remove_prefix(close + 2);
    }
    addLiteral(text);
  }

  /// The names that occur, each once.
  const std::vector<std::string>& names() const { return names_; }

  /// Refuses the template when a name is not among `known`; `noun` says what the names are ("column").
  void check(const std::vector<std::string>& known, const std::string& noun) const {
    for (const auto& name : names_) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      std::string message = "unknown " + noun + " \"" + name + "\"";
      const std::string near_name = nearest(name, known);
      message += near_name.empty() ? "; known: " : "; did you mean \"" + near_name + "\"? Known: ";
      constexpr std::size_t kListed = 40;
      for (std::size_t i = 0; i < std::min(known.size(), kListed); ++i) message += (i == 0 ? "" : ", ") + known[i];
      if (known.size() > kListed) message += " and " + std::to_string(known.size() - kListed) + " more";
      refuse(message);
    }
  }

  /// The text, with value(name) for each name.
  template <typename Value>
  std::string fill(const Value& value) const {
    std::string out;
    for (const auto& piece : pieces_) {
      out += piece.literal;
      if (piece.name != kNone) out += value(names_[piece.name]);
    }
    return out;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Piece {
    std::string literal;
    std::size_t name = kNone;  // position in names_ of what comes after the literal
  };

  [[noreturn]] void refuse(const std::string& message) const {
    throw Error(TROUPE_E_PERMANENT_REQUEST, where_ + ": " + message);
  }
  static std::string_view trimmed(std::string_view s) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
    return s;
  }
  void addLiteral(std::string_view text) {
    if (pieces_.empty() || pieces_.back().name != kNone) pieces_.emplace_back();
    pieces_.back().literal += text;
  }
  void addName(std::string_view name) {
    const auto it = std::find(names_.begin(), names_.end(), name);
    pieces_.back().name = static_cast<std::size_t>(it - names_.begin());
    if (it == names_.end()) names_.emplace_back(name);
  }

  std::string where_;
  std::vector<Piece> pieces_;
  std::vector<std::string> names_;
};

}  // namespace troupe::prompts
