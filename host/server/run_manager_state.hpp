#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/run_manager.hpp"

namespace troupe::server {

/// The manager's inside: run_manager.cpp has what others call, run_keeper.cpp the way of a run from the queue to its
/// end.
///
/// No function of the journal is called with `mutex` held: the journal's thread takes it when the journal breaks.
struct RunManager::State : std::enable_shared_from_this<State> {
  /// A run that is ready to go.
  struct Ready {
    journal::Run run;  // In the state in which it was found.
    std::shared_ptr<const config::Pipeline> pipeline;
    std::vector<std::string> left_out;  // Web sinks of the pipeline.
    bool resume = false;
  };
  /// A run that has an engine, or is about to.
  struct Active {
    explicit Active(Ready ready_) : ready(std::move(ready_)) {}
    const Ready ready;
    std::thread thread;
    std::shared_mutex alive;                // Held while the engine is used; alone while it comes or goes.
    std::unique_ptr<pipeline::Engine> own;  // Null when somebody else has made it.
    pipeline::Engine* engine = nullptr;
    // Guarded by State::mutex.
    bool stopping = false;  // It was told to pause, or to be over.
    bool over = false;      // The journal has the state that it ended in.
    bool abandoned = false;

    /// Calls `use` with the engine when there is one.
    template <typename Use>
    auto with(Use use) {
      const std::shared_lock lock(alive);
      using Result = decltype(use(*engine));
      return engine ? std::optional<Result>(use(*engine)) : std::nullopt;
    }
  };
  using ActivePtr = std::shared_ptr<Active>;

  /// While there is one, nobody else changes the run, or answers the request, of that name.
  class Claim {
   public:
    Claim(State& state, std::string name);
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim();

   private:
    State& state_;
    const std::string name_;
  };

  State(loader::Catalog& catalog, journal::Journal& journal, std::shared_ptr<pipeline::EventHub> hub, Options options);

  bool isConfined(const journal::Run& run) const;

  // ---- the way of a run
  Ready prepare(config::Pipeline pipeline, const std::string& file);
  ActivePtr place(Ready ready, bool bounded, const std::function<journal::Run()>& order);
  void launch(const ActivePtr& active);
  void forget(const ActivePtr& active);
  void keep();
  void startNext(std::unique_lock<std::mutex>& lock);
  void finish(const ActivePtr& active);
  journal::Run resume(const journal::Run& run, const std::vector<config::Override>& changes, bool bounded);
  void resumeInterrupted();

  // ---- what is told
  std::vector<journal::Row> stateRows(const journal::Run& run, const std::string& state, const std::string& reason);
  void change(const journal::Run& run, const std::string& state, const std::string& reason);
  void log(const journal::Run& run, const std::string& message);
  void breakDown(const std::string& message);

  // ---- with the mutex held
  void mustBeUsable() const;
  bool placeFree() const { return active.size() < static_cast<std::size_t>(options.at_once); }
  bool mayStartNext() const;
  std::deque<Ready>::iterator inQueue(journal::RunKey run);
  ActivePtr underWay(journal::RunKey run) const;

  loader::Catalog& catalog;
  journal::Journal& journal;
  const Options options;

  std::mutex placing;  // Held from the look for a place until it is taken, so that runs queue in the order of their
                       // start. Before `mutex`.

  mutable std::mutex mutex;  // Guards all below.
  std::condition_variable changed;
  std::deque<Ready> queue;
  std::map<journal::RunKey, ActivePtr> active;
  std::deque<ActivePtr> finished;
  std::set<std::string> claims;
  std::set<journal::RunKey> left;  // What nobody has resumed since a crash.
  bool stopping = false;
  bool quit = false;
  std::string why_stopped;
  std::optional<std::string> broken;
  std::size_t abandoned = 0;

  std::thread keeper;
  journal::Registration on_failure;
};

/// Leaks a run knowingly: a thread is still inside a plugin, and what it holds must not be torn down under it.
void keepForEver(RunManager::State::ActivePtr run);

}  // namespace troupe::server
