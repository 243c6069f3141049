#include "expander.hpp"

#include <cstdint>
#include <stdexcept>

#include "english.hpp"

namespace troupe::storyteller {
namespace {

[[noreturn]] void broken(std::string_view what, std::string_view text) {
  throw std::logic_error(std::string(what) + " in \"" + std::string(text) + "\"");
}

/// The position of the bracket that closes the one at `open`.
std::size_t closing(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '[' || c == '<') ++depth;
    if ((c == ']' || c == '>') && --depth == 0) return i;
  }
  broken("a bracket without its partner", text);
}

/// The `wanted`-th part between bars that stand in no inner bracket; empty when there are fewer.
std::string_view part(std::string_view inner, std::size_t wanted) {
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= inner.size(); ++i) {
    const char c = i < inner.size() ? inner[i] : '|';
    if (c == '[' || c == '<') ++depth;
    if (c == ']' || c == '>') --depth;
    if (c != '|' || depth != 0) continue;
    if (wanted-- == 0) return inner.substr(begin, i - begin);
    begin = i + 1;
  }
  return {};
}

std::size_t countParts(std::string_view inner) {
  int depth = 0;
  std::size_t parts = 1;
  for (const char c : inner) {
    if (c == '[' || c == '<') ++depth;
    if (c == ']' || c == '>') --depth;
    if (c == '|' && depth == 0) ++parts;
  }
  return parts;
}

bool isSpace(char c) { return c == ' ' || c == '\n'; }

}  // namespace

const std::string* Scope::find(std::string_view name) const {
  for (const auto& [known, value] : values_) {
    if (known == name) return &value;
  }
  return nullptr;
}

void Expander::sentence(std::string_view text, std::string& out) {
  const std::size_t begin = out.size();
  phrase(text, out);
  while (out.size() > begin && out.back() == ' ') out.pop_back();
  capitalise(out, begin);
}

void Expander::phrase(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) broken("a brace without its partner", text);
      variable(text.substr(i + 1, end - i - 1), out);
      i = end;
    } else if (c == '[' || c == '<') {
      const std::size_t end = closing(text, i);
      const std::string_view inner = text.substr(i + 1, end - i - 1);
      phrase(part(inner, c == '[' ? random_.below(countParts(inner)) : static_cast<std::size_t>(style_)), out);
      i = end;
    } else if (c == '%') {
      const std::size_t end = text.find('%', i + 1);
      if (end == std::string_view::npos) broken("a detail without its end", text);
      if (random_.chance(detail_)) {
        phrase(text.substr(i + 1, end - i - 1), out);
      } else if (end + 1 < text.size() && text[end + 1] == '"' && !out.empty() && out.back() == ' ') {
        out.pop_back();  // the quotation ends where the detail would have stood
      }
      i = end;
    } else if (c == '/' && i + 1 < text.size() && text[i + 1] == '/') {
      while (!out.empty() && out.back() == ' ') out.pop_back();
      out += "\n\n";
      ++i;
    } else if (isSpace(c)) {
      space(out);
    } else {
      // A choice or a detail may come out empty: no space is left in front of what closes a sentence.
      if ((c == '.' || c == ',' || c == '!' || c == '?') && !out.empty() && out.back() == ' ') out.pop_back();
      out += c;
    }
  }
}

void Expander::space(std::string& out) const {
  if (!out.empty() && out.back() != ' ' && out.back() != '\n') out += ' ';
}

void Expander::variable(std::string_view name, std::string& out) {
  bool article = false;
  bool capital = false;
  if (name.size() > 2 && name[1] == ' ' && (name[0] == 'a' || name[0] == 'A')) {
    article = true;
    capital = name[0] == 'A';
    name.remove_prefix(2);
  }
  std::string key(name);
  if (!key.empty() && key[0] >= 'A' && key[0] <= 'Z') {
    capital = true;
    key[0] = static_cast<char>(key[0] - 'A' + 'a');
  }
  const std::string* value = scope_.find(key);
  if (value == nullptr) broken("nobody knows {" + key + "}", name);
  const std::size_t begin = out.size();
  if (article) {
    out += articleFor(*value);
    out += ' ';
  }
  out += *value;
  if (capital) capitalise(out, begin);
}

}  // namespace troupe::storyteller
