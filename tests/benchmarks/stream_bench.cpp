#include <Poco/Net/ServerSocket.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/bench.hpp"
#include "benchmarks/load_client.hpp"
#include "server/stream_hub.hpp"

namespace troupe::bench {
namespace {

using server::StreamFrame;
using server::StreamHub;

/// What both servers, the hub and the baseline, do in one run.
struct Load {
  int connections;
  double per_second;  ///< events; 0: as many as go
  double seconds;
};
struct Run {
  LoadClient::Figures client;
  double cpu_us = 0;    ///< of the server, for one delivery
  double kib_each = 0;  ///< resident memory for one connection
};

double residentKib() {
  std::ifstream in("/proc/self/statm");
  double pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

/// Calls `make(number)` at its time, or as soon as it returns when no rate is given, until the time is over.
template <typename Make>
std::uint64_t pace(const Load& load, Make make) {
  const auto began = Clock::now();
  std::uint64_t number = 0;
  while (secondsSince(began) < load.seconds) {
    if (load.per_second > 0)
      std::this_thread::sleep_until(began + std::chrono::nanoseconds(static_cast<std::int64_t>(
                                                static_cast<double>(number) / load.per_second * 1e9)));
    make(++number);
  }
  return number;
}

Run finish(LoadClient& client, const Load& load, std::uint64_t events, double cpu) {
  Run run;
  run.client = client.finish();
  const auto deliveries = events * static_cast<std::uint64_t>(load.connections);
  if (run.client.received != deliveries)
    throw std::runtime_error(std::to_string(deliveries) + " deliveries were due, " +
                             std::to_string(run.client.received) + " came");
  run.cpu_us = cpu / static_cast<double>(deliveries) * 1e6;
  return run;
}

// The baseline: one send() for one delivery, by one thread, and nothing else.
Run bareLoop(const Load& load) {
  Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0), 4096);
  LoadClient client(listener.address().port(), load.connections);
  std::vector<Poco::Net::StreamSocket> sockets;
  for (int i = 0; i < load.connections; ++i) {
    sockets.push_back(listener.acceptConnection());
    sockets.back().setNoDelay(true);
  }
  std::vector<int> files;
  for (auto& socket : sockets) files.push_back(socket.impl()->sockfd());
  const auto cpu = cpuSeconds();
  const auto events = pace(load, [&](std::uint64_t number) {
    const auto frame = loadFrame(number);
    for (const int file : files)
      if (::send(file, frame.data(), frame.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame.size()))
        throw std::runtime_error("send failed");
  });
  const auto used = cpuSeconds() - cpu;
  for (auto& socket : sockets) socket.close();
  return finish(client, load, events, used);
}

Run throughHub(const Load& load) {
  Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0), 4096);
  LoadClient client(listener.address().port(), load.connections);
  StreamHub::Options options;
  options.subscribers = options.per_address = static_cast<std::size_t>(load.connections);
  options.ring_frames = 16384;
  StreamHub hub(options);
  StreamHub::StreamSpec spec;
  spec.heartbeat_bytes = [] { return server::Bytes(); };
  const auto stream = hub.addStream(spec);
  const auto resident = residentKib();
  for (int i = 0; i < load.connections; ++i)
    if (hub.subscribe(stream, {listener.acceptConnection(), "127.0.0.1", 0, 0, "", nullptr}) !=
        StreamHub::Refusal::none)
      throw std::runtime_error("refused");
  const auto all = static_cast<std::uint64_t>(load.connections);
  const auto cpu = cpuSeconds();
  const auto events = pace(load, [&](std::uint64_t number) {
    hub.publish(stream, {static_cast<std::int64_t>(number), 1, "",
                         std::make_shared<const std::string>(loadFrame(number)), false});
    // At saturation the ring must not be overrun: there is no journal behind it here.
    while (load.per_second == 0 && number * all > hub.figures().deliveries + 2048 * all)
      std::this_thread::sleep_for(std::chrono::microseconds(500));
  });
  while (hub.figures().deliveries < events * all) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto used = cpuSeconds() - cpu;
  const auto grown = residentKib() - resident;
  hub.shutdown(std::chrono::seconds(10));
  auto run = finish(client, load, events, used);
  run.kib_each = grown / static_cast<double>(load.connections);
  return run;
}

// The best of several, in turns, so that what else the machine does strikes both.
void paced(double per_second) {
  const Load load{1000, per_second, 2};
  Run bare, hub;
  for (int round = 0; round < 3; ++round) {
    const auto keep = [round](Run& best, const Run& run) {
      best.cpu_us = round == 0 ? run.cpu_us : std::min(best.cpu_us, run.cpu_us);
      best.client.p99_ms = round == 0 ? run.client.p99_ms : std::min(best.client.p99_ms, run.client.p99_ms);
    };
    keep(bare, bareLoop(load));
    keep(hub, throughHub(load));
  }
  const auto what = "1,000 watchers at " + text(per_second, 0) + "/s: ";
  report(what + "CPU of one delivery", text(hub.cpu_us, 2) + " us, bare loop " + text(bare.cpu_us, 2) + " us", "");
  report("  ratio", text(hub.cpu_us / bare.cpu_us, 2), "at most 1.2");
  report(what + "p99 of the time to the client",
         text(hub.client.p99_ms, 2) + " ms, bare loop " + text(bare.client.p99_ms, 2) + " ms", "");
  report("  ratio", text(hub.client.p99_ms / bare.client.p99_ms, 2), "at most 1.5");
}

void tenThousand(rlim_t files) {
  if (files < 10'100) return report("10,000 watchers at 10/s", "needs `ulimit -n` of 10,100", "held");
  const auto hub = throughHub({10'000, 10, 3});
  report("10,000 watchers at 10/s: p50, p99 of the time to the client",
         text(hub.client.p50_ms, 0) + " ms, " + text(hub.client.p99_ms, 0) + " ms", "held");
  report("  CPU of one delivery", text(hub.cpu_us, 2) + " us", "");
  report("  resident memory of one watcher, user space", text(hub.kib_each, 2) + " KiB", "at most 1 KiB");
}

}  // namespace

void streamBench() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  double load[1] = {0};
  if (::getloadavg(load, 1) == 1) report("other work on this machine: load average before", text(load[0], 1), "");
  tenThousand(files.rlim_cur);  // First, while the heap is small and nothing is left over in it.
  report("1 watcher: publishing to reading, median", text(throughHub({1, 200, 1}).client.p50_ms, 3) + " ms",
         "under 1 ms");
  paced(10);
  paced(100);
  {
    const auto bare = bareLoop({1000, 0, 2});
    const auto hub = throughHub({1000, 0, 3});
    const auto rate = [](const Run& run) { return static_cast<double>(run.client.received) / run.client.seconds; };
    report("1,000 watchers, as many events as go", text(rate(hub), 0) + " deliveries/s",
           "at least 1,000,000 deliveries/s");
    report("  one send() for each (baseline)", text(rate(bare), 0) + " deliveries/s", "");
  }
}

}  // namespace troupe::bench
