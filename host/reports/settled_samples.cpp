#include "reports/settled_samples.hpp"

namespace troupe::reports {
namespace {

constexpr std::size_t kPage = 512;

}  // namespace

void eachSettled(const journal::Journal& journal, const journal::Run& run,
                 const std::function<bool(const journal::SampleRecord&)>& use) {
  for (std::int64_t from = 0;;) {
    const auto page = journal.samples(run.key, from, kPage);
    if (page.empty()) return;
    from = page.back() + 1;
    for (const auto index : page) {
      const auto record = journal.sample(run.key, index);
      if (record && record->settled && record->decided && !use(*record)) return;
    }
  }
}

}  // namespace troupe::reports
