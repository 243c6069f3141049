#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/engine.hpp"

namespace troupe::bench {

using Clock = std::chrono::steady_clock;
inline double secondsSince(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

/// CPU time of this process so far, all threads, in seconds.
double cpuSeconds();

/// Prints one line of the table: what, figure, target, and the baseline when there is one.
void report(const std::string& what, const std::string& figure, const std::string& target);
std::string text(double value, int digits);

/// Runs a pipeline to its end in a fresh folder.
struct RunFigures {
  double seconds = 0;
  double cpu_seconds = 0;
  std::int64_t samples = 0;
  std::filesystem::path journal, stories;
};
RunFigures runPipeline(const std::string& json, const std::filesystem::path& folder,
                       pipeline::EngineOptions options = {});

/// Resident memory of this process now.
double residentMib();

/// Inserts the rows of the databases again, into fresh files with the same schemas, in transactions of 256 rows with
/// synchronous=FULL. Returns the seconds it took.
double insertAgain(const std::filesystem::path& journal, const std::filesystem::path& stories,
                   const std::filesystem::path& folder);

/// Runs a program to its end, with its output unseen and its state and cache below `home`; throws when it fails.
struct ProgramUsage {
  double seconds = 0;
  double peak_mib = 0;  ///< highest resident memory
};
ProgramUsage runProgram(std::vector<std::string> words, const std::filesystem::path& home);

// The benchmarks; each prints its lines.
void engineBench(std::int64_t samples, std::int64_t memory_samples);
void boundaryBench();
void programBench();
void httpBench();
void modelsBench();
void streamBench();
void watchBench();

}  // namespace troupe::bench
