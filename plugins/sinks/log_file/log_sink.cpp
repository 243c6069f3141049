#include "log_sink.hpp"

#include <utility>

#include <troupe/log_line.hpp>

namespace troupe::log_file {
namespace {

constexpr std::size_t kTail = 65536;  // bytes of an earlier process's log that are compared

}  // namespace

LogSink::LogSink(RotatingFile::Settings settings, Level level, std::function<void(const std::string&)> warn)
    : append_(settings.append), level_(level), file_(std::move(settings), std::move(warn)) {}

void LogSink::handle(const Object& event) {
  const std::string lines = sinks::eventLines(event, level_);
  if (lines.empty() || alreadyWritten(lines)) return;
  const auto* at = event.find("at");
  const std::string stamp =
      file_.lost() > 0 ? "[" + sinks::clockTime(at != nullptr && at->IsInt64() ? at->GetInt64() : 0) + "] " : "";
  file_.write(lines, stamp);
}

bool LogSink::alreadyWritten(const std::string& lines) {
  if (!looked_) {
    looked_ = true;
    if (append_) {
      const std::string tail = file_.tail(kTail);
      for (std::size_t from = 0, end; (end = tail.find('\n', from)) != std::string::npos; from = end + 1)
        before_.insert(tail.substr(from, end + 1 - from));
    }
  }
  if (before_.empty()) return false;
  if (before_.count(lines.substr(0, lines.find('\n') + 1)) > 0) return true;
  before_.clear();
  return false;
}

}  // namespace troupe::log_file
