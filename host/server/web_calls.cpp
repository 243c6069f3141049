#include "server/web_calls.hpp"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "services/host_table.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kMostCalls = 32;            // At once, in an instance that takes any number.
constexpr std::chrono::milliseconds kGrace{200};  // From the cancel until a call is left alone.

}  // namespace

struct WebCalls::State {
  State(const loader::NodeType& type_, std::shared_ptr<loader::Module> module, const std::string& options,
        std::function<void(int, std::string_view)> log_)
      : type(type_),
        slots(type.per_instance == 0 ? kMostCalls : static_cast<std::size_t>(type.per_instance)),
        log(std::move(log_)),
        host([this](int level, std::string_view message) { tell(level, message); }),
        instance(std::move(module), type.id, host.table(), options) {}

  struct Job {
    std::vector<std::string> inputs;
    Results results;
    std::shared_ptr<pipeline::Call> call;  // The one under way.
    bool cancelled = false;
    bool done = false;
  };

  void tell(int level, std::string_view message) {
    const std::lock_guard lock(log_mutex);
    if (log) log(level, message);
  }

  // On the job's thread.
  void work(const std::shared_ptr<Job>& job) {
    for (const auto& input : job->inputs) {
      auto call = std::make_shared<pipeline::Call>(type, input, 0);
      {
        const std::lock_guard lock(mutex);
        if (job->cancelled) break;
        job->call = call;
      }
      auto result = call->finish(instance.run(call->table()));
      const std::lock_guard lock(mutex);
      job->results.push_back(std::move(result));
    }
    const std::lock_guard lock(mutex);
    job->call.reset();
    job->done = true;
    --inside;
    changed.notify_all();
  }

  const loader::NodeType type;
  const std::size_t slots;
  std::mutex log_mutex;  // Guards `log`, which is taken away when the owner goes.
  std::function<void(int, std::string_view)> log;
  services::HostTable host;
  const loader::Instance instance;
  std::mutex mutex;  // Guards all below, and jobs.
  std::condition_variable changed;
  std::size_t inside = 0;
};

WebCalls::WebCalls(const loader::NodeType& type, std::shared_ptr<loader::Module> module, const std::string& options,
                   std::function<void(int, std::string_view)> log)
    : state_(std::make_shared<State>(type, std::move(module), options, std::move(log))) {}

WebCalls::~WebCalls() {
  const std::lock_guard lock(state_->log_mutex);
  state_->log = nullptr;
}

WebCalls::Results WebCalls::run(std::vector<std::string> inputs, std::chrono::milliseconds limit) {
  if (inputs.empty()) return {};
  const auto until = std::chrono::steady_clock::now() + limit;
  auto job = std::make_shared<State::Job>();
  job->inputs = std::move(inputs);
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_until(lock, until, [this] { return state_->inside < state_->slots; }))
    throw Late(ExitCode::internal, "the sink is busy: " + std::to_string(state_->inside) + " calls have not come back");
  ++state_->inside;
  lock.unlock();
  try {
    std::thread([state = state_, job] { state->work(job); }).detach();
  } catch (const std::system_error&) {
    lock.lock();
    --state_->inside;
    throw Late(ExitCode::internal, "there is no thread for another call");
  }
  lock.lock();
  if (!state_->changed.wait_until(lock, until, [&] { return job->done; })) {
    job->cancelled = true;
    if (const auto call = job->call) {
      lock.unlock();
      call->cancel({TROUPE_E_CANCELLED, "it took too long", -1});
      lock.lock();
    }
    state_->changed.wait_for(lock, kGrace, [&] { return job->done; });
    throw Late(ExitCode::internal, "the sink did not answer within " + std::to_string(limit.count()) + " ms");
  }
  return std::move(job->results);
}

std::size_t WebCalls::inside() const {
  const std::lock_guard lock(state_->mutex);
  return state_->inside;
}

}  // namespace troupe::server
