#include "cli/dry_run.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

#include <troupe/troupe.hpp>

#include "cli/common.hpp"
#include "cli/trial.hpp"
#include "pipeline/charge.hpp"
#include "pipeline/engine.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/values.hpp"

namespace troupe::cli {
namespace {

constexpr std::int64_t kTries = 3;  // Prompts on which local nodes are tried out.

struct Range {
  double low = 0, high = 0;
  bool known = false;
  void add(double value) {
    low = known ? std::min(low, value) : value;
    high = known ? std::max(high, value) : value;
    known = true;
  }
};

struct Estimate {
  std::string node;
  std::string source;  // How it is known.
  std::int64_t calls_low = 0, calls_high = 0;
  Range bytes;       // Of one answer.
  Range latency_ms;  // Of one call.
  Range tokens;      // Of one call, request and answer.
  Range usd;         // Of one call.
};

// Over all calls of all nodes.
struct Sum {
  double low = 0, high = 0;
  bool known = true;
  void addAll(const Range& range, const Estimate& calls) {
    low += range.low * static_cast<double>(calls.calls_low);
    high += range.high * static_cast<double>(calls.calls_high);
    known = known && range.known;
  }
};

// The prompts of the first samples, by the pipeline's own source; a source in a file does not outlast its rows.
std::vector<std::string> firstPrompts(const pipeline::Graph& graph, const config::Pipeline& pipeline,
                                      loader::Catalog& catalog, std::int64_t seed) {
  Trial source(*graph.nodes[static_cast<std::size_t>(graph.source)].config, catalog);
  std::vector<std::string> prompts;
  for (std::int64_t index = 0; index < std::min(kTries, pipeline.samples); ++index) {
    const auto sample_seed = pipeline::sampleSeed(seed, index);
    const auto result = source.call("{\"index\":" + std::to_string(index) + ",\"seed\":" + std::to_string(sample_seed) +
                                        ",\"total\":" + std::to_string(pipeline.samples) + "}",
                                    static_cast<std::uint64_t>(sample_seed));
    if (result.failure)
      throw Failure(ExitCode::plugin_unusable, graph.name(graph.source) + ": " + result.failure->message);
    if (result.values.empty()) break;
    prompts.push_back(pipeline::completePrompt(result.values.front().json, index, sample_seed).json);
  }
  return prompts;
}

void tryOut(const config::Node& node, loader::Catalog& catalog, const std::vector<std::string>& prompts,
            std::int64_t seed, Estimate& estimate) {
  Trial trial(node, catalog);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    const auto sample_seed = pipeline::sampleSeed(seed, index);
    const auto result =
        trial.call("{\"prompt\":" + prompts[i] + "," + sampleMember(prompts[i], index, sample_seed) + "}",
                   static_cast<std::uint64_t>(sample_seed));
    if (result.failure || result.values.empty()) continue;
    estimate.bytes.add(static_cast<double>(result.values.front().json.size()));
    estimate.latency_ms.add(static_cast<double>(result.latency_ms));
  }
  estimate.source = "tried on " + std::to_string(prompts.size()) + " prompts";
}

// What a call may take: at worst as a budget would reserve it; at best, without an earlier run that says more, a
// request of long words and an answer of one. A token has rarely more than eight bytes.
void price(const config::Node& node, const std::vector<std::string>& prompts, const journal::Journal& journal,
           const std::string& pipeline_name, Estimate& estimate) {
  constexpr double kBytesOfToken = 8;
  if (!node.charging.metered) {
    estimate.tokens.add(0);
    estimate.usd.add(0);
    return;
  }
  const auto& charging = node.charging;
  for (const auto& prompt : prompts) {
    const auto worst = pipeline::worstCase(node, "{\"prompt\":" + prompt + "}");
    const auto least = static_cast<std::int64_t>(static_cast<double>(prompt.size()) / kBytesOfToken);
    if (charging.max_output) {
      estimate.tokens.add(static_cast<double>(least + 1));
      estimate.tokens.add(static_cast<double>(worst.amount.tokens));
    }
    if (charging.price && (charging.max_output || charging.price->rates.output == 0)) {
      estimate.usd.add(money::usdOf(config::costOf(*charging.price, {least, least, 1})));
      estimate.usd.add(money::usdOf(worst.amount.usd));
    }
  }
  for (const auto& run : journal.runs(20)) {
    if (run.pipeline_name != pipeline_name) continue;
    for (const auto& spent : journal.spending(run.key)) {
      if (spent.node != node.name || spent.calls == 0 || spent.unknown > 0) continue;
      const auto calls = static_cast<double>(spent.calls);
      // Half to twice the mean, within what is possible.
      const auto narrow = [](Range& range, double mean) {
        if (!range.known) return range.add(mean / 2), range.add(mean * 2);
        range.low = std::clamp(mean / 2, range.low, range.high);
        range.high = std::clamp(mean * 2, range.low, range.high);
      };
      narrow(estimate.tokens, static_cast<double>(spent.tokens) / calls);
      narrow(estimate.usd, money::usdOf(spent.nano_usd) / calls);
      return;
    }
  }
}

// What earlier runs of the same node say.
void lookBack(const journal::Journal& journal, const std::string& pipeline_name, Estimate& estimate) {
  int seen = 0;
  for (const auto& run : journal.runs(20)) {
    if (run.pipeline_name != pipeline_name) continue;
    for (const auto& totals : journal.totals(run.key).nodes) {
      if (totals.node != estimate.node || totals.candidates == 0) continue;
      const double mean = totals.latency_ms_sum / static_cast<double>(totals.candidates);
      estimate.latency_ms.add(mean * 0.5);
      estimate.latency_ms.add(mean * 2);
      ++seen;
    }
  }
  if (seen > 0) estimate.source = "from " + std::to_string(seen) + " earlier runs";
}

// How many samples ask a provider at least: a policy that leaves providers out is sure only of those it asks first.
std::int64_t leastCalls(const pipeline::Graph& graph, int provider, std::int64_t samples) {
  if (!graph.ensemble->stopsEarly()) return samples;
  const auto first = std::min(graph.ensemble->min_candidates, graph.cascade.size());
  return std::any_of(graph.cascade.begin(), graph.cascade.begin() + static_cast<std::ptrdiff_t>(first),
                     [&](int candidate) {
                       const auto& chain = graph.chains[static_cast<std::size_t>(candidate)];
                       return std::find(chain.begin(), chain.end(), provider) != chain.end();
                     })
             ? samples
             : 0;
}

std::string span(double seconds) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(seconds < 10 ? 1 : 0);
  if (seconds < 120)
    text << seconds << " s";
  else if (seconds < 7200)
    text << seconds / 60 << " min";
  else
    text << seconds / 3600 << " h";
  return text.str();
}

std::string dollars(double usd) { return money::usdText(money::nanoOf(usd)); }

std::string bytes(double count) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1);
  if (count < 1024)
    text << std::setprecision(0) << count << " B";
  else if (count < 1024 * 1024)
    text << count / 1024 << " KiB";
  else
    text << count / 1024 / 1024 << " MiB";
  return text.str();
}

}  // namespace

ExitCode dryRun(const config::Pipeline& pipeline, loader::Catalog& catalog, const Arguments& arguments) {
  const auto graph = pipeline::buildGraph(pipeline);
  const auto seed = pipeline.seed.value_or(0);
  const auto prompts = firstPrompts(graph, pipeline, catalog, seed);
  auto samples = pipeline.samples;
  if (static_cast<std::int64_t>(prompts.size()) < std::min(kTries, samples))
    samples = static_cast<std::int64_t>(prompts.size());

  std::vector<Estimate> estimates;
  bool time_known = true, size_known = true;
  double size_low = 0, size_high = 0, time_low = 0, time_high = 0;
  std::int64_t calls_low = 0, calls_high = 0;
  Sum tokens, usd;
  bool paid = false;
  const auto journal = openJournal(arguments, false, "run --dry-run");
  for (const int position : graph.providers) {
    const auto& node = *graph.nodes[static_cast<std::size_t>(position)].config;
    Estimate estimate;
    estimate.node = node.name;
    estimate.source = "unknown: it is not local, and no earlier run is in the journal";
    estimate.calls_low = leastCalls(graph, position, samples);
    estimate.calls_high = samples * (1 + node.limits.retries);
    const bool local = node.info->net.empty() && std::none_of(node.info->required.begin(), node.info->required.end(),
                                                              [](const auto& id) { return id == "troupe.http/1"; });
    const bool from_prompt = std::all_of(node.inputs.begin(), node.inputs.end(),
                                         [&](const auto& input) { return input.from == graph.name(graph.source); });
    if (local && from_prompt) {
      tryOut(node, catalog, prompts, seed, estimate);
    } else {
      lookBack(*journal, pipeline.name, estimate);
    }
    price(node, prompts, *journal, pipeline.name, estimate);
    tokens.addAll(estimate.tokens, estimate);
    usd.addAll(estimate.usd, estimate);
    paid = paid || node.charging.metered;
    calls_low += estimate.calls_low;
    calls_high += estimate.calls_high;
    time_known = time_known && estimate.latency_ms.known;
    size_known = size_known && estimate.bytes.known;
    size_low += estimate.bytes.low * static_cast<double>(estimate.calls_low);
    size_high += estimate.bytes.high * static_cast<double>(samples);
    // The slowest provider leads, and as many of its calls run at once as its limits and the run's allow.
    const int at_once = std::max(
        1, node.limits.in_flight > 0 ? std::min(node.limits.in_flight, pipeline.in_flight) : pipeline.in_flight);
    auto low = estimate.latency_ms.low * static_cast<double>(estimate.calls_low) / at_once / 1000;
    auto high = estimate.latency_ms.high * static_cast<double>(estimate.calls_high) / at_once / 1000;
    if (node.limits.rpm > 0) {
      low = std::max(low, static_cast<double>(estimate.calls_low) / node.limits.rpm * 60);
      high = std::max(high, static_cast<double>(estimate.calls_high) / node.limits.rpm * 60);
    }
    time_low = std::max(time_low, low);
    time_high = std::max(time_high, high);
    estimates.push_back(std::move(estimate));
  }

  if (graph.ensemble->stopsEarly())
    calls_low = std::max(calls_low, samples * static_cast<std::int64_t>(graph.ensemble->min_candidates));

  if (arguments.has("json")) {
    JsonWriter json;
    const auto range = [&json](const char* name, double low, double high, bool known) {
      json.key(name);
      known ? json.beginArray().value(low).value(high).endArray() : json.null();
    };
    json.beginObject().member("pipeline", pipeline.name).member("samples", samples);
    json.key("calls").beginArray().value(calls_low).value(calls_high).endArray();
    range("bytes", size_low, size_high, size_known);
    range("seconds", time_low, time_high, time_known);
    range("tokens", tokens.low, tokens.high, tokens.known);
    range("usd", usd.low, usd.high, usd.known);
    json.key("budget_usd");
    pipeline.budget.run.usd ? json.value(money::usdOf(*pipeline.budget.run.usd)) : json.null();
    json.key("nodes").beginArray();
    for (const auto& e : estimates) {
      json.beginObject().member("node", e.node).member("source", e.source);
      json.key("calls").beginArray().value(e.calls_low).value(e.calls_high).endArray();
      range("bytes_per_answer", e.bytes.low, e.bytes.high, e.bytes.known);
      range("latency_ms", e.latency_ms.low, e.latency_ms.high, e.latency_ms.known);
      range("tokens_per_call", e.tokens.low, e.tokens.high, e.tokens.known);
      range("usd_per_call", e.usd.low, e.usd.high, e.usd.known);
      json.endObject();
    }
    json.endArray().endObject();
    std::cout << json.text() << '\n';
    return ExitCode::complete;
  }
  std::cout << pipeline.name << ": " << samples << " samples, at most " << pipeline.in_flight
            << " at once. Nothing is started.\n\n";
  for (const auto& e : estimates) {
    std::cout << "  " << e.node << ": " << e.calls_low << " to " << e.calls_high << " calls";
    if (e.bytes.known) std::cout << ", " << bytes(e.bytes.low) << " to " << bytes(e.bytes.high) << " each";
    if (e.latency_ms.known) std::cout << ", " << e.latency_ms.low << " to " << e.latency_ms.high << " ms each";
    if (e.usd.known && e.usd.high > 0)
      std::cout << ", " << dollars(e.usd.low) << " to " << dollars(e.usd.high) << " each";
    if (!e.usd.known) std::cout << ", at a price that is unknown";
    std::cout << " (" << e.source << ")\n";
  }
  std::cout << "\nCalls: " << calls_low << " to " << calls_high << " (with every repeat)\nSize:  "
            << (size_known ? bytes(size_low) + " to " + bytes(size_high) + " of answers" : std::string("unknown"))
            << '\n';
  if (paid) {
    std::cout << "Tokens: "
              << (tokens.known
                      ? std::to_string(std::llround(tokens.low)) + " to " + std::to_string(std::llround(tokens.high))
                      : std::string("unknown"))
              << "\nCost:  " << (usd.known ? dollars(usd.low) + " to " + dollars(usd.high) : std::string("unknown"));
    if (pipeline.budget.run.usd)
      std::cout << ", of a budget of " << money::usdText(*pipeline.budget.run.usd)
                << (usd.high > money::usdOf(*pipeline.budget.run.usd) ? ", where it may pause" : "");
    std::cout << '\n';
  }
  std::cout << "Time:  " << (time_known ? span(time_low) + " to " + span(time_high) : std::string("unknown")) << '\n';
  return ExitCode::complete;
}

}  // namespace troupe::cli
