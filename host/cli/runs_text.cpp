#include "cli/runs_text.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace troupe::cli {
namespace {

// Columns that a text takes in a terminal, near enough: code points.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string timeText(std::int64_t unix_ms) {
  if (unix_ms == 0) return "-";
  const std::time_t seconds = unix_ms / 1000;
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return "-";
  std::array<char, 64> buffer{};
  return {buffer.data(), std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M", &local)};
}

std::string durationText(std::int64_t ms) {
  const auto seconds = ms / 1000;
  if (seconds < 120) return flooredText(static_cast<double>(ms) / 1000, 1) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds % 3600 / 60) + " min";
}

std::string printable(std::string_view text, bool lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n' || c == '\t') {
      out += lines ? text[i] : ' ';
    } else if (c == '\r') {
      continue;
    } else if (c < 0x20 || c == 0x7F) {
      out += '?';
    } else if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      out += '?';  // C1: some terminals take U+009B for an escape sequence
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  bool at_start = true;
  for (const char c : printable(text, true)) {
    if (at_start && c != '\n') out += indent;
    at_start = c == '\n';
    out += c;
  }
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

std::string Table::text(std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) widths.push_back(width(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  const auto line = [&](const auto& cell) {
    out += indent;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& text = cell(i);
      const std::string blanks(widths[i] - width(text), ' ');
      if (i > 0) out += "  ";
      out += columns_[i].right ? blanks + text : text + blanks;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  };
  line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_) line([&](std::size_t i) -> const std::string& { return row[i]; });
  return out;
}

}  // namespace troupe::cli
