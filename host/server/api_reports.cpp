#include <algorithm>

#include "reports/dataset.hpp"
#include "reports/export.hpp"
#include "reports/log_text.hpp"
#include "server/api_support.hpp"
#include "server/sample_filters.hpp"

namespace troupe::server {
namespace {

// A file name that every system takes, for the header that needs no quoting then.
Headers download(const std::string& run_id, const std::string& ending) {
  std::string name = run_id;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                 c == '.');
      },
      '_');
  return {{"Content-Disposition", "attachment; filename=\"" + name + ending + "\""}, {"Cache-Control", "no-store"}};
}

void log(const Api& api, Exchange& exchange) {
  const auto run = runOf(api, exchange);
  reports::writeLog(api.journal, run, exchange.stream(200, "text/plain; charset=utf-8", download(run.id, ".log")));
}

reports::ExportFormat formatOf(const Exchange& exchange) {
  try {
    return reports::exportFormat(exchange.query("format").value_or("jsonl"));
  } catch (const Failure& failure) {
    throw HttpError(400, failure.what());
  }
}

void exported(const Api& api, Exchange& exchange) {
  const auto run = runOf(api, exchange);
  reports::DatasetOptions options;
  options.format = formatOf(exchange);
  options.filters = sampleFilters(exchange);
  options.threshold = queryNumber(exchange, "threshold").value_or(options.threshold);
  options.without_duplicates = queryFlag(exchange, "dedup");
  const bool csv = options.format == reports::ExportFormat::csv;
  auto& out = exchange.stream(200, csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson",
                              download(run.id, csv ? ".csv" : ".jsonl"));
  if (reports::isDataset(options.format))
    reports::writeDataset(api.journal, run, options, out);
  else
    reports::writeExport(api.journal, run, options.format, options.filters, out);
}

}  // namespace

void addReportRoutes(Router& router, const ApiPtr& api) {
  router.add({"GET", "/api/v1/runs/{run}/log", Right::watch, [api](Exchange& exchange) { log(*api, exchange); }});
  router.add(
      {"GET", "/api/v1/runs/{run}/export", Right::watch, [api](Exchange& exchange) { exported(*api, exchange); }});
}

}  // namespace troupe::server
