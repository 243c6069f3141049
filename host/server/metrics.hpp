#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace troupe::server {

/// Figures for Prometheus, in its text format 0.0.4.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct Sample {
    Labels labels;
    double value = 0;
  };
  enum class Kind { gauge, counter };

  /// Read when somebody asks; quick, throws nothing, any thread. Names follow Prometheus' conventions: base units,
  /// counters end with "_total". Throws std::invalid_argument for a name that is taken or is none. [any thread, like
  /// all below]
  void add(Kind kind, std::string name, std::string help, std::function<std::vector<Sample>()> read);
  void gauge(std::string name, std::string help, std::function<double()> read);
  void counter(std::string name, std::string help, std::function<double()> read);

  /// One answered request. `route`: the pattern, so that there is a bounded number of them.
  void request(std::string_view method, std::string_view route, int status, double seconds);

  std::string text() const;

 private:
  static constexpr std::array kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};
  struct Family {
    Kind kind;
    std::string name, help;
    std::function<std::vector<Sample>()> read;
  };
  struct Histogram {
    std::array<std::uint64_t, kBounds.size()> buckets{};  // Not cumulative.
    std::uint64_t count = 0;
    double sum = 0;
  };
  void writeRequests(std::string& out) const;

  mutable std::mutex mutex_;  // Guards all below.
  std::vector<Family> families_;
  std::map<std::tuple<std::string, std::string, int>, std::uint64_t> requests_;
  std::map<std::pair<std::string, std::string>, Histogram> durations_;
};

/// The figures that every process has by convention: CPU time, memory, descriptors, start.
void addProcessMetrics(Metrics& metrics);

}  // namespace troupe::server
