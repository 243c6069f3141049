#include "rig.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "reports/export.hpp"

namespace troupe::test {

PipelineText PipelineText::ensemble(const Board& board) {
  PipelineText text(board);
  text.node("source", "source");
  for (const auto name : {"a", "b", "c"})
    text.node(name, "provider", R"(["source"])", std::string(R"("text":")") + name + "\"");
  text.node("score", "scorer", R"(["a","b","c"])").node("vote", "selector", R"(["score"])");
  text.node("keep", "filter", R"(["vote"])").node("store", "store", R"(["keep"])");
  return text;
}

PipelineText& PipelineText::node(const std::string& name, const std::string& type, const std::string& inputs,
                                 const std::string& options, const std::string& limits, const std::string& more) {
  parts_.push_back({name, type, inputs, options, limits, more});
  return *this;
}

PipelineText::Part& PipelineText::find(const std::string& name) {
  for (auto& part : parts_)
    if (part.name == name) return part;
  throw std::logic_error("no node " + name);
}

PipelineText& PipelineText::options(const std::string& name, const std::string& options) {
  return find(name).options = options, *this;
}
PipelineText& PipelineText::limits(const std::string& name, const std::string& limits) {
  return find(name).limits = limits, *this;
}
PipelineText& PipelineText::type(const std::string& name, const std::string& type) {
  return find(name).type = type, *this;
}
PipelineText& PipelineText::inputs(const std::string& name, const std::string& inputs) {
  return find(name).inputs = inputs, *this;
}
PipelineText& PipelineText::more(const std::string& name, const std::string& more) {
  return find(name).more = more, *this;
}
PipelineText& PipelineText::samples(std::int64_t count) { return samples_ = count, *this; }
PipelineText& PipelineText::inFlight(int count) { return in_flight_ = count, *this; }
PipelineText& PipelineText::policy(const std::string& members) { return policy_ = members, *this; }
PipelineText& PipelineText::budget(const std::string& json) { return budget_ = json, *this; }
PipelineText& PipelineText::without(const std::string& name) {
  std::erase_if(parts_, [&](const Part& part) { return part.name == name; });
  return *this;
}

std::string PipelineText::text() const {
  std::string text = R"({"name":"t","run":{"samples":)" + std::to_string(samples_) + R"(,"in_flight":)" +
                     std::to_string(in_flight_) + R"(,"seed":7},)" +
                     (budget_.empty() ? "" : R"("budget":)" + budget_ + ",") + R"("ensemble":{)" + policy_ +
                     R"(},"nodes":{)";
  for (const auto& part : parts_) {
    const bool scripted = part.type.find('.') == std::string::npos;
    if (&part != &parts_.front()) text += ',';
    text += "\"" + part.name + "\":{\"type\":\"" + (scripted ? "org.example.scripted." : "") + part.type + "\"";
    if (!part.inputs.empty()) text += ",\"inputs\":" + part.inputs;
    std::string options = part.options;
    if (scripted)
      options = R"("hook":")" + board_.address() + R"(","label":")" + part.name + "\"" + (options.empty() ? "" : ",") +
                options;
    text += ",\"options\":{" + options + "}";
    if (!part.limits.empty()) text += ",\"limits\":{" + part.limits + "}";
    if (!part.more.empty()) text += "," + part.more;
    text += '}';
  }
  return text + "}}";
}

loader::Catalog& catalog() {
  static const TempDir cache;
  static loader::Catalog all(loader::CatalogOptions{{TROUPE_SCRIPTED_DIR, TROUPE_PLUGIN_DIR}, cache.path(), {}, {}});
  return all;
}

Rig::Rig() : Rig(std::filesystem::path()) {}

Rig::Rig(const std::filesystem::path& journal_file) {
  options.backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)};
  options.grace = std::chrono::milliseconds(50);
  options.pause_drain = kPatience;
  options.sink_drain = kPatience;
  journal::JournalOptions journal_options;
  journal_options.file = journal_file.empty() ? dir / "journal.db" : journal_file;
  journal_options.write = true;
  journal_ = std::make_unique<journal::Journal>(journal_options);
  if (!journal_file.empty()) run_ = journal_->findRun("last");
}

void Rig::reopenJournal() {
  engine_.reset();
  const auto file = journal_->file();
  journal_.reset();
  journal::JournalOptions journal_options;
  journal_options.file = file;
  journal_options.write = true;
  journal_ = std::make_unique<journal::Journal>(journal_options);
}

void Rig::begin(const std::string& text, const journal::Run& run, bool resume) {
  engine_.reset();
  config::CheckOptions check;
  check.base = dir.path();
  check.overrides = overrides;
  pipeline_ = std::make_unique<config::Pipeline>(config::checkPipeline(text, "t.json", catalog(), check));
  options.resume = resume;
  run_ = run;
  if (!resume) {
    journal::NewRun fresh;
    fresh.pipeline_name = pipeline_->name;
    fresh.pipeline_text = pipeline_->text;
    fresh.pipeline_effective = pipeline_->effective;
    fresh.pipeline_hash = pipeline_->hash;
    fresh.seed = *pipeline_->seed;
    fresh.samples = pipeline_->samples;
    fresh.in_flight = pipeline_->in_flight;
    run_ = journal_->createRun(fresh);
  }
  engine_ = std::make_unique<pipeline::Engine>(*pipeline_, catalog(), *journal_, run_, options);
}

void Rig::start(const PipelineText& text) {
  begin(text.text(), {}, false);
  end_ = std::async(std::launch::async, [this] { return engine_->run(); });
}

void Rig::startResume() {
  const auto run = journal_->findRun("last");
  begin(run.pipeline_text, run, true);
  end_ = std::async(std::launch::async, [this] { return engine_->run(); });
}

pipeline::RunEnd Rig::finish() {
  if (end_.wait_for(kPatience) != std::future_status::ready) {
    // A hung engine cannot be torn down: say so and end here.
    std::fprintf(stderr, "the run hangs; last events:\n");
    for (const auto& event : events()) std::fprintf(stderr, "  %s\n", event.json.substr(0, 200).c_str());
    std::abort();
  }
  return end_.get();
}

pipeline::RunEnd Rig::run(const PipelineText& text) {
  start(text);
  return finish();
}

pipeline::RunEnd Rig::resume() {
  startResume();
  return finish();
}

std::vector<journal::Event> Rig::events() const {
  std::vector<journal::Event> all;
  for (std::int64_t after = 0;;) {
    auto page = journal_->events(run_.key, after, 1000);
    if (page.empty()) return all;
    after = page.back().id;
    std::move(page.begin(), page.end(), std::back_inserter(all));
  }
}

std::vector<rapidjson::Document> Rig::events(const std::string& type) const {
  std::vector<rapidjson::Document> some;
  for (const auto& event : events())
    if (event.type == type) some.push_back(parsed(event.json));
  return some;
}

journal::SampleRecord Rig::sample(std::int64_t index) const {
  const auto record = journal_->sample(run_.key, index);
  REQUIRE(record);
  return *record;
}

std::string Rig::canonical() const {
  std::ostringstream out;
  reports::writeExport(*journal_, run_, reports::ExportFormat::canonical, {}, out);
  return out.str();
}

void Rig::waitForEvents(const std::string& type, std::size_t count) {
  const std::atomic<bool> stop{false};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (std::int64_t cursor = 0;;) {
    if (events(type).size() >= count) return;
    REQUIRE(std::chrono::steady_clock::now() < until);
    const auto batch = engine_->hub()->wait(cursor, ~std::uint64_t{0}, 1, stop);
    REQUIRE_FALSE(batch.closed);
    cursor = engine_->hub()->head();
  }
}

void Rig::waitForCalls(std::int64_t index, std::size_t count) const {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    if (const auto record = journal_->sample(run_.key, index); record && record->calls.size() >= count) return;
    REQUIRE(std::chrono::steady_clock::now() < until);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // Nobody tells of a call's row.
  }
}

std::filesystem::path Rig::crashCopy(const std::string& name) const {
  const auto to = dir / name;
  journal_->backup(to);
  return to;
}

rapidjson::Document parsed(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  INFO(json.substr(0, 1000));
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace troupe::test
