#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <curl/curl.h>
#include <rapidjson/document.h>
#include <sys/resource.h>
#include <troupe/ext/http.h>
#include <unistd.h>
#include <troupe/troupe.hpp>

#include <atomic>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/bench.hpp"
#include "benchmarks/slow_server.hpp"
#include "services/http/http_service.hpp"

// What carries requests to models: libcurl's multi interface on one thread behind the host's service, as it is, against
// a bare loop of the same interface (the baseline), and against Poco's blocking sessions on a thread each.
namespace troupe::bench {
namespace {

struct Load {
  int in_flight;
  int each;  ///< requests, one after another
  int mean_ms, spread_ms;
};
struct Figures {
  double per_second = 0, cpu_us = 0, mib = 0;
};

const std::string kBody = R"({"model":"mock-1","messages":[{"role":"user","content":"A short story, please."}]})";

// As a provider reads an answer.
void check(const std::string& body) {
  rapidjson::Document answer;
  answer.Parse(body.c_str());
  if (answer.HasParseError() || answer["choices"][0]["message"]["content"].GetStringLength() != 480)
    throw std::runtime_error("an answer is not whole");
}

/// Gives out the calls of a load, and takes the time of its middle half, when as many as it says are in flight.
class Calls {
 public:
  explicit Calls(const Load& load) : total_(load.in_flight * load.each) {}
  bool begin() { return begun_.fetch_add(1) < total_; }
  void end() {
    const int ended = ended_.fetch_add(1) + 1;
    if (ended == total_ / 4) from_ = Clock::now();
    if (ended == total_ / 2) mib_ = residentMib();
    if (ended == total_ / 4 * 3) to_ = Clock::now();
  }
  double perSecond() const { return total_ / 4 * 2 / std::chrono::duration<double>(to_ - from_).count(); }
  double mib() const { return mib_; }

 private:
  const int total_;
  std::atomic<int> begun_{0}, ended_{0};
  Clock::time_point from_, to_;
  double mib_ = 0;
};

// Runs `work`, which makes the calls, under the load.
Figures measure(const Load& load, const std::function<void(std::uint16_t port, Calls& calls)>& work) {
  const SlowServer server(load.mean_ms, load.spread_ms);
  const auto mib = residentMib();
  Calls calls(load);
  const auto cpu = cpuSeconds();
  work(server.port(), calls);
  const auto used = cpuSeconds() - cpu;
  return {calls.perSecond(), used / load.in_flight / load.each * 1e6, calls.mib() - mib};
}

void threads(const Load& load, const std::function<void()>& one) {
  std::vector<std::thread> all;
  for (int i = 0; i < load.in_flight; ++i) all.emplace_back(one);
  for (auto& thread : all) thread.join();
}

Figures bareLoop(const Load& load) {
  return measure(load, [&](std::uint16_t port, Calls& calls) {
    struct Request {
      CURL* easy;
      std::string body;
    };
    const auto url = "http://127.0.0.1:" + std::to_string(port) + "/v1/chat/completions";
    auto* multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(load.in_flight));
    auto* headers = curl_slist_append(nullptr, "Content-Type: application/json");
    std::vector<Request> requests(static_cast<std::size_t>(load.in_flight));
    for (auto& request : requests) {
      request.easy = curl_easy_init();
      calls.begin();
      curl_easy_setopt(request.easy, CURLOPT_URL, url.c_str());
      curl_easy_setopt(request.easy, CURLOPT_HTTPHEADER, headers);
      curl_easy_setopt(request.easy, CURLOPT_POSTFIELDS, kBody.c_str());
      curl_easy_setopt(request.easy, CURLOPT_PRIVATE, &request);
      curl_easy_setopt(request.easy, CURLOPT_WRITEDATA, &request);
      curl_easy_setopt(
          request.easy, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t count, void* self) {
            static_cast<Request*>(self)->body.append(data, size * count);
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
        check(request->body);
        request->body.clear();
        curl_multi_remove_handle(multi, easy);
        calls.end();
        if (calls.begin())
          curl_multi_add_handle(multi, easy);
        else
          --open;
      }
      if (open > 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    for (auto& request : requests) curl_easy_cleanup(request.easy);
    curl_slist_free_all(headers);
    curl_multi_cleanup(multi);
  });
}

// A call that nobody cancels.
class Call final : public services::CallContext {
 public:
  bool sleep(std::int64_t) override { return true; }
  std::uint64_t random() override { return 0; }
  std::uint64_t identity() const override { return 0; }
  void explain(int, std::string) override {}
  HookId addCancelHook(std::function<void()>) override { return 0; }
  void removeCancelHook(HookId) override {}
};

Figures throughService(const Load& load) {
  return measure(load, [&](std::uint16_t port, Calls& calls) {
    services::NodeNetwork network;
    network.http = std::make_shared<services::HttpService>();
    network.hosts = {"127.0.0.1"};
    JsonWriter json;
    json.beginObject()
        .member("method", "POST")
        .member("url", "http://127.0.0.1:" + std::to_string(port) + "/v1/chat/completions")
        .member("body", kBody);
    json.key("headers").beginObject().member("Content-Type", "application/json").endObject().endObject();
    const std::string request(json.text());
    threads(load, [&] {
      Call call;
      for (; calls.begin(); calls.end()) {
        std::string body;
        network.http->fetch(network, call, request, [&](std::uint32_t part, std::string_view bytes) {
          if (part == TROUPE_HTTP_BODY) body += bytes;
          return 0;
        });
        check(body);
      }
    });
  });
}

Figures pocoSessions(const Load& load) {
  return measure(load, [&](std::uint16_t port, Calls& calls) {
    threads(load, [&] {
      Poco::Net::HTTPClientSession session("127.0.0.1", port);
      session.setKeepAlive(true);
      for (; calls.begin(); calls.end()) {
        Poco::Net::HTTPRequest request("POST", "/v1/chat/completions", "HTTP/1.1");
        request.setContentType("application/json");
        request.setContentLength(static_cast<std::streamsize>(kBody.size()));
        session.sendRequest(request) << kBody;
        Poco::Net::HTTPResponse response;
        check({std::istreambuf_iterator<char>(session.receiveResponse(response)), {}});
      }
    });
  });
}

}  // namespace

void httpBench() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  for (const auto& load : {Load{64, 100, 50, 0}, Load{1000, 4, 2000, 500}, Load{5000, 3, 2000, 500}}) {
    const auto what = text(load.in_flight, 0) + " in flight at " + text(load.mean_ms, 0) + " ms: ";
    const auto due = load.in_flight * 1000.0 / load.mean_ms;
    const auto line = [&](const std::string& name, const Figures& figures, const std::string& target) {
      report(name,
             text(figures.per_second, 0) + "/s (" + text(figures.per_second / due * 100, 0) + " %), " +
                 text(figures.cpu_us, 0) + " us, " + text(figures.mib, 0) + " MiB",
             target);
      return figures.cpu_us;
    };
    const auto bare = line(what + "bare loop", bareLoop(load), "");
    const auto ours = line("  the host's service", throughService(load), "at least 95 % of what is possible");
    line("  Poco, a thread each", pocoSessions(load), "");
    report("  CPU of the service to that of the bare loop", text(ours / bare, 2), "");
  }
}

}  // namespace troupe::bench
