#include "support/schema_walk.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe {
namespace {

using rapidjson::Value;

// Bounds for schemas made to hurt: nested references, branches in branches.
constexpr int kMaxNesting = 500;
constexpr long kMaxSteps = 500'000;
// std::regex recurses for each character.
constexpr std::size_t kMaxMatchedBytes = 2048;

std::string_view text(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

const Value* get(const Value& object, const char* name) {
  const auto it = object.FindMember(name);
  return it == object.MemberEnd() ? nullptr : &it->value;
}

const Value* get(const Value& object, std::string_view name) {
  const auto it =
      object.FindMember(Value(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  return it == object.MemberEnd() ? nullptr : &it->value;
}

// Exact for every 64-bit integer where long double has 64 bits of mantissa (x86) or more.
long double number(const Value& v) {
  if (v.IsInt64()) return static_cast<long double>(v.GetInt64());
  if (v.IsUint64()) return static_cast<long double>(v.GetUint64());
  return static_cast<long double>(v.GetDouble());
}

std::size_t codePoints(std::string_view s) {
  return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

const char* article(std::string_view type) {
  if (type == "string") return "a string";
  if (type == "number") return "a number";
  if (type == "integer") return "an integer";
  if (type == "boolean") return "true or false";
  if (type == "object") return "an object";
  if (type == "array") return "an array";
  return "null";
}

bool isType(const Value& v, std::string_view type) {
  if (type == "string") return v.IsString();
  if (type == "number") return v.IsNumber();
  if (type == "integer") return v.IsInt64() || v.IsUint64();
  if (type == "boolean") return v.IsBool();
  if (type == "object") return v.IsObject();
  if (type == "array") return v.IsArray();
  return v.IsNull();
}

std::string show(const Value& v, bool secret = false) {
  if (v.IsString()) return secret ? "a string" : quoted(text(v));
  if (v.IsObject()) return "an object";
  if (v.IsArray()) return "an array";
  return secret && v.IsNumber() ? "a number" : toJson(v);
}

std::string joined(const std::vector<std::string>& words, const char* last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? last : ", ";
    out += words[i];
  }
  return out;
}

// Where the walk is: a chain of frames on the stack, made into text only for a mistake.
struct Place {
  enum What { root, member, item, key };
  const Place* above = nullptr;
  What what = root;
  std::string_view text = {};  // the key; at the root the pointer
  rapidjson::SizeType index = 0;

  std::string pointer() const {
    if (what == root) return std::string(text);
    return pointerTo(above->pointer(), what == item ? std::to_string(index) : std::string(text));
  }
  // How sentences call the value.
  std::string name() const {
    if (what == member) return quoted(text);
    if (what == key) return "key " + quoted(text);
    if (what == item) return "an item of " + above->name();
    const auto last = text.substr(std::min(text.rfind('/') + 1, text.size()));
    const bool digits = std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? "the value" : quoted(last);
  }
};

class Walk {
 public:
  Walk(const SchemaParts& parts, std::vector<Problem>& problems) : parts_(parts), problems_(&problems) {}

  void visit(const Value& unresolved, const Value& value, const Place& at) {
    if (++steps_ > kMaxSteps || nesting_ >= kMaxNesting) {
      if (!given_up_) fail(at, "it cannot be checked: its schema branches or nests too much");
      given_up_ = true;
      return;
    }
    ++nesting_;
    const Value& schema = parts_.resolved(unresolved);
    if (schema.IsBool()) {
      if (!schema.GetBool()) fail(at, at.name() + " is not allowed here");
    } else {
      visitObject(schema, value, at);
    }
    --nesting_;
  }

 private:
  void fail(const Place& at, std::string fact, std::string repair = "") {
    problems_->push_back({at.pointer(), 0, 0, std::move(fact), std::move(repair)});
  }

  void visitObject(const Value& schema, const Value& value, const Place& at) {
    const Value* format = get(schema, "format");
    const bool secret = format != nullptr && text(*format) == "troupe-secret";
    if (value.IsDouble() && !std::isfinite(value.GetDouble())) return fail(at, at.name() + " is no finite number");
    if (!type(schema, value, at, secret)) return;
    choices(schema, value, at, secret);
    if (value.IsNumber()) numbers(schema, value, at, secret);
    if (value.IsString()) strings(schema, text(value), at, secret);
    if (value.IsArray()) arrays(schema, value, at);
    if (value.IsObject()) objects(schema, value, at);
    branches(schema, value, at, secret);
  }

  bool type(const Value& schema, const Value& value, const Place& at, bool secret) {
    const Value* wanted = get(schema, "type");
    if (wanted == nullptr) return true;
    std::vector<std::string> words;
    const auto one = [&](const Value& v) {
      words.emplace_back(article(text(v)));
      return isType(value, text(v));
    };
    bool fits = false;
    bool integer_only = true;
    if (wanted->IsString()) {
      fits = one(*wanted);
      integer_only = text(*wanted) == "integer";
    } else {
      for (const auto& v : wanted->GetArray()) {
        fits = one(v) || fits;
        integer_only = integer_only && text(v) == "integer";
      }
    }
    if (!fits) fail(at, at.name() + " is " + show(value, secret) + ", not " + joined(words, " or "));
    if (fits && integer_only && !value.IsInt64()) {
      fail(at, at.name() + " is " + show(value, secret) + ", more than 9223372036854775807, the largest integer");
      return false;
    }
    return fits;
  }

  void choices(const Value& schema, const Value& value, const Place& at, bool secret) {
    if (const Value* constant = get(schema, "const"); constant != nullptr && !(*constant == value))
      fail(at, at.name() + " is " + show(value, secret) + ", not " + show(*constant));
    const Value* allowed = get(schema, "enum");
    if (allowed == nullptr) return;
    std::vector<std::string> words;
    std::vector<std::string> names;
    for (const auto& v : allowed->GetArray()) {
      if (v == value) return;
      words.push_back(show(v));
      if (v.IsString()) names.emplace_back(text(v));
    }
    const auto near = value.IsString() ? nearName(text(value), names) : "";
    fail(
        at,
        at.name() + " is " + show(value, secret) + ", not " + (words.size() > 1 ? "one of " : "") + joined(words, ", "),
        near.empty() ? "" : "did you mean \"" + near + "\"?");
  }

  void numbers(const Value& schema, const Value& value, const Place& at, bool secret) {
    const auto n = number(value);
    const auto limit = [&](const char* keyword, auto breaks, const char* words) {
      const Value* bound = get(schema, keyword);
      if (bound != nullptr && breaks(number(*bound)))
        fail(at, at.name() + " is " + show(value, secret) + ", " + words + " " + toJson(*bound));
    };
    limit(
        "maximum", [n](long double m) { return n > m; }, "more than its maximum");
    limit(
        "minimum", [n](long double m) { return n < m; }, "less than its minimum");
    limit(
        "exclusiveMaximum", [n](long double m) { return n >= m; }, "but must be less than");
    limit(
        "exclusiveMinimum", [n](long double m) { return n <= m; }, "but must be more than");
    limit(
        "multipleOf", [n](long double m) { return std::fmod(n, m) != 0; }, "not a multiple of");
  }

  // A size against its two limits; `noun` in singular.
  void sizes(const Value& schema, std::size_t size, const char* low, const char* high, const std::string& noun,
             const Place& at) {
    const auto count = [&noun](std::uint64_t n) {
      return std::to_string(n) + " " + noun + (n == 1 ? "" : noun == "property" ? "" : "s");
    };
    if (const Value* least = get(schema, low); least != nullptr && size < least->GetUint64())
      fail(at, size == 0 ? at.name() + " is empty" +
                               (least->GetUint64() > 1 ? "; it needs at least " + count(least->GetUint64()) : "")
                         : at.name() + " has " + count(size) + ", fewer than its minimum of " +
                               std::to_string(least->GetUint64()));
    if (const Value* most = get(schema, high); most != nullptr && size > most->GetUint64())
      fail(at, at.name() + " has " + count(size) + ", more than its maximum of " + std::to_string(most->GetUint64()));
  }

  void strings(const Value& schema, std::string_view s, const Place& at, bool secret) {
    sizes(schema, codePoints(s), "minLength", "maxLength", "character", at);
    const Value* pattern = get(schema, "pattern");
    if (pattern == nullptr) return;
    if (s.size() > kMaxMatchedBytes)
      return fail(at, at.name() + " has " + std::to_string(s.size()) + " bytes, more than the " +
                          std::to_string(kMaxMatchedBytes) + " that can be held against its pattern");
    if (matches(text(*pattern), s)) return;
    const Value* says = get(schema, "x-says");
    fail(at,
         at.name() + " is " + (secret ? "a string" : quoted(s)) + ", not " +
             (says != nullptr && says->IsString() ? std::string(text(*says))
                                                  : "text that matches the pattern " + quoted(text(*pattern), 256)));
  }

  bool matches(std::string_view pattern, std::string_view s) const {
    const auto found = parts_.patterns.find(pattern);
    if (found == parts_.patterns.end() || s.size() > kMaxMatchedBytes) return false;
    try {
      return std::regex_search(s.begin(), s.end(), found->second);
    } catch (const std::regex_error&) {
      return false;
    }
  }

  void arrays(const Value& schema, const Value& value, const Place& at) {
    sizes(schema, value.Size(), "minItems", "maxItems", "item", at);
    const Value* items = get(schema, "items");
    const Value* more = get(schema, "additionalItems");
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
      const Value* wanted = items;
      if (items != nullptr && items->IsArray()) wanted = i < items->Size() ? &(*items)[i] : more;
      if (wanted != nullptr) visit(*wanted, value[i], Place{&at, Place::item, {}, i});
    }
    if (const Value* unique = get(schema, "uniqueItems"); unique != nullptr && unique->GetBool())
      uniqueItems(value, at);
    if (const Value* wanted = get(schema, "contains"); wanted != nullptr) {
      const bool found = std::any_of(value.Begin(), value.End(), [&](const Value& v) { return fits(*wanted, v); });
      if (!found) fail(at, at.name() + " holds no item of the kind that it needs");
    }
  }

  void uniqueItems(const Value& value, const Place& at) {
    std::vector<std::pair<std::string, const Value*>> seen;
    for (const auto& v : value.GetArray()) seen.emplace_back(toJson(v), &v);
    std::sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 1; i < seen.size(); ++i)
      if (seen[i].first == seen[i - 1].first && (i < 2 || seen[i].first != seen[i - 2].first))
        fail(at, at.name() + " holds " + show(*seen[i].second) + " more than once");
  }

  void objects(const Value& schema, const Value& value, const Place& at) {
    sizes(schema, value.MemberCount(), "minProperties", "maxProperties", "key", at);
    const Value* properties = get(schema, "properties");
    const Value* patterns = get(schema, "patternProperties");
    const Value* others = get(schema, "additionalProperties");
    const Value* key_schema = get(schema, "propertyNames");
    std::vector<std::string> meant;  // required keys that a misspelt one stands for
    for (const auto& member : value.GetObject()) {
      const auto key = text(member.name);
      const Place below{&at, Place::member, key, 0};
      if (key_schema != nullptr) visit(*key_schema, member.name, Place{&at, Place::key, key, 0});
      const Value* known = properties != nullptr ? get(*properties, key) : nullptr;
      if (known != nullptr) visit(*known, member.value, below);
      bool matched = known != nullptr;
      if (patterns != nullptr)
        for (const auto& pattern : patterns->GetObject())
          if (matches(text(pattern.name), key)) {
            matched = true;
            visit(pattern.value, member.value, below);
          }
      if (matched || others == nullptr) continue;
      if (others->IsBool() && !others->GetBool()) {
        unknownKey(properties, value, key, below, meant);
      } else {
        visit(*others, member.value, below);
      }
    }
    required(schema, properties, value, at, meant);
    dependencies(schema, value, at);
  }

  void unknownKey(const Value* properties, const Value& value, std::string_view key, const Place& at,
                  std::vector<std::string>& meant) {
    std::vector<std::string> absent;
    std::vector<std::string> known;
    if (properties != nullptr)
      for (const auto& p : properties->GetObject()) {
        known.emplace_back(text(p.name));
        if (get(value, text(p.name)) == nullptr) absent.emplace_back(text(p.name));
      }
    const auto near = nearName(key, absent);
    if (!near.empty()) {
      meant.push_back(near);
      return fail(at, "unknown key " + quoted(key), "did you mean \"" + near + "\"?");
    }
    fail(at, "unknown key " + quoted(key), known.empty() ? "no key is known here" : suggest(key, known));
  }

  void required(const Value& schema, const Value* properties, const Value& value, const Place& at,
                const std::vector<std::string>& meant) {
    const Value* keys = get(schema, "required");
    if (keys == nullptr) return;
    for (const auto& key : keys->GetArray()) {
      if (get(value, text(key)) != nullptr || std::find(meant.begin(), meant.end(), text(key)) != meant.end()) continue;
      const Value* wanted = properties != nullptr ? get(*properties, text(key)) : nullptr;
      const Value* kind =
          wanted != nullptr && parts_.resolved(*wanted).IsObject() ? get(parts_.resolved(*wanted), "type") : nullptr;
      fail(at, "required key " + quoted(text(key)) + " is missing",
           kind != nullptr && kind->IsString() ? std::string("it is ") + article(text(*kind)) : "");
    }
  }

  void dependencies(const Value& schema, const Value& value, const Place& at) {
    const Value* all = get(schema, "dependencies");
    if (all == nullptr) return;
    for (const auto& dependency : all->GetObject()) {
      if (get(value, text(dependency.name)) == nullptr) continue;
      if (!dependency.value.IsArray()) {
        visit(dependency.value, value, at);
        continue;
      }
      for (const auto& key : dependency.value.GetArray())
        if (get(value, text(key)) == nullptr)
          fail(at, quoted(text(dependency.name)) + " needs " + quoted(text(key)) + " beside it");
    }
  }

  std::vector<Problem> misfits(const Value& schema, const Value& value, const Place& at) {
    std::vector<Problem> found;
    auto* const outer = problems_;
    problems_ = &found;
    visit(schema, value, at);
    problems_ = outer;
    return found;
  }

  bool fits(const Value& schema, const Value& value) { return misfits(schema, value, Place{}).empty(); }

  void branches(const Value& schema, const Value& value, const Place& at, bool secret) {
    if (const Value* all = get(schema, "allOf"))
      for (const auto& branch : all->GetArray()) visit(branch, value, at);
    if (const Value* any = get(schema, "anyOf")) oneBranch(*any, false, value, at, secret);
    if (const Value* one = get(schema, "oneOf")) oneBranch(*one, true, value, at, secret);
    if (const Value* forbidden = get(schema, "not"); forbidden != nullptr && fits(*forbidden, value))
      fail(at, at.name() + " is " + show(value, secret) + ", which is not allowed");
    if (const Value* condition = get(schema, "if")) {
      const Value* then = get(schema, fits(*condition, value) ? "then" : "else");
      if (then != nullptr) visit(*then, value, at);
    }
  }

  // Where no branch fits, the mistakes of the one that comes closest: of the value's type, with the fewest mistakes.
  void oneBranch(const Value& list, bool only_one, const Value& value, const Place& at, bool secret) {
    std::size_t fitting = 0;
    std::vector<Problem> closest;
    std::vector<std::string> words;
    for (const auto& branch : list.GetArray()) {
      auto found = misfits(branch, value, at);
      if (found.empty()) {
        ++fitting;
        if (!only_one) return;
        continue;
      }
      const Value& resolved = parts_.resolved(branch);
      const Value* kind = resolved.IsObject() ? get(resolved, "type") : nullptr;
      const bool typed = kind != nullptr && kind->IsString();
      if (typed && std::find(words.begin(), words.end(), article(text(*kind))) == words.end())
        words.emplace_back(article(text(*kind)));
      if ((!typed || isType(value, text(*kind))) && (closest.empty() || found.size() < closest.size()))
        closest = std::move(found);
    }
    if (fitting == 1) return;
    if (fitting > 1) return fail(at, at.name() + " fits more than one of its forms");
    if (closest.empty()) return fail(at, at.name() + " is " + show(value, secret) + ", not " + joined(words, " or "));
    for (auto& problem : closest) problems_->push_back(std::move(problem));
  }

  const SchemaParts& parts_;
  std::vector<Problem>* problems_;
  long steps_ = 0;
  int nesting_ = 0;
  bool given_up_ = false;
};

}  // namespace

void walkSchema(const Value& schema, const SchemaParts& parts, const Value& value, const std::string& pointer,
                std::vector<Problem>& problems) {
  Walk(parts, problems).visit(schema, value, Place{nullptr, Place::root, pointer, 0});
}

}  // namespace troupe
