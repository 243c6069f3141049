#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "pipeline/flow_helpers.hpp"
#include "pipeline/judging.hpp"
#include "pipeline/sample_flow.hpp"

// SampleFlow after the vote: filters, stores, the end of the sample.
namespace troupe::pipeline {
namespace {

std::string snippet(const std::string& text) {
  constexpr std::size_t kBytes = 160;
  if (text.size() <= kBytes) return text;
  std::size_t end = kBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // Not within a UTF-8 sequence.
  return text.substr(0, end) + "…";
}

}  // namespace

bool SampleFlow::reaches(const Sample& sample, int node) const { return pipeline::reaches(graph_, sample, node); }

void SampleFlow::filter(const SamplePtr& sample, std::vector<journal::Row> rows, std::size_t position) {
  while (position < graph_.filters.size() &&
         (sample->verdicts[at(graph_.filters[position])] || !reaches(*sample, graph_.filters[position])))
    ++position;
  if (position == graph_.filters.size()) return store(sample, std::move(rows));

  struct Given {
    std::optional<VerdictValue> verdict;
    std::optional<HoldValue> hold;
    std::vector<journal::Row> rows;
  };
  const int node = graph_.filters[position];
  auto given = std::make_shared<Given>();
  given->rows = std::move(rows);
  NodeRunner::Request request;
  request.index = sample->index;
  request.random_seed = callSeed(sample->index, node);
  request.input = sampleInput(graph_, *sample, node, run_.id);
  request.models = desk_.callsOf(sample, node);
  request.accept = [given](Call::Result& result, std::int64_t, int) {
    if (result.hold) {
      given->hold = readHold(*result.hold);
    } else {
      given->verdict = readVerdict(single(result, "verdict"));
    }
  };
  request.done = [this, sample, node, position, given](NodeRunner::Outcome& outcome) {
    if (outcome.suspended) {
      journal_.append(std::move(given->rows));
      return ends_.suspended(sample);
    }
    if (given->hold) {
      given->rows.emplace_back(journal::SampleHeld{run_.key, sample->index, graph_.name(node), given->hold->until,
                                                   given->hold->pass_by_default, given->hold->why,
                                                   runner(node).plugin()});
      journal_.append(std::move(given->rows));
      return ends_.held(sample, node, *given->hold);
    }
    // A filter that fails lets nothing pass: what it should keep out would be stored otherwise.
    if (outcome.failure) given->verdict = VerdictValue{false, "the filter failed: " + outcome.failure->message};
    sample->verdicts[at(node)] = Sample::Verdict{given->verdict->pass, given->verdict->reason};
    given->rows.emplace_back(journal::VerdictGiven{run_.key, sample->index, graph_.name(node), given->verdict->pass,
                                                   given->verdict->reason, runner(node).plugin()});
    filter(sample, std::move(given->rows), position + 1);
  };
  runner(node).run(std::move(request), true);
}

void SampleFlow::store(const SamplePtr& sample, std::vector<journal::Row> rows) {
  const bool any = std::any_of(graph_.stores.begin(), graph_.stores.end(),
                               [&](int node) { return reaches(*sample, node) && !sample->stored[at(node)]; });
  if (!any) return settle(sample, std::move(rows));
  sample->phase.store(Sample::Phase::storing);
  // No store is called before what it rests on is durable.
  journal_.append(std::move(rows), [this, sample] { pool_.submit([this, sample] { runStores(sample); }); });
}

void SampleFlow::runStores(const SamplePtr& sample) {
  std::vector<int> due;
  for (const int node : graph_.stores)
    if (reaches(*sample, node) && !sample->stored[at(node)]) due.push_back(node);
  struct Stores {
    std::atomic<int> open;
    std::atomic<bool> failed{false};
    std::mutex mutex;  // Guards `rows`.
    std::vector<journal::Row> rows;
  };
  auto stores = std::make_shared<Stores>();
  stores->open = static_cast<int>(due.size());
  for (std::size_t i = 0; i < due.size(); ++i) {
    const int node = due[i];
    auto saved = std::make_shared<std::string>();
    NodeRunner::Request request;
    request.index = sample->index;
    request.random_seed = callSeed(sample->index, node);
    request.input = sampleInput(graph_, *sample, node, run_.id);
    request.accept = [saved](Call::Result& result, std::int64_t, int) {
      for (const auto& value : result.values)
        if (value.port->name == "saved") *saved = normalize(value.json);
    };
    request.done = [this, sample, node, saved, stores](NodeRunner::Outcome& outcome) {
      if (outcome.suspended || outcome.failure) {
        stores->failed = true;
        if (outcome.failure) ends_.store_failed("store " + describe(graph_.name(node), *outcome.failure));
      } else {
        const std::lock_guard lock(stores->mutex);
        sample->stored[at(node)] = true;
        if (!saved->empty()) {
          sample->saves[at(node)] = *saved;
          stores->rows.emplace_back(
              journal::SampleSaved{run_.key, sample->index, graph_.name(node), *saved, runner(node).plugin()});
        }
      }
      if (stores->open.fetch_sub(1) > 1) return;
      if (!stores->failed) return settle(sample, std::move(stores->rows));
      if (!stores->rows.empty()) journal_.append(std::move(stores->rows));
      ends_.suspended(sample);
    };
    runner(node).run(std::move(request), i + 1 == due.size());
  }
}

void SampleFlow::settle(const SamplePtr& sample, std::vector<journal::Row> rows) {
  SettledSample settled;
  settled.index = sample->index;
  settled.genre = sample->genre;
  settled.ok = sample->ok;
  settled.reason = sample->reason;
  settled.margin = sample->margin;
  if (sample->ensemble) {
    settled.reached = sample->ensemble->reached;
    settled.skipped = sample->ensemble->skipped;
  }
  for (std::size_t c = 0; c < graph_.candidates.size(); ++c) {
    const int node = graph_.candidates[c];
    const auto& answer = sample->answers[at(node)];
    if (answer.state == Sample::State::value) {
      const auto view = readCandidate(answer.json);
      settled.candidates.push_back({graph_.name(node), view.model,
                                    c < sample->qualities.size() ? sample->qualities[c] : std::nullopt,
                                    answer.latency_ms, answer.attempts});
      if (static_cast<int>(c) == sample->winner) settled.snippet = snippet(view.text);
    } else if (answer.state == Sample::State::failed) {
      settled.failures.push_back({graph_.name(node), answer.failure, answer.attempts});
    }
  }
  std::string json;
  if (sample->ok) {
    settled.winner = graph_.name(graph_.candidates[at(sample->winner)]);
    settled.quality = *sample->qualities[at(sample->winner)];
    settled.kept = isKept(graph_, *sample);
    for (const int node : graph_.filters) {
      const auto& verdict = sample->verdicts[at(node)];
      if (verdict && !verdict->pass && settled.dropped.empty()) settled.dropped = verdict->reason;
    }
    for (const int node : graph_.stores)
      if (const auto& saved = sample->saves[at(node)]; saved && !saved->empty())
        settled.saved.push_back({graph_.name(node), readSavedId(*saved)});
    if (!graph_.feedback.empty()) json = sampleJson(graph_, *sample, run_.id);
  }
  ends_.settled(sample, settled, std::move(rows), std::move(json));
}

}  // namespace troupe::pipeline
