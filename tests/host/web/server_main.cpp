// troupe_web_test_server FOLDER PORT [--origin URL] [--frame URL] [--sink TYPE] [--token TOKEN]: a server until
// SIGTERM; then it ends orderly. Prints its port. Pages may begin a run with POST /test/runs?samples=&pace_ms=, and ask
// how many streams are open by GET /test/subscribers.
#include <signal.h>

#include <cstdio>
#include <string>

#include "host/web/live_server.hpp"
#include "support/sha256.hpp"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // Before there are threads.

  troupe::test::LiveServer::Options options;
  options.folder = argv[1];
  options.config.port = static_cast<std::uint16_t>(std::stoi(argv[2]));
  options.config.runs.resume = true;
  options.config.sinks.push_back({"sse", "troupe.sink.sse", R"({"heartbeat_ms":300,"retry_ms":200})"});
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--origin") options.config.origins.push_back(value);
    if (name == "--frame") options.config.frame_ancestors.push_back(value);
    if (name == "--sink") options.config.sinks.push_back({"more", value, "{}"});
    if (name == "--token")
      options.config.tokens.push_back({"test", troupe::server::Right::operate, troupe::sha256(value)});
  }
  try {
    troupe::test::LiveServer server(options);
    server.router.add({"POST", "/test/runs", troupe::server::Right::operate, [&](troupe::server::Exchange& exchange) {
                         const auto run = server.start(exchange.queryInteger("samples", 10, 1, 100000),
                                                       static_cast<int>(exchange.queryInteger("pace_ms", 0, 0, 60000)));
                         exchange.json(201, "{\"id\":\"" + run.id + "\"}");
                       }});
    server.router.add(
        {"GET", "/test/subscribers", troupe::server::Right::none, [&](troupe::server::Exchange& exchange) {
           exchange.json(200, std::to_string(server.streams->figures().subscribers));
         }});
    std::printf("%d\n", server.port());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&ends, &signal);
    server.stop();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return 0;
}
