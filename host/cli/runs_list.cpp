#include <rapidjson/document.h>

#include "cli/runs_commands.hpp"
#include "cli/runs_text.hpp"
#include "reports/run_json.hpp"
#include "support/json_text.hpp"

namespace troupe::cli {

using namespace reports;

void runsList(const journal::Journal& journal, bool json, std::ostream& out) {
  constexpr std::size_t kPage = 50;
  const auto writer = journal.writer();
  rapidjson::Document document(rapidjson::kObjectType);
  rapidjson::Value list(rapidjson::kArrayType);
  Table table({{"RUN"}, {"STATE"}, {"SAMPLES", true}, {"SAVED", true}, {"FAILED", true}, {"BEGUN"}, {"PIPELINE"}});
  bool any = false;
  for (journal::RunKey before = 0;;) {
    const auto page = journal.runs(kPage, before);
    if (page.empty()) break;
    before = page.back().key;
    any = true;
    for (const auto& run : page) {
      const auto counts = countsOf(journal, run);
      if (json) {
        list.PushBack(runJson(run, counts, shownState(run, writer), document.GetAllocator()), document.GetAllocator());
      } else {
        table.add({run.id, shownState(run, writer), std::to_string(counts.current) + "/" + std::to_string(run.samples),
                   std::to_string(counts.saved), std::to_string(counts.failed), timeText(run.created_at),
                   printable(run.file, false)});
      }
    }
  }
  if (json) {
    document.AddMember("runs", list, document.GetAllocator());
    out << toJson(document) << '\n';
  } else if (any) {
    out << table.text();
  } else {
    out << "no runs yet; begin one with: troupe run FILE\n";
  }
}

}  // namespace troupe::cli
