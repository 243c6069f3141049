#include "reports/dataset_line.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <string_view>
#include <utility>

#include "reports/sample_json.hpp"

namespace troupe::reports {
namespace {

using rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void text(Writer& writer, std::string_view value) {
  writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

std::string_view shareGptName(std::string_view role) {
  return role == "system" ? "system" : role == "assistant" ? "gpt" : "human";
}

/// One turn, in the words of a shape.
void turn(Writer& writer, bool sharegpt, std::string_view role, std::string_view content) {
  writer.StartObject();
  writer.Key(sharegpt ? "from" : "role");
  text(writer, sharegpt ? shareGptName(role) : role);
  writer.Key(sharegpt ? "value" : "content");
  text(writer, content);
  writer.EndObject();
}

/// The prompt's messages and then the answer's, whichever are given.
void turns(Writer& writer, const Value* messages, const Value* answer, bool sharegpt = false) {
  writer.StartArray();
  if (messages != nullptr) {
    for (const auto& message : messages->GetArray())
      turn(writer, sharegpt, textAt(message, "role"), textAt(message, "content"));
  }
  if (answer != nullptr) turn(writer, sharegpt, "assistant", textAt(*answer, "text"));
  writer.EndArray();
}

void pair(Writer& writer, const DatasetRow& row) {
  writer.Key("chosen");
  turns(writer, nullptr, row.answer);
  writer.Key("rejected");
  turns(writer, nullptr, row.rejected);
  writer.Key("score_chosen");
  writer.Double(row.quality);
  writer.Key("score_rejected");
  writer.Double(row.rejected_quality);
  writer.Key("margin");
  writer.Double(row.margin());
}

/// Python's str.splitlines() and others end a line at these, which JSON leaves as they are.
std::string withEscapedLineEnds(std::string_view json) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kEnds = {
      {{"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}, {"\xC2\x85", "\\u0085"}}};
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    std::size_t plain = json.size(), length = 0;
    std::string_view escape;
    for (const auto& [bytes, escaped] : kEnds) {
      const auto at = json.substr(0, plain).find(bytes);
      if (at == std::string_view::npos) continue;
      plain = at;
      length = bytes.size();
      escape = escaped;
    }
    out.append(json.substr(0, plain)).append(escape);
    json.remove_prefix(plain + length);
  }
  return out;
}

}  // namespace

std::string lineOf(ExportFormat format, const DatasetRow& row) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  if (format == ExportFormat::sft || format == ExportFormat::sharegpt) {
    const bool sharegpt = format == ExportFormat::sharegpt;
    writer.Key(sharegpt ? "conversations" : "messages");
    turns(writer, row.messages, row.answer, sharegpt);
  } else {
    writer.Key("prompt");
    turns(writer, row.messages, nullptr);
    if (format == ExportFormat::dpo) {
      pair(writer, row);
    } else {
      writer.Key("completion");
      turns(writer, nullptr, row.answer);
    }
    if (format == ExportFormat::kto) {
      writer.Key("label");
      writer.Bool(row.label);
    }
  }
  writer.EndObject();
  return withEscapedLineEnds({buffer.GetString(), buffer.GetSize()});
}

std::string promptText(const Value& messages) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  turns(writer, &messages, nullptr);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace troupe::reports
