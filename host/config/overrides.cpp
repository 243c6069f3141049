#include "config/overrides.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "config/json_value.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

using rapidjson::Value;

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = std::min(path.find('.'), path.size());
    parts.emplace_back(path.substr(0, end));
    if (end == path.size()) return parts;
    path.remove_prefix(end + 1);
  }
}

std::string joined(const std::vector<std::string>& parts, std::size_t begin, std::size_t end) {
  std::string text = parts[begin];
  for (auto i = begin + 1; i < end; ++i) text += "." + parts[i];
  return text;
}

std::vector<std::string> memberNames(const Value& object) {
  std::vector<std::string> names;
  for (const auto& entry : object.GetObject()) names.emplace_back(textOf(entry.name));
  return names;
}

/// Finds the way of one override through the document.
class Path {
 public:
  Path(rapidjson::Document& document, const Override& change, Report& report)
      : document_(document),
        change_(change),
        report_(report),
        is_pointer_(!change.path.empty() && change.path[0] == '/') {
    parts_ = is_pointer_ ? pointerTokens(change.path) : split(change.path);
  }

  /// The place to set, made if need be; nullptr when there can be none, which is reported. Sets changed().
  Value* find() {
    Value* at = &document_;
    for (std::size_t next = 0; next < parts_.size();) {
      if (at->IsArray())
        at = element(*at, next);
      else if (at->IsObject())
        at = memberOf(*at, next);
      else
        return wrong(
            troupe::quoted(pointer_) + " is no object, so there is no " + troupe::quoted(parts_[next]) + " in it", "");
      if (at == nullptr) return nullptr;
    }
    return at;
  }

  /// The outermost value that is not the text's any more.
  const std::string& changed() const { return made_.empty() ? pointer_ : made_; }

 private:
  Value* element(Value& array, std::size_t& next) {
    std::size_t index = 0;
    const auto& text = parts_[next];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size() || index >= array.Size())
      return wrong("the list " + troupe::quoted(pointer_) + " has no element " + troupe::quoted(text) + "; it has " +
                       std::to_string(array.Size()),
                   "");
    pointer_ = pointerTo(pointer_, text);
    ++next;
    return &array[static_cast<rapidjson::SizeType>(index)];
  }

  Value* memberOf(Value& object, std::size_t& next) {
    for (auto end = is_pointer_ ? next + 1 : parts_.size(); end > next; --end) {
      const auto name = joined(parts_, next, end);
      if (auto* found = member(object, name); found != nullptr) {
        pointer_ = pointerTo(pointer_, name);
        next = end;
        return found;
      }
    }
    const auto& name = parts_[next];
    if (pointer_ == "/nodes")
      return wrong("no node is called " + troupe::quoted(name), suggest(name, memberNames(object), "nodes"));
    if (const auto known = knownMembers(); !known.empty() && std::find(known.begin(), known.end(), name) == known.end())
      return wrong((pointer_.empty() ? "a pipeline" : troupe::quoted(pointer_)) + " has no " + troupe::quoted(name),
                   suggest(name, known));
    auto& allocator = document_.GetAllocator();
    object.AddMember(Value(name, allocator),
                     Value(next + 1 < parts_.size() ? rapidjson::kObjectType : rapidjson::kNullType), allocator);
    pointer_ = pointerTo(pointer_, name);
    if (made_.empty()) made_ = pointer_;
    ++next;
    return member(object, name);
  }

  /// The names that may be made where the path has got to; empty: any.
  std::vector<std::string> knownMembers() const {
    const auto tokens = pointerTokens(pointer_);
    if (tokens.empty()) return {"name", "run", "ensemble", "nodes", "budget"};
    if (pointer_ == "/run") return {"samples", "in_flight", "seed"};
    if (pointer_ == "/ensemble")
      return {"policy", "order", "stop_at", "min_candidates", "max_candidates", "explore", "lag", "by"};
    if (pointer_ == "/budget") return {"usd", "tokens", "calls", "per_provider", "unknown_prices"};
    if (tokens[0] == "nodes" && tokens.size() == 2)
      return {"type",  "enabled",  "inputs", "models", "options",  "limits",
              "cache", "fallback", "weight", "price",  "isolation"};
    if (tokens[0] == "nodes" && tokens.size() == 3 && tokens[2] == "limits")
      return {"in_flight", "rpm", "tpm", "timeout_s", "retries"};
    return {};
  }

  Value* wrong(std::string fact, std::string repair) {
    report_.addElsewhere("--set " + change_.path, std::move(fact), std::move(repair));
    return nullptr;
  }

  rapidjson::Document& document_;
  const Override& change_;
  Report& report_;
  bool is_pointer_;
  std::vector<std::string> parts_;
  std::string pointer_;
  std::string made_;  ///< the first one that was not there; empty: all were
};

/// As JSON if it is some, else as text.
Value valueOf(const std::string& text, rapidjson::Document::AllocatorType& allocator) {
  std::vector<Problem> ignored;
  const auto json = JsonText::parse(text, ignored);
  return json ? Value(json->document(), allocator) : Value(text, allocator);
}

}  // namespace

void applyOverrides(rapidjson::Document& pipeline, const std::vector<Override>& overrides, Report& report) {
  if (!pipeline.IsObject()) return;
  for (const auto& change : overrides) {
    rapidjson::Document copy;  // A path that leads nowhere must leave nothing half made.
    copy.CopyFrom(pipeline, copy.GetAllocator());
    Path path(copy, change, report);
    auto* target = path.find();
    if (target == nullptr) continue;
    *target = valueOf(change.value, copy.GetAllocator());
    pipeline = std::move(copy);
    report.changed(path.changed());
  }
}

}  // namespace troupe::config
