#include <curl/curl.h>
#include <rapidjson/document.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/bench.hpp"
#include "benchmarks/slow_server.hpp"
#include "services/http/http_service.hpp"
#include "support/sse_parser.hpp"
#include "support/temp_dir.hpp"

// Whole samples whose providers ask models over HTTP, against a bare loop of libcurl's multi interface that sends as
// many such requests and parses their answers (the baseline).
namespace troupe::bench {
namespace {

struct Load {
  int calls;  ///< at once, all providers together
  int total;  ///< calls
  int mean_ms, spread_ms;
  int events = 0;  ///< of a streamed answer
};

const std::string kBody =
    R"({"model":"mock-1","messages":[{"role":"system","content":"You write short stories."},{"role":"user","content":"A fantasy story."}],"seed":1234567)";

// What a provider does with an answer at least: read it.
struct Answer {
  explicit Answer(int e) : events(e) {}
  void take(std::string_view bytes) {
    if (events == 0) {
      text += bytes;
      return;
    }
    parser.feed(bytes, [this](const SseParser::Event& event) {
      if (event.data == "[DONE]") return;
      rapidjson::Document chunk;
      chunk.Parse(event.data.data(), event.data.size());
      text += chunk["choices"][0]["delta"]["content"].GetString();
    });
  }
  void check() {
    if (events == 0) {
      rapidjson::Document answer;
      answer.Parse(text.data(), text.size());
      if (answer.HasParseError() || answer["choices"][0]["message"]["content"].GetStringLength() != 480)
        throw std::runtime_error("an answer is not whole");
    } else if (text.size() != static_cast<std::size_t>(events) * 5) {
      throw std::runtime_error("a stream is not whole");
    }
    text.clear();
    parser = SseParser();
  }
  const int events;
  SseParser parser;
  std::string text;
};

struct Figures {
  double seconds = 0, cpu_us = 0;  ///< CPU of one call
};

Figures bareLoop(const Load& load) {
  const SlowServer server(load.mean_ms, load.spread_ms, load.events);
  const auto cpu = cpuSeconds();
  const auto began = Clock::now();
  struct Request {
    CURL* easy = nullptr;
    Answer answer;
  };
  const auto url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1/chat/completions";
  const auto body = kBody + (load.events > 0 ? ",\"stream\":true}" : "}");
  auto* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(load.calls));
  auto* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  std::vector<Request> requests(static_cast<std::size_t>(load.calls), Request{nullptr, Answer(load.events)});
  int begun = 0;
  for (auto& request : requests) {
    request.easy = curl_easy_init();
    ++begun;
    curl_easy_setopt(request.easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(request.easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(request.easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(request.easy, CURLOPT_PRIVATE, &request);
    curl_easy_setopt(request.easy, CURLOPT_WRITEDATA, &request);
    curl_easy_setopt(
        request.easy, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t count, void* self) {
          static_cast<Request*>(self)->answer.take({data, size * count});
          return size * count;
        });
    curl_multi_add_handle(multi, request.easy);
  }
  for (auto open = requests.size(); open > 0;) {
    int running = 0, left = 0;
    curl_multi_perform(multi, &running);
    while (const auto* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      if (message->data.result != CURLE_OK) throw std::runtime_error(curl_easy_strerror(message->data.result));
      auto* easy = message->easy_handle;
      Request* request = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &request);
      request->answer.check();
      curl_multi_remove_handle(multi, easy);
      if (++begun <= load.total)
        curl_multi_add_handle(multi, easy);
      else
        --open;
    }
    if (open > 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  for (auto& request : requests) curl_easy_cleanup(request.easy);
  curl_slist_free_all(headers);
  curl_multi_cleanup(multi);
  return {secondsSince(began), (cpuSeconds() - cpu) / load.total * 1e6};
}

// `ill`: the address of one more provider, which gives up on a call after a second; empty: none.
std::string pipelineText(const Load& load, int providers, std::uint16_t port, const std::string& ill = "") {
  const int samples = load.total / providers;
  const int each = load.calls / providers;
  std::string nodes, inputs;
  for (int i = 0; i < providers; ++i) {
    const auto name = "p" + std::to_string(i);
    nodes += "\"" + name +
             R"(": {"type": "troupe.provider.openai", "inputs": ["prompts"], "options": {"model": "mock-)" +
             std::to_string(i) + R"(", "base_url": "http://127.0.0.1:)" + std::to_string(port) + R"(/v1")" +
             (load.events > 0 ? R"(, "stream": true)" : "") + R"(}, "limits": {"in_flight": )" + std::to_string(each) +
             "}},";
    inputs += (i > 0 ? ",\"" : "\"") + name + "\"";
  }
  if (!ill.empty()) {
    nodes +=
        R"("ill": {"type": "troupe.provider.openai", "inputs": ["prompts"], "options": {"model": "mock", "base_url": ")" +
        ill + R"("}, "limits": {"timeout_s": 1}},)";
    inputs += R"(,"ill")";
  }
  return R"({"name": "models", "run": {"samples": )" + std::to_string(samples) + R"(, "in_flight": )" +
         std::to_string(each * 2) + R"(, "seed": 1}, "nodes": {
    "prompts": {"type": "troupe.prompts.genres", "options": {"templates": ["A {{genre}} story."], "system": ""}},)" +
         nodes + R"("one": {"type": "troupe.test.trivial.scorer", "inputs": [)" + inputs + R"(]},
    "vote": {"type": "troupe.selector.best", "inputs": ["one"]}}})";
}

/// The highest resident memory while something runs.
class Peak {
 public:
  Peak() : watcher_([this] { watch(); }) {}
  ~Peak() { stop(); }
  double stop() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    if (watcher_.joinable()) watcher_.join();
    return peak_;
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(50), [this] { return over_; }))
      peak_ = std::max(peak_, residentMib());
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  double peak_ = 0;
  std::thread watcher_;
};

struct RunOfModels {
  Figures figures;
  double samples_per_second = 0, mib = 0;
};

RunOfModels throughEngine(const Load& load, int providers) {
  const SlowServer server(load.mean_ms, load.spread_ms, load.events);
  const test::TempDir folder;
  pipeline::EngineOptions options;
  options.network.http = std::make_shared<services::HttpService>();
  const auto before = residentMib();
  Peak peak;
  const auto run = runPipeline(pipelineText(load, providers, server.port()), folder.path(), std::move(options));
  return {{run.seconds, run.cpu_seconds / load.total * 1e6},
          static_cast<double>(run.samples) / run.seconds,
          peak.stop() - before};
}

void wholeSamples() {
  const Load load{192, 9600, 50, 0};
  const auto bare = bareLoop(load);
  const auto ours = throughEngine(load, 3);
  const auto bare_sample = bare.cpu_us * 3, our_sample = ours.figures.cpu_us * 3;
  report("three providers a sample, 64 calls each: a bare loop's CPU", text(bare_sample, 0) + " us/sample", "");
  report("  troupe: scorer, vote and durable journal with it",
         text(our_sample, 0) + " us/sample, " + text(ours.samples_per_second, 0) + "/s", "");
  report("  above twice the bare loop's", text(our_sample - 2 * bare_sample, 0) + " us/sample",
         "at most 130 us/sample");
}

void inFlight() {
  for (const auto& load : {Load{64, 6400, 50, 0}, Load{1000, 6000, 2000, 500}}) {
    const auto ours = throughEngine(load, 1);
    const auto due = load.calls * 1000.0 / load.mean_ms;
    // Each run ends with calls that nobody follows: the last ones take one latency more.
    const auto whole = load.total / due + load.mean_ms / 1000.0;
    report(text(load.calls, 0) + " calls in flight at " + text(load.mean_ms, 0) + " ms: samples/s of a whole run",
           text(ours.samples_per_second, 0) + " of " + text(load.total / whole, 0) + " (" +
               text(ours.samples_per_second * whole / load.total * 100, 1) + " %)",
           "at least 95 %");
  }
}

// Samples a second once a provider that is ill has been found out: of a long run without the beginning of a short one.
double steadyRate(const std::string& ill) {
  const auto seconds = [&](int calls) {
    const Load load{64, calls, 50, 0};
    const SlowServer server(load.mean_ms, load.spread_ms);
    const test::TempDir folder;
    pipeline::EngineOptions options;
    options.network.http = std::make_shared<services::HttpService>();
    return runPipeline(pipelineText(load, 2, server.port(), ill), folder.path(), std::move(options)).seconds;
  };
  constexpr int kShort = 4000, kLong = 12000;
  return (kLong - kShort) / 2 / (seconds(kLong) - seconds(kShort));
}

void illProviders() {
  const auto well = steadyRate("");
  report("two providers, 32 calls each at 50 ms: samples/s", text(well, 0), "");
  const auto line = [&](const std::string& what, const std::string& address) {
    const auto rate = steadyRate(address);
    report("  beside one that " + what, text(rate, 0) + " (" + text(rate / well * 100, 1) + " %)", "at least 99 %");
  };
  line("refuses connections", "http://127.0.0.1:9/v1");
  const SlowServer silent(10'000'000, 0);
  line("never answers", "http://127.0.0.1:" + std::to_string(silent.port()) + "/v1");
  const SlowServer liar(1, 0, 1);  // An event stream that nobody asked for, without an answer in it.
  line("does not answer what it was asked", "http://127.0.0.1:" + std::to_string(liar.port()) + "/v1");
}

void streams() {
  const Load load{100, 400, 1000, 0, 600};
  const auto bare = bareLoop(load);
  const auto ours = throughEngine(load, 1);
  report("answers streamed in 600 events: a bare loop's CPU", text(bare.cpu_us / 1000, 2) + " ms/call", "");
  report("  troupe", text(ours.figures.cpu_us / 1000, 2) + " ms/call", "");
  report("  ratio", text(ours.figures.cpu_us / bare.cpu_us, 2), "at most 1.5");
  const auto many = throughEngine({1000, 2000, 10000, 0, 600}, 1);
  report("1,000 such streams in flight: memory that came", text(many.mib, 0) + " MiB", "under 100 MB");
}

}  // namespace

void modelsBench() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  wholeSamples();
  inFlight();
  illProviders();
  streams();
}

}  // namespace troupe::bench
