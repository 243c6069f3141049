#include <troupe/troupe.h>

#include <algorithm>
#include <string>
#include <vector>

#include "benchmarks/bench.hpp"
#include "loader/catalog.hpp"
#include "loader/module.hpp"
#include "pipeline/call.hpp"
#include "services/host_table.hpp"
#include "support/temp_dir.hpp"

namespace troupe::bench {
namespace {

// The best of several rounds: the machine's other work only ever adds.
template <typename Work>
double nanoseconds(std::int64_t calls, Work work) {
  double best = 1e18;
  for (int round = 0; round < 7; ++round) {
    const auto began = Clock::now();
    for (std::int64_t i = 0; i < calls; ++i) work();
    best = std::min(best, secondsSince(began) / static_cast<double>(calls) * 1e9);
  }
  return best;
}

}  // namespace

void boundaryBench() {
  const test::TempDir folder;
  loader::CatalogOptions where = loader::defaultCatalogOptions({TROUPE_BENCH_PLUGINS});
  where.cache = folder.path();
  where.program = TROUPE_PROGRAM;
  loader::Catalog catalog(std::move(where));
  const auto* type = catalog.find("troupe.test.trivial.scorer");
  if (type == nullptr) throw std::runtime_error("the benchmark's plugin is not there");
  const services::HostTable host([](int, std::string_view) {});
  const loader::Instance instance(catalog.load(*catalog.fileOf(type->id)), type->id, host.table(), R"({"value": 9})");
  const std::string input = R"({"candidate":{"id":"0/a","node":"a","text":")" + std::string(100, 'x') + "\"}}";
  // The same work without a boundary: copy the input in, copy a value out.
  const std::string score = R"({"value":9.0,"reason":"always the same"})";
  std::vector<std::string> sink;
  const auto baseline = nanoseconds(200'000, [&] {
    const std::string copy = input;
    sink.clear();
    sink.push_back(score);
    if (copy.empty()) throw std::logic_error("never");
  });
  const auto call = nanoseconds(200'000, [&] {
    pipeline::Call one(*type, input, 1);
    const auto result = one.finish(instance.run(one.table()));
    if (result.failure) throw std::runtime_error(result.failure->message);
  });
  report("one call of a plugin that reads nothing", text(call, 0) + " ns", "under 1,000 ns beyond the JSON");
  report("  copying input and value (baseline)", text(baseline, 0) + " ns", "");
}

}  // namespace troupe::bench
