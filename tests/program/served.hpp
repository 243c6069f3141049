#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <string>
#include <vector>

#include "program/sandbox.hpp"
#include "support/event_reader.hpp"

namespace troupe::test {

/// `troupe serve` in a sandbox, on a port of its own. What is left running is killed at the end.
class Served {
 public:
  explicit Served(const Sandbox& sandbox, const std::vector<std::string>& more = {}, std::uint16_t port = 0,
                  const std::vector<std::string>& environment = {}) {
    std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:" + std::to_string(port), "--plugin-path",
                                       TROUPE_PROGRAM_PLUGIN_DIR};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto options = sandbox.options();
    options.environment.insert(options.environment.end(), environment.begin(), environment.end());
    process_ = sandbox.start(arguments, std::move(options));
    process_->waitFor("Listening on http://127.0.0.1:");
    process_->waitUntil(
        [&] { return process_->out().find('\n', process_->out().find("Listening on ")) != std::string::npos; });
    const auto& out = process_->out();
    port_ = static_cast<std::uint16_t>(std::atoi(out.c_str() + out.find("127.0.0.1:") + 10));
  }

  std::uint16_t port() const { return port_; }
  Process& process() { return *process_; }
  Answer get(const std::string& path) const { return ask(port_, "GET", path); }
  Answer post(const std::string& path, const std::string& body = "{}", const HeaderList& headers = {}) const {
    return ask(port_, "POST", path, body, headers);
  }

  /// Begins a run; returns its id.
  std::string begin(const std::string& body) const {
    const auto answer = post("/api/v1/runs", body);
    if (answer.status != 201)
      throw std::runtime_error("not begun: " + std::to_string(answer.status) + " " + answer.body);
    rapidjson::Document run;
    run.Parse(answer.body.c_str());
    return run["id"].GetString();
  }
  std::string state(const std::string& run) const {
    rapidjson::Document document;
    document.Parse(get("/api/v1/runs/" + run).body.c_str());
    return document["state"].GetString();
  }

 private:
  std::unique_ptr<Process> process_;
  std::uint16_t port_ = 0;
};

/// A pipeline of two witnesses as the body of POST /api/v1/runs. `pace_ms` is how long a sample takes.
inline std::string witnessed(int samples, int pace_ms, const std::string& more_nodes = {}) {
  return R"({"pipeline": {"name": "watched", "run": {"samples": )" + std::to_string(samples) +
         R"(, "in_flight": 4, "seed": 5}, "nodes": {
    "genres": {"type": "troupe.prompts.genres"},
    "first": {"type": "test.provider.witness", "inputs": ["genres"], "options": {"name": "first", "pace_ms": )" +
         std::to_string(pace_ms) + R"(}},
    "craft": {"type": "troupe.scorer.text", "inputs": ["first"]},
    "vote": {"type": "troupe.selector.best", "inputs": ["craft"]},
    "stories": {"type": "troupe.store.sqlite", "inputs": ["vote"], "options": {"path": "watched.db"}})" +
         more_nodes + "}}}";
}

}  // namespace troupe::test
