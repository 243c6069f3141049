#ifndef TROUPE_LOG_LINE_HPP
#define TROUPE_LOG_LINE_HPP

// The fixed log lines, shared by the sinks. Header-only: each plugin is a module of its own.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::sinks {

/// "3:45:23 PM", in the time zone of TZ.
inline std::string clockTime(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms >= 0 ? unix_ms / 1000 : (unix_ms - 999) / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  const int hour = local.tm_hour % 12 == 0 ? 12 : local.tm_hour % 12;
  char text[24];
  const int n = std::snprintf(text, sizeof(text), "%d:%02d:%02d %s", hour, local.tm_min, local.tm_sec,
                              local.tm_hour < 12 ? "AM" : "PM");
  return std::string(text, static_cast<std::size_t>(n));
}

/// One decimal, cut and not rounded: a quality of 7.96 fails a threshold of 8, so it must not read 8.0.
inline std::string floored(double value) {
  if (!std::isfinite(value)) return "-";
  double tenths = std::floor(value * 10);
  if (tenths / 10 > value) tenths -= 1;  // the product was rounded up
  if (tenths == 0) tenths = 0;           // no "-0.0"
  char text[40];
  const int n = std::snprintf(text, sizeof(text), "%.1f", tenths / 10);
  return std::string(text, static_cast<std::size_t>(n));
}

/// One decimal, rounded.
inline std::string rounded(double value) {
  char text[400];
  const int n = std::snprintf(text, sizeof(text), "%.1f", value);
  return std::string(text, static_cast<std::size_t>(n));
}

/// Decodes the UTF-8 sequence at `at` and moves behind it; anything that is none gives -1 and moves one byte.
inline std::int32_t nextCodePoint(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) {
    ++at;
    return static_cast<std::int32_t>(first);
  }
  const std::size_t length = first >= 0xf0 && first < 0xf5   ? 4
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xc2 && first < 0xe0 ? 2
                                                             : 0;
  if (length == 0 || at + length > text.size()) {
    ++at;
    return -1;
  }
  std::int32_t code = static_cast<std::int32_t>(first & (0xffU >> (length + 1)));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80) {
      ++at;
      return -1;
    }
    code = (code << 6) | static_cast<std::int32_t>(byte(at + i) & 0x3fU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    ++at;
    return -1;
  }
  at += length;
  return code;
}

/// C0, DEL, C1, line and paragraph separators, and the characters that turn the direction of the text around them.
inline bool isControl(std::int32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || code == 0x200e ||
         code == 0x200f || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// One line of text that cannot forge another line or steer a terminal: runs of white space are one blank, control
/// characters and bytes that are no UTF-8 become \xNN or \u{N}. At most `most` bytes, then "...".
inline std::string oneLine(std::string_view text, std::size_t most = 2000) {
  std::string out;
  bool blank = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const std::int32_t code = nextCodePoint(text, at);
    if (code == ' ' || code == '\n' || code == '\r' || code == '\t' || code == '\v' || code == '\f' || code == 0x2028 ||
        code == 0x2029) {
      blank = !out.empty();
      continue;
    }
    if (out.size() >= most) return out + "...";
    if (blank) out += ' ';
    blank = false;
    if (code >= 0 && !isControl(code)) {
      out.append(text.substr(from, at - from));
      continue;
    }
    char escaped[16];
    const unsigned value = code < 0 ? static_cast<unsigned char>(text[from]) : static_cast<unsigned>(code);
    const int n = std::snprintf(escaped, sizeof(escaped), value < 0x100 ? "\\x%02x" : "\\u{%x}", value);
    out.append(escaped, static_cast<std::size_t>(n));
  }
  return out;
}

/// What a sample's line says.
struct SampleLine {
  std::int64_t at_ms = 0;
  std::int64_t number = 0;
  std::int64_t total = 0;
  std::string_view genre = "-";
  bool ok = false;
  std::optional<double> quality;
  std::string_view model;   // the winning node
  std::string_view reason;  // why it failed
};

/// "[3:45:23 PM] Sample 1/50 - fantasy - Quality: 8.5/10 - Model: gemini-2.0", without the line's end. Fixed: others
/// parse it.
inline std::string sampleLine(const SampleLine& line) {
  std::string out = "[";
  out.append(clockTime(line.at_ms)).append("] Sample ").append(std::to_string(line.number)).append("/");
  out.append(std::to_string(line.total)).append(" - ");
  out += line.genre.empty() ? "-" : oneLine(line.genre, 100);
  if (line.ok) {
    out.append(" - Quality: ").append(line.quality ? floored(*line.quality) : std::string("-")).append("/10 - Model: ");
    out += line.model.empty() ? "-" : oneLine(line.model, 100);
  } else {
    out += " - Failed: ";
    out += line.reason.empty() ? "no reason given" : oneLine(line.reason, 500);
  }
  return out;
}

/// "Successfully generated 48 out of 50 examples in 150.0 seconds". Fixed.
inline std::string closingLine(std::int64_t successful, std::int64_t samples, double elapsed_s) {
  std::string out = "Successfully generated ";
  out.append(std::to_string(successful)).append(" out of ").append(std::to_string(samples)).append(" examples in ");
  return out.append(rounded(elapsed_s)).append(" seconds");
}

}  // namespace troupe::sinks

#endif
