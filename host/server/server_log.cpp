#include "server/server_log.hpp"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <cstdio>

#include "config/json_scan.hpp"

namespace troupe::server {
namespace {

constexpr const char* kNames[] = {"debug", "info", "warning", "error"};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

/// Printable, on one line, in UTF-8.
std::string visible(std::string_view text) {
  const bool utf8 = config::firstInvalidUtf8(text) == std::string_view::npos;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && (utf8 || byte < 0x80)) {
      out += c;
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      out += escape;
    }
  }
  return out;
}

void toStandardError(std::string_view line) {
  while (!line.empty()) {
    const auto count = ::write(STDERR_FILENO, line.data(), line.size());
    if (count <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(count));
  }
}

using Fields = std::initializer_list<ServerLog::Field>;

std::string asJson(const std::string& time, const char* level, std::string_view message, Fields fields) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
  const auto text = [&](std::string_view name, std::string_view value) {
    const auto shown = visible(value);
    out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    out.String(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  };
  out.StartObject();
  text("time", time);
  text("level", level);
  text("message", message);
  for (const auto& [name, value] : fields) {
    if (const auto* words = std::get_if<std::string>(&value)) {
      text(name, *words);
    } else {
      out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
      const auto digits = number(std::get<double>(value));
      out.RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
    }
  }
  out.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

std::string asText(const std::string& time, const char* level, std::string_view message, Fields fields) {
  auto line = time + ' ' + level + ' ' + visible(message);
  for (const auto& [name, value] : fields) {
    line.append(" ").append(name).append("=");
    if (const auto* words = std::get_if<std::string>(&value)) {
      const auto shown = visible(*words);
      const bool quote = shown.empty() || shown.find_first_of(" \"=") != std::string::npos;
      line += quote ? '"' + shown + '"' : shown;
    } else {
      line += number(std::get<double>(value));
    }
  }
  return line + '\n';
}

}  // namespace

ServerLog::ServerLog(Options options, std::function<void(std::string_view)> sink)
    : options_(options), sink_(sink ? std::move(sink) : toStandardError) {}

void ServerLog::write(Level level, std::string_view message, Fields fields) {
  if (!shows(level)) return;
  const auto time = Poco::DateTimeFormatter::format(Poco::Timestamp(), "%Y-%m-%dT%H:%M:%S.%iZ");
  const auto* name = kNames[static_cast<int>(level)];
  const auto line = options_.json ? asJson(time, name, message, fields) : asText(time, name, message, fields);
  const std::lock_guard lock(mutex_);
  sink_(line);
}

ServerLog::Level ServerLog::levelFrom(std::string_view name) {
  for (int i = 0; i < 4; ++i)
    if (name == kNames[i]) return static_cast<Level>(i);
  return Level::info;
}

}  // namespace troupe::server
