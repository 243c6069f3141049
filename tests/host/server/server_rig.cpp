#include "host/server/server_rig.hpp"

#include <sstream>
#include <thread>

#include "reports/export.hpp"

namespace troupe::test {

ServerRig::ServerRig() : ServerRig(std::filesystem::path()) {}

ServerRig::ServerRig(const std::filesystem::path& journal_file)
    : file_(journal_file.empty() ? dir / "journal.db" : journal_file) {
  options.engine.backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)};
  options.engine.grace = std::chrono::milliseconds(50);
  options.engine.pause_drain = kPatience;
  options.engine.sink_drain = kPatience;
}

void ServerRig::open() {
  journal::JournalOptions journal_options;
  journal_options.file = file_;
  journal_options.write = true;
  journal = std::make_unique<journal::Journal>(journal_options);
  hub = std::make_shared<pipeline::EventHub>();
  feed = journal->onEvent([hub = hub](const journal::Event& event) { hub->publish(event); });
  manager = std::make_unique<server::RunManager>(catalog(), *journal, hub, options);
}

void ServerRig::close() {
  manager.reset();
  feed.reset();
  if (hub) hub->close();
  journal.reset();
}

server::RunManager::Order ServerRig::order(const PipelineText& text, const std::string& key) const {
  server::RunManager::Order order;
  order.pipeline_text = text.text();
  order.file = "t.json";
  order.check.base = dir.path();
  order.user_id = "anna";
  order.request_key = key;
  return order;
}

server::RunManager::Started ServerRig::start(const PipelineText& text, const std::string& key) {
  return manager->start(order(text, key));
}

void ServerRig::until(const std::function<bool()>& condition) const {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void ServerRig::waitFor(const std::string& run_id, const std::string& wanted) {
  INFO(run_id << " is " << state(run_id) << ", not " << wanted);
  until([&] { return state(run_id) == wanted; });
}

std::vector<rapidjson::Document> ServerRig::events(const std::string& run_id, const std::string& type) const {
  std::vector<rapidjson::Document> some;
  const auto run = journal->findRun(run_id).key;
  for (std::int64_t after = 0;;) {
    const auto page = journal->events(run, after, 1000);
    if (page.empty()) return some;
    after = page.back().id;
    for (const auto& event : page)
      if (event.type == type) some.push_back(parsed(event.json));
  }
}

std::string ServerRig::canonical(const std::string& run_id) const {
  std::ostringstream out;
  reports::writeExport(*journal, journal->findRun(run_id), reports::ExportFormat::canonical, {}, out);
  return out.str();
}

std::string failureOf(ExitCode code, const std::function<void()>& work) {
  try {
    work();
  } catch (const Failure& e) {
    return e.code() == code ? e.what()
                            : "another code, " + std::to_string(static_cast<int>(e.code())) + ": " + e.what();
  }
  return {};
}

}  // namespace troupe::test
