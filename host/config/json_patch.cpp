#include "config/json_patch.hpp"

#include <algorithm>
#include <utility>

#include "config/json_format.hpp"
#include "config/json_splice.hpp"
#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

using Kind = PatchOperation::Kind;

constexpr std::pair<std::string_view, Kind> kKinds[] = {{"add", Kind::add},         {"remove", Kind::remove},
                                                        {"replace", Kind::replace}, {"move", Kind::move},
                                                        {"copy", Kind::copy},       {"test", Kind::test}};

std::optional<Kind> kindOf(std::string_view name) {
  for (const auto& [known, kind] : kKinds)
    if (known == name) return kind;
  return std::nullopt;
}

std::optional<std::string> pointerMember(const rapidjson::Value& operation, const char* name, const std::string& place,
                                         std::vector<Problem>& problems) {
  const auto* value = member(operation, name);
  if (value == nullptr || !value->IsString()) {
    problems.push_back(
        {place, 0, 0, quoted(name) + " is missing or no text", "write a JSON pointer such as \"/run/samples\""});
    return std::nullopt;
  }
  if (!isPointer(textOf(*value))) {
    problems.push_back({place + "/" + name, 0, 0, quoted(textOf(*value)) + " is no JSON pointer",
                        "begin it with /; write ~0 for ~ and ~1 for /"});
    return std::nullopt;
  }
  return std::string(textOf(*value));
}

std::optional<PatchOperation> readOperation(const rapidjson::Value& json, const std::string& place,
                                            std::vector<Problem>& problems) {
  if (!json.IsObject()) {
    problems.push_back({place, 0, 0, "an operation is an object", "write {\"op\": …, \"path\": …}"});
    return std::nullopt;
  }
  const auto name = textMember(json, "op");
  const auto kind = kindOf(name);
  if (!kind) {
    std::vector<std::string> known;
    for (const auto& entry : kKinds) known.emplace_back(entry.first);
    problems.push_back({place + "/op", 0, 0,
                        name.empty() ? "\"op\" is missing or no text" : "unknown operation " + quoted(name),
                        suggest(name, known)});
    return std::nullopt;
  }
  PatchOperation operation;
  operation.kind = *kind;
  const auto known = problems.size();
  if (auto path = pointerMember(json, "path", place, problems)) operation.path = std::move(*path);
  if (*kind == Kind::move || *kind == Kind::copy)
    if (auto from = pointerMember(json, "from", place, problems)) operation.from = std::move(*from);
  if (*kind == Kind::add || *kind == Kind::replace || *kind == Kind::test) {
    operation.value = member(json, "value");
    if (operation.value == nullptr) problems.push_back({place, 0, 0, "\"value\" is missing", ""});
  }
  if (*kind == Kind::move && operation.path != operation.from &&
      (operation.path + "/").starts_with(operation.from + "/"))
    problems.push_back({place, 0, 0, "a value cannot be moved into itself", ""});
  return problems.size() == known ? std::optional(operation) : std::nullopt;
}

// Why an operation does not apply.
struct Refused {
  std::string fact;
};

std::string nothingAt(const std::string& pointer) { return "there is nothing at " + quoted(pointer); }

// Applies one operation to one text.
class Step {
 public:
  Step(const JsonText& json, const PatchOperation& operation) : json_(json), operation_(operation) {}

  std::string result() const {
    switch (operation_.kind) {
      case Kind::add:
        return add(*operation_.value);
      case Kind::replace:
        return spliceReplace(json_, existing(operation_.path), formatted(*operation_.value, existing(operation_.path)));
      case Kind::remove:
        return removed(operation_.path);
      case Kind::copy:
        return addText(json_, slice(operation_.from));
      case Kind::move:
        return moved();
      case Kind::test:
        return tested();
    }
    return json_.text();
  }

 private:
  std::uint32_t existing(const std::string& pointer) const {
    const auto span = json_.find(pointer);
    if (!span) throw Refused{nothingAt(pointer)};
    return *span;
  }
  std::string slice(const std::string& pointer) const {
    const auto& span = json_.spans()[existing(pointer)].value;
    return json_.text().substr(span.begin, span.end - span.begin);
  }
  std::string formatted(const rapidjson::Value& value, std::uint32_t near) const {
    return formatJson(value, indentAt(json_.text(), json_.spans()[near].value.begin), eolOf(json_.text()));
  }
  std::string removed(const std::string& pointer) const {
    const auto span = existing(pointer);
    if (pointer.empty()) throw Refused{"the whole document cannot be removed"};
    return spliceRemove(json_, existing(pointer.substr(0, pointer.rfind('/'))), span);
  }
  // A value of the patch takes the indentation of what it stands among.
  std::string add(const rapidjson::Value& value) const {
    const auto parent =
        json_.find(operation_.path.substr(0, std::min(operation_.path.rfind('/'), operation_.path.size())));
    if (!parent) return addText(json_, {});  // refuses
    const auto& spans = json_.spans();
    const bool has_child = spans[*parent].next > *parent + 1;
    const auto near = has_child ? *parent + 1 : *parent;
    const auto& text = json_.text();
    const auto& child = spans[near];
    std::string indent(indentAt(text, child.key.end > 0 ? child.key.begin : child.value.begin));
    if (!has_child &&
        text.substr(spans[near].value.begin, spans[near].value.end - spans[near].value.begin).find('\n') !=
            std::string::npos)
      indent = std::string(indentAt(text, spans[near].value.end - 1)) + "  ";
    return addText(json_, formatJson(value, operation_.path.empty() ? "" : indent, eolOf(text)));
  }
  std::string addText(const JsonText& json, const std::string& value) const {
    const auto& path = operation_.path;
    if (path.empty()) return spliceReplace(json, 0, value);
    const auto parent_pointer = path.substr(0, path.rfind('/'));
    const auto parent = json.find(parent_pointer);
    if (!parent) throw Refused{nothingAt(parent_pointer)};
    const auto name = pointerTokens(path).back();
    const char kind = json.text()[json.spans()[*parent].value.begin];
    if (kind == '{') {
      if (const auto there = json.find(path)) return spliceReplace(json, *there, value);
      return spliceMember(json, *parent, toJson(rapidjson::Value(rapidjson::StringRef(name.data(), name.size()))),
                          value);
    }
    if (kind != '[') throw Refused{quoted(parent_pointer) + " is neither an object nor a list"};
    const auto& spans = json.spans();
    std::uint32_t count = 0;
    for (auto i = *parent + 1; i < spans[*parent].next; i = spans[i].next) ++count;
    const auto index = name == "-" ? std::optional(count) : arrayIndex(name);
    if (!index || *index > count)
      throw Refused{quoted(name) + " is no place in the list " + quoted(parent_pointer) + ", which has " +
                    std::to_string(count)};
    return spliceElement(json, *parent, *index, value);
  }
  std::string moved() const {
    const auto value = slice(operation_.from);
    if (operation_.from == operation_.path) return json_.text();
    std::vector<Problem> problems;
    const auto without = JsonText::parse(removed(operation_.from), problems);
    if (!without) throw Refused{problems.front().fact};
    return addText(*without, value);
  }
  std::string tested() const {
    existing(operation_.path);
    const auto* value = &static_cast<const rapidjson::Value&>(json_.document());
    for (const auto& token : pointerTokens(operation_.path))
      value = value->IsArray() ? &(*value)[*arrayIndex(token)] : member(*value, token);
    if (!equalJson(*value, *operation_.value))
      throw Refused{"the test of " + quoted(operation_.path) + " fails: it is " + quoted(toJson(*value))};
    return json_.text();
  }

  const JsonText& json_;
  const PatchOperation& operation_;
};

}  // namespace

std::optional<std::vector<PatchOperation>> readPatch(const rapidjson::Value& patch, std::vector<Problem>& problems) {
  const auto known = problems.size();
  if (!patch.IsArray()) {
    problems.push_back({"", 0, 0, "a JSON Patch is a list of operations", "write [{\"op\": …, \"path\": …}]"});
    return std::nullopt;
  }
  if (patch.Size() > kMaxPatchOperations) {
    problems.push_back({"", 0, 0, "it has " + std::to_string(patch.Size()) + " operations",
                        "send at most " + std::to_string(kMaxPatchOperations)});
    return std::nullopt;
  }
  std::vector<PatchOperation> operations;
  for (rapidjson::SizeType i = 0; i < patch.Size(); ++i)
    if (auto operation = readOperation(patch[i], "/" + std::to_string(i), problems))
      operations.push_back(std::move(*operation));
  return problems.size() == known ? std::optional(std::move(operations)) : std::nullopt;
}

std::optional<std::string> applyPatch(const std::string& text, const std::vector<PatchOperation>& operations,
                                      std::vector<Problem>& problems) {
  std::string result = text;
  std::size_t work = 0;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    work += result.size();
    if (work > kMaxPatchWork) {
      problems.push_back(
          {"/" + std::to_string(i), 0, 0, "the text is too large for so many operations", "send the whole text"});
      return std::nullopt;
    }
    const auto json = JsonText::parse(std::move(result), problems);
    if (!json) return std::nullopt;
    try {
      result = Step(*json, operations[i]).result();
    } catch (const Refused& refused) {
      problems.push_back({"/" + std::to_string(i), 0, 0, refused.fact, ""});
      return std::nullopt;
    }
  }
  if (!JsonText::parse(result, problems)) return std::nullopt;
  return result;
}

bool equalJson(const rapidjson::Value& a, const rapidjson::Value& b) {
  if (a.IsObject() && b.IsObject()) {
    if (a.MemberCount() != b.MemberCount()) return false;
    const auto sorted = [](const rapidjson::Value& object) {
      std::vector<const rapidjson::Value::Member*> members;
      for (const auto& entry : object.GetObject()) members.push_back(&entry);
      std::sort(members.begin(), members.end(),
                [](const auto* x, const auto* y) { return textOf(x->name) < textOf(y->name); });
      return members;
    };
    const auto left = sorted(a), right = sorted(b);
    return std::equal(left.begin(), left.end(), right.begin(), [](const auto* x, const auto* y) {
      return textOf(x->name) == textOf(y->name) && equalJson(x->value, y->value);
    });
  }
  if (a.IsArray() && b.IsArray()) return a.Size() == b.Size() && std::equal(a.Begin(), a.End(), b.Begin(), equalJson);
  return a == b;
}

}  // namespace troupe::config
