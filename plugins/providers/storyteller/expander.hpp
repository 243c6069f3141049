#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "random.hpp"

namespace troupe::storyteller {

/// How a voice writes, as far as the texts themselves know of it: the order of the parts in <spare|lyrical|playful>.
enum class Style { kSpare, kLyrical, kPlayful };

/// What the words in braces stand for within one story. A few dozen at most, so a scan is faster than a tree.
class Scope {
 public:
  /// `name` is a literal, or outlives the scope.
  void set(std::string_view name, std::string value) { values_.emplace_back(name, std::move(value)); }
  /// The value, or nullptr.
  const std::string* find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;
};

/// Turns a text of the shelf into prose. The notation:
///
///   {name} {Name}          what the scope knows under that name; with a capital letter
///   {a name} {A name}      the same after the article that it wants
///   [one|another|a third]  one of them, by chance
///   <one|another|a third>  the one of the voice's style
///   %a detail%             kept or left out, as often as the voice likes details
///   //                     ends a paragraph
///
/// Line breaks and the spaces around them count as one space. Brackets may stand in one another.
class Expander {
 public:
  /// `detail` is the share of details kept. The scope and the random numbers outlive the expander.
  Expander(const Scope& scope, Random& random, Style style, double detail)
      : scope_(scope), random_(random), style_(style), detail_(detail) {}

  /// Appends the prose to `out`, beginning with a capital letter. Throws std::logic_error for a name that the scope
  /// does not know or a bracket without its partner; the tests expand every text of the shelf, so that neither reaches
  /// a user.
  void sentence(std::string_view text, std::string& out);
  /// Appends the prose to `out` as it is.
  void phrase(std::string_view text, std::string& out);

 private:
  void variable(std::string_view name, std::string& out);
  void space(std::string& out) const;

  const Scope& scope_;
  Random& random_;
  Style style_;
  double detail_;
};

}  // namespace troupe::storyteller
