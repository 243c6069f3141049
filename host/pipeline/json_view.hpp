#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace troupe::pipeline {

/// A value inside compact JSON (see isCompactJson), read where it lies. Borrows the text. What asks for a type wants a
/// value of that type.
class JsonView {
 public:
  /// No value.
  JsonView() = default;
  explicit JsonView(std::string_view json) : json_(json) {}

  explicit operator bool() const { return !json_.empty(); }
  bool isNull() const { return first() == 'n'; }
  bool isBool() const { return first() == 't' || first() == 'f'; }
  bool isString() const { return first() == '"'; }
  bool isObject() const { return first() == '{'; }
  bool isArray() const { return first() == '['; }
  bool isNumber() const { return first() == '-' || (first() >= '0' && first() <= '9'); }

  std::string_view json() const { return json_; }
  bool truth() const { return first() == 't'; }
  std::string text() const;
  double number() const;
  /// Nothing when it is written with a fraction or an exponent, or does not fit.
  template <typename Integer>
  std::optional<Integer> integer() const {
    Integer value = 0;
    const auto [end, error] = std::from_chars(json_.data(), json_.data() + json_.size(), value);
    if (error != std::errc() || end != json_.data() + json_.size()) return std::nullopt;
    return value;
  }
  std::vector<JsonView> elements() const;

 private:
  char first() const { return json_.empty() ? '\0' : json_[0]; }
  std::string_view json_;
};

/// The members of an object inside compact JSON, found by one scan.
class JsonMembers {
 public:
  struct Member {
    std::string_view name;  ///< as written
    JsonView value;
  };
  explicit JsonMembers(JsonView object);

  /// The first member of the name, which has no escapes; or no value.
  JsonView at(std::string_view name) const;
  std::vector<Member>::const_iterator begin() const { return members_.begin(); }
  std::vector<Member>::const_iterator end() const { return members_.end(); }

 private:
  std::vector<Member> members_;
};

}  // namespace troupe::pipeline
