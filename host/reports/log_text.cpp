#include "reports/log_text.hpp"

#include <rapidjson/document.h>

#include <troupe/event_lines.hpp>

namespace troupe::reports {

void writeLog(const journal::Journal& journal, const journal::Run& run, std::ostream& out) {
  constexpr std::size_t kPage = 256;
  for (std::int64_t after = 0; out;) {
    const auto page = journal.events(run.key, after, kPage);
    if (page.empty()) return;
    after = page.back().id;
    for (const auto& event : page) {
      rapidjson::Document document;
      document.Parse(event.json.data(), event.json.size());
      if (!document.HasParseError() && document.IsObject())
        out << sinks::eventLines(Object(document), sinks::Level::kInfo);
    }
  }
}

}  // namespace troupe::reports
