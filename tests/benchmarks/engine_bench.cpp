#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/bench.hpp"
#include "config/pipeline_config.hpp"
#include "loader/catalog.hpp"
#include "pipeline/engine.hpp"
#include "support/temp_dir.hpp"

namespace troupe::bench {
namespace {

// Three providers with 100-byte answers, two trivial scorers, vote, filter, SQLite store.
std::string smallPipeline(const std::filesystem::path& folder, std::int64_t samples) {
  const auto provider = [&](const char* name) {
    return "\"" + std::string(name) +
           R"(": {"type": "troupe.provider.replay", "inputs": ["prompts"], "options": {"text": ")" +
           std::string(100, 'x') + R"("}},)";
  };
  return R"({"name": "small", "run": {"samples": )" + std::to_string(samples) +
         R"(, "in_flight": 256, "seed": 1}, "nodes": {
    "prompts": {"type": "troupe.prompts.genres", "options": {"templates": ["A {{genre}} story."], "system": ""}},)" +
         provider("a") + provider("b") + provider("c") + R"(
    "one": {"type": "troupe.test.trivial.scorer", "inputs": ["a", "b", "c"]},
    "two": {"type": "troupe.test.trivial.scorer", "inputs": ["a", "b", "c"], "options": {"value": 8.5}},
    "vote": {"type": "troupe.selector.best", "inputs": ["one", "two"]},
    "good": {"type": "troupe.filter.threshold", "inputs": ["vote"]},
    "stories": {"type": "troupe.store.sqlite", "inputs": ["good"], "options": {"path": ")" +
         (folder / "stories.db").string() + R"("}}}})";
}

std::string storyPipeline(std::int64_t samples) {
  std::string text =
      R"({"name": "told", "run": {"samples": )" + std::to_string(samples) + R"(, "in_flight": 64, "seed": 1}, "nodes": {
    "genres": {"type": "troupe.prompts.genres"},)";
  for (const std::string voice : {"marlow", "wren", "quill"})
    text += "\"" + voice +
            R"(": {"type": "troupe.provider.storyteller", "inputs": ["genres"], "options": {"voice": ")" + voice +
            "\"}},";
  return text + R"("craft": {"type": "troupe.scorer.text", "inputs": ["marlow", "wren", "quill"]},
    "vote": {"type": "troupe.selector.best", "inputs": ["craft"]},
    "good": {"type": "troupe.filter.threshold", "inputs": ["vote"]},
    "stories": {"type": "troupe.store.sqlite", "inputs": ["good"], "options": {"path": "stories.db"}}}})";
}

}  // namespace

RunFigures runPipeline(const std::string& json, const std::filesystem::path& folder,
                       pipeline::EngineOptions engine_options) {
  loader::CatalogOptions where = loader::defaultCatalogOptions({TROUPE_BENCH_PLUGINS, TROUPE_PLUGIN_DIR});
  where.cache = folder / "cache";
  where.program = TROUPE_PROGRAM;
  loader::Catalog catalog(std::move(where));
  config::CheckOptions check;
  check.base = folder;
  const auto pipeline = config::checkPipeline(json, "bench.json", catalog, check);
  RunFigures figures;
  figures.journal = folder / "journal.db";
  figures.stories = folder / "stories.db";
  figures.samples = pipeline.samples;
  journal::JournalOptions options;
  options.file = figures.journal;
  options.write = true;
  journal::Journal journal(std::move(options));
  journal::NewRun fresh;
  fresh.pipeline_name = pipeline.name;
  fresh.seed = *pipeline.seed;
  fresh.samples = pipeline.samples;
  fresh.in_flight = pipeline.in_flight;
  const auto run = journal.createRun(fresh);
  const auto began = Clock::now();
  const auto cpu = cpuSeconds();
  {
    pipeline::Engine engine(pipeline, catalog, journal, run, std::move(engine_options));
    const auto end = engine.run();
    if (end.state != "complete") throw std::runtime_error("the run is " + end.state + ": " + end.reason);
  }
  figures.seconds = secondsSince(began);
  figures.cpu_seconds = cpuSeconds() - cpu;
  return figures;
}

void engineBench(std::int64_t samples, std::int64_t memory_samples) {
  // First, while this process is small: the peak of a child counts from its parent's size at the fork.
  for (std::int64_t count = 10'000; count <= memory_samples; count *= 10) {
    const test::TempDir folder;
    const auto file = folder.write("small.json", smallPipeline(folder.path(), count));
    const auto usage = runProgram({TROUPE_PROGRAM, "run", file.string(), "--quiet", "--journal",
                                   (folder / "journal.db").string(), "--plugin-path", TROUPE_BENCH_PLUGINS},
                                  folder.path());
    report("troupe run, " + std::to_string(count) + " small samples: peak resident", text(usage.peak_mib, 1) + " MiB",
           "under 64 MB, flat");
    report("  cost per sample", text(usage.seconds / static_cast<double>(count) * 1e6, 0) + " us", "flat");
  }
  {
    const test::TempDir folder;
    const auto run = runPipeline(smallPipeline(folder.path(), samples), folder.path());
    const auto rate = static_cast<double>(run.samples) / run.seconds;
    const auto raw = static_cast<double>(run.samples) / insertAgain(run.journal, run.stories, folder.path());
    report("3 providers, 2 scorers, vote, filter, SQLite; " + std::to_string(samples) + " samples",
           text(rate, 0) + " samples/s", "5,000 samples/s");
    report("  raw SQLite inserts of the same rows (baseline)", text(raw, 0) + " samples/s", "");
    report("  ratio", text(rate / raw, 2), "at least 0.4");
    report("  CPU per sample", text(run.cpu_seconds / static_cast<double>(samples) * 1e6, 0) + " us", "");
  }
  {
    const test::TempDir folder;
    const auto count = std::max<std::int64_t>(samples / 10, 100);
    const auto run = runPipeline(storyPipeline(count), folder.path());
    report("3 storytellers, scorer.text, vote, filter, SQLite; " + std::to_string(count) + " samples",
           text(static_cast<double>(count) / run.seconds, 0) + " samples/s", "1,000 samples/s");
  }
}

}  // namespace troupe::bench
