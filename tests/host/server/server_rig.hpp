#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/pipeline/rig.hpp"
#include "server/run_manager.hpp"

namespace troupe::test {

/// A manager on a journal file, as a server has it. May be closed and opened again on the same file.
class ServerRig {
 public:
  ServerRig();
  /// Goes on with a copy of another one's journal, as after a crash.
  explicit ServerRig(const std::filesystem::path& journal_file);
  ~ServerRig() { close(); }

  void open();
  /// An orderly end.
  void close();

  server::RunManager::Order order(const PipelineText& text, const std::string& key = "") const;
  server::RunManager::Started start(const PipelineText& text, const std::string& key = "");
  std::string state(const std::string& run_id) const { return manager->state(journal->findRun(run_id)); }
  /// Until the manager says so; for a run that is over, also until its place is free.
  void waitFor(const std::string& run_id, const std::string& state);
  void until(const std::function<bool()>& condition) const;
  std::vector<rapidjson::Document> events(const std::string& run_id, const std::string& type) const;
  std::string canonical(const std::string& run_id) const;

  TempDir dir;
  Board board;
  server::RunManager::Options options;
  std::unique_ptr<journal::Journal> journal;
  std::shared_ptr<pipeline::EventHub> hub;
  journal::Registration feed;
  std::unique_ptr<server::RunManager> manager;

 private:
  std::filesystem::path file_;
};

/// The message of the Failure that `work` throws with this code; "" when it throws none.
std::string failureOf(ExitCode code, const std::function<void()>& work);

}  // namespace troupe::test
