#include "config/option_marks.hpp"

#include <rapidjson/pointer.h>

#include <regex>

#include "config/json_value.hpp"
#include "support/json_text.hpp"

namespace troupe::config {
namespace {

using rapidjson::Value;

// Bounds schemas whose branches multiply.
constexpr int kMaxSteps = 100'000;

class Marker {
 public:
  Marker(const Value& root, std::map<std::string, OptionMark>& marks) : root_(root), marks_(marks) {}

  /// `certain`: the schema holds whatever the value is; false inside a branch that the value may not have taken.
  void visit(const Value& schema, Value& value, const std::string& pointer, bool certain) {
    if (!schema.IsObject() || ++steps_ > kMaxSteps) return;
    if (const auto reference = textMember(schema, "$ref"); !reference.empty()) {
      const auto* target = rapidjson::Pointer(reference.data(), reference.size()).Get(root_);
      if (target != nullptr) visit(*target, value, pointer, certain);
      return;
    }
    mark(schema, value, pointer, certain);
    branches(schema, value, pointer, certain);
    if (value.IsArray()) items(schema, value, pointer, certain);
    if (value.IsObject()) members(schema, value, pointer, certain);
  }

 private:
  void mark(const Value& schema, Value& value, const std::string& pointer, bool certain) {
    const auto format = textMember(schema, "format");
    if (format != "troupe-secret" && format != "troupe-path" && format != "troupe-url") return;
    auto& mark = marks_[pointer];
    mark.value = &value;
    mark.secret = mark.secret || format == "troupe-secret";
    mark.only_secret = mark.only_secret || (certain && format == "troupe-secret");
    mark.path = mark.path || format == "troupe-path";
    mark.written = mark.written || (format == "troupe-path" && textMember(schema, "x-access") == "write");
    mark.url = mark.url || format == "troupe-url";
  }

  void branches(const Value& schema, Value& value, const std::string& pointer, bool certain) {
    for (const std::string_view keyword : {"allOf", "anyOf", "oneOf"})
      if (const auto* list = member(schema, keyword); list != nullptr && list->IsArray())
        for (const auto& branch : list->GetArray()) visit(branch, value, pointer, certain && keyword == "allOf");
    for (const std::string_view keyword : {"then", "else"})
      if (const auto* branch = member(schema, keyword)) visit(*branch, value, pointer, false);
  }

  void items(const Value& schema, Value& value, const std::string& pointer, bool certain) {
    const auto* wanted = member(schema, "items");
    if (wanted == nullptr) return;
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
      const auto* item = wanted;
      if (wanted->IsArray()) item = i < wanted->Size() ? &(*wanted)[i] : member(schema, "additionalItems");
      if (item != nullptr) visit(*item, value[i], pointerTo(pointer, std::to_string(i)), certain);
    }
  }

  void members(const Value& schema, Value& value, const std::string& pointer, bool certain) {
    const auto* properties = member(schema, "properties");
    const auto* patterns = member(schema, "patternProperties");
    const auto* others = member(schema, "additionalProperties");
    for (auto& entry : membersOf(value)) {
      const auto name = textOf(entry.name);
      const auto at = pointerTo(pointer, name);
      const auto* known = properties != nullptr ? member(*properties, name) : nullptr;
      bool matched = known != nullptr;
      if (known != nullptr) visit(*known, entry.value, at, certain);
      if (patterns != nullptr)
        for (const auto& pattern : patterns->GetObject())
          if (name.size() <= 2048 &&
              std::regex_search(name.begin(), name.end(), std::regex(pattern.name.GetString()))) {
            matched = true;
            visit(pattern.value, entry.value, at, certain);
          }
      if (!matched && others != nullptr) visit(*others, entry.value, at, certain);
    }
  }

  const Value& root_;
  std::map<std::string, OptionMark>& marks_;
  int steps_ = 0;
};

}  // namespace

std::map<std::string, OptionMark> markedOptions(const rapidjson::Document& schema, Value& options,
                                                const std::string& pointer) {
  std::map<std::string, OptionMark> marks;
  Marker(schema, marks).visit(schema, options, pointer, true);
  return marks;
}

}  // namespace troupe::config
