#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "board.hpp"
#include "config/pipeline_config.hpp"
#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/engine.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

/// Builds the text of a pipeline of scripted nodes. JSON pieces are members without braces.
class PipelineText {
 public:
  explicit PipelineText(const Board& board) : board_(board) {}
  /// source -> a, b, c -> score -> vote -> keep -> store.
  static PipelineText ensemble(const Board& board);

  /// `type` is "provider" (scripted) or a full id; `inputs` is JSON.
  PipelineText& node(const std::string& name, const std::string& type, const std::string& inputs = "",
                     const std::string& options = "", const std::string& limits = "", const std::string& more = "");
  PipelineText& options(const std::string& name, const std::string& options);
  PipelineText& limits(const std::string& name, const std::string& limits);
  PipelineText& type(const std::string& name, const std::string& type);
  PipelineText& inputs(const std::string& name, const std::string& inputs);
  PipelineText& more(const std::string& name, const std::string& more);
  PipelineText& without(const std::string& name);
  PipelineText& samples(std::int64_t count);
  PipelineText& inFlight(int count);
  /// Members of "ensemble".
  PipelineText& policy(const std::string& members);
  PipelineText& budget(const std::string& json);
  std::string text() const;

 private:
  struct Part {
    std::string name, type, inputs, options, limits, more;
  };
  Part& find(const std::string& name);
  const Board& board_;
  std::vector<Part> parts_;
  std::int64_t samples_ = 4;
  int in_flight_ = 4;
  std::string policy_;
  std::string budget_;
};

/// The scripted plugin and the bundled ones, scanned and loaded once per process.
loader::Catalog& catalog();

/// A run in a journal of its own.
class Rig {
 public:
  Rig();
  explicit Rig(const std::filesystem::path& journal_file);

  /// Runs a pipeline from start to end.
  pipeline::RunEnd run(const PipelineText& text);
  /// Goes on with the last run.
  pipeline::RunEnd resume();

  /// Begins a run on a thread of its own; finish() waits for its end.
  void start(const PipelineText& text);
  void startResume();
  pipeline::RunEnd finish();
  pipeline::Engine& engine() { return *engine_; }
  /// Destroys the engine.
  void drop() { engine_.reset(); }

  journal::Journal& journal() { return *journal_; }
  void reopenJournal();
  const journal::Run& last() const { return run_; }
  /// What the journal holds.
  std::vector<journal::Event> events() const;
  std::vector<rapidjson::Document> events(const std::string& type) const;
  journal::SampleRecord sample(std::int64_t index) const;
  /// The canonical export of the last run.
  std::string canonical() const;
  /// Until the journal has `count` events of a type.
  void waitForEvents(const std::string& type, std::size_t count);
  /// Until the journal has `count` calls of a sample.
  void waitForCalls(std::int64_t index, std::size_t count) const;
  /// Copies the journal as it is on the disk now: what a crash would leave.
  std::filesystem::path crashCopy(const std::string& name) const;

  TempDir dir;
  Board board;
  pipeline::EngineOptions options;
  std::vector<config::Override> overrides;  // Of the next run or resume.

 private:
  void begin(const std::string& text, const journal::Run& run, bool resume);
  std::unique_ptr<config::Pipeline> pipeline_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<pipeline::Engine> engine_;
  std::future<pipeline::RunEnd> end_;
  journal::Run run_;
};

rapidjson::Document parsed(const std::string& json);
/// The result of the `complete` or `failed` event, or of a RunEnd.
inline rapidjson::Document resultOf(const pipeline::RunEnd& end) { return parsed(end.result); }

}  // namespace troupe::test
