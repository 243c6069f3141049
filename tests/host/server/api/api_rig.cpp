#include "api_rig.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "openapi_check.hpp"
#include "support/json_text.hpp"

namespace troupe::test {

ApiRig::ApiRig(const ApiSetup& setup) {
  config.data = dir / "data";
  config.auto_train_cancel = setup.auto_train_cancel;
  config.tokens = setup.tokens;
  if (!setup.auto_train.empty()) config.auto_train = dir.write("auto_train.json", setup.auto_train);
  journal::JournalOptions options;
  options.file = dir / "journal.db";
  options.write = true;
  journal = std::make_unique<journal::Journal>(options);
  feed = journal->onEvent([hub = hub](const journal::Event& event) { hub->publish(event); });
  server::RunManager::Options run_options;
  run_options.at_once = setup.at_once;
  run_options.queue = setup.queue;
  run_options.engine.backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)};
  run_options.engine.grace = setup.grace;
  run_options.engine.pause_drain = kPatience;
  run_options.engine.sink_drain = kPatience;
  manager = std::make_unique<server::RunManager>(catalog(), *journal, hub, run_options);
  pipelines = std::make_unique<server::PipelineStore>(config.data / "pipelines");
  streams = std::make_unique<server::StreamHub>(server::StreamHub::Options{});
  auto_train = std::make_unique<server::AutoTrain>(
      server::AutoTrain::Parts{catalog(), *journal, *manager, *streams, config, hub});
  http = std::make_unique<TestServer>(
      [this](server::Router& router) {
        server::addApiRoutes(router, {catalog(), *journal, *manager, *pipelines, config});
        auto_train->addRoute(router);
      },
      config,
      server::HttpServer::Hooks{std::string(64, 's'), [this](const std::string& run) { return runExists(run); },
                                nullptr});
}

bool ApiRig::runExists(const std::string& run) const {
  try {
    return journal->findRun(run).id == run;
  } catch (const Failure&) {
    return false;
  }
}

ApiRig::~ApiRig() {
  http.reset();
  manager->stop("the test is over");
  auto_train->stop();
  streams.reset();
  auto_train.reset();
  manager.reset();
  feed.reset();
}

HttpAnswer ApiRig::ask(const std::string& method, const std::string& target, const std::string& body,
                       const std::string& headers, const std::string& type) const {
  auto text = method + " " + target + " HTTP/1.1\r\nHost: " + http->host() + "\r\n" + headers;
  if (!body.empty())
    text += (type.empty() ? "" : "Content-Type: " + type + "\r\n") + "Content-Length: " + std::to_string(body.size()) +
            "\r\n";
  auto answer = http->connect().ask(text + "\r\n" + body);
  INFO(method << " " << target << ": " << answer.status << " " << answer.body.substr(0, 1000));
  REQUIRE(answer.complete);
  CHECK(offDescription(method, target, answer) == "");
  return answer;
}

rapidjson::Document ApiRig::json(int status, const std::string& method, const std::string& target,
                                 const std::string& body, const std::string& headers) const {
  const auto answer = ask(method, target, body, headers);
  INFO(method << " " << target << ": " << answer.body.substr(0, 2000));
  REQUIRE(answer.status == status);
  return parsed(answer.body);
}

std::string ApiRig::problem(int status, const std::string& method, const std::string& target, const std::string& body,
                            const std::string& headers, const std::string& type) const {
  const auto answer = ask(method, target, body, headers, type);
  INFO(method << " " << target << ": " << answer.body.substr(0, 2000));
  REQUIRE(answer.status == status);
  CHECK(answer.header("content-type") == "application/problem+json");
  const auto document = parsed(answer.body);
  std::string text = document["detail"].GetString();
  if (!document.HasMember("errors")) return text;
  for (const auto& error : document["errors"].GetArray())
    text += std::string(" | ") + (error.HasMember("pointer") ? error["pointer"].GetString() : "") + ": " +
            error["detail"].GetString();
  return text;
}

std::string quotedJson(const std::string& text) {
  return toJson(rapidjson::Value(rapidjson::StringRef(text.data(), text.size())));
}

std::string ApiRig::start(const PipelineText& text, const std::string& more) const {
  return json(201, "POST", "/api/v1/runs", "{\"pipeline\":" + text.text() + more + "}")["id"].GetString();
}

void ApiRig::waitFor(const std::string& run, const std::string& state) const {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  std::string now;
  while ((now = manager->state(journal->findRun(run))) != state) {
    INFO(run << " is " << now << ", not " << state);
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string ApiRig::complete(const PipelineText& text) const {
  auto run = start(text);
  waitFor(run, "complete");
  return run;
}

}  // namespace troupe::test
