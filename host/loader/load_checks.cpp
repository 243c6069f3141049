#include <malloc.h>
#include <time.h>
#include <algorithm>
#include <cstdint>

#include <filesystem>
#include <memory>

#include "loader/checks.hpp"
#include "loader/elf_file.hpp"
#include "loader/manifest.hpp"
#include "loader/module.hpp"
#include "services/host_table.hpp"
#include "support/json_text.hpp"
#include "support/problem.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TROUPE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TROUPE_SANITIZED 1
#endif
#endif
#ifndef TROUPE_SANITIZED
#define TROUPE_SANITIZED 0
#endif

namespace troupe::loader {
namespace {

namespace fs = std::filesystem;

constexpr long kProbeCpuLimitMs = 50;
constexpr int kRounds = 100;
// Growth over 100 rounds that allocators and libraries cause by themselves: up to 1,552 bytes were seen in each block,
// and no more of it in blocks of 1,000. A leak of one object a round is at least 3,200: the smallest block of the heap
// has 32 bytes.
constexpr std::size_t kHeapSlack = 2048;

std::string manifestOf(const fs::path& file) {
  std::string reason;
  const auto elf = readElfFile(file, reason);
  if (!elf) throw Failure(ExitCode::plugin_unusable, reason);
  if (!elf->manifest) throw Failure(ExitCode::plugin_unusable, "it has no section .troupe_manifest");
  return *elf->manifest;
}

std::shared_ptr<Module> load(const fs::path& file) { return std::make_shared<Module>(file, "", manifestOf(file)); }

Manifest manifest(const fs::path& file) {
  std::vector<Problem> problems;
  auto parsed = parseManifest(manifestOf(file), problems);
  if (!parsed) throw Problems(ExitCode::plugin_unusable, "plugin.json", problems);
  return *parsed;
}

const services::HostTable& host() {
  static const services::HostTable kHost([](int, std::string_view) {});
  return kHost;
}

// CPU time of this process: other programs on the machine do not count.
long cpuMs() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

CheckResult rtldNowLocal(const fs::path& file) {
  load(file);
  return {};
}

// Module's constructor compares them; this check names that rule apart from others that it may break.
CheckResult manifestSectionEqualsRuntime(const fs::path& file) {
  try {
    load(file);
  } catch (const Unusable& e) {
    return e.cause() == Unusable::Cause::manifest_differs ? failed(e.what()) : skipped("it cannot be loaded");
  } catch (const Failure&) {
    return skipped("it has no manifest");
  }
  return {};
}

CheckResult probeTime(const fs::path& file) {
  if (TROUPE_SANITIZED != 0) return skipped("this host is built with a sanitizer");
  const auto text = manifestOf(file);
  const long before = cpuMs();
  const Module module(file, "", text);
  const long spent = cpuMs() - before;
  if (spent < kProbeCpuLimitMs) return {};
  return failed(
      "loading it takes " + std::to_string(spent) + " ms of CPU time, more than " + std::to_string(kProbeCpuLimitMs),
      "do the work at the first run() instead");
}

struct Held {
  std::size_t files, threads, heap;
  static std::size_t entries(const char* folder) {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++n;
    return n;
  }
  static Held now() { return {entries("/proc/self/fd"), entries("/proc/self/task"), ::mallinfo2().uordblks}; }
};

CheckResult initDeinitRounds(const fs::path& file) {
  const auto text = manifestOf(file);
  const auto round = [&] { const Module module(file, "", text); };
  for (int i = 0; i < 10; ++i) round();
  const auto before = Held::now();
  for (int i = 0; i < kRounds; ++i) round();
  const auto after = Held::now();
  if (after.files > before.files)
    return failed("100 times init() and deinit() leave " + std::to_string(after.files - before.files) + " files open");
  if (after.threads > before.threads)
    return failed("100 times init() and deinit() leave " + std::to_string(after.threads - before.threads) + " threads",
                  "join them in deinit()");
  return {};
}

// What one create() and destroy() of every node type leave behind, over many rounds.
CheckResult createDestroyRounds(const fs::path& file) {
  const auto module = load(file);
  const auto nodes = manifest(file).nodes;
  const auto round = [&] {
    for (const auto& node : nodes) {
      try {
        const Instance instance(module, node.id, host().table(), completedExample(node));
      } catch (const Unusable&) {
        // Also a refusal must leave nothing behind.
      }
    }
  };
  for (int i = 0; i < 10; ++i) round();
  // What libraries keep for later (SQLite does) fills up and then stays; only a leak grows in every block of rounds.
  constexpr int kBlocks = 4;
  std::size_t least = SIZE_MAX;
  for (int block = 0; block < kBlocks && least > kHeapSlack; ++block) {
    const auto before = Held::now();
    for (int i = 0; i < kRounds; ++i) round();
    const auto after = Held::now();
    if (after.files > before.files)
      return failed("100 times create() and destroy() leave " + std::to_string(after.files - before.files) +
                    " files open");
    if (after.threads > before.threads)
      return failed(
          "100 times create() and destroy() leave " + std::to_string(after.threads - before.threads) + " threads",
          "join them in destroy()");
    least = std::min(least, after.heap - std::min(after.heap, before.heap));
  }
  if (least > kHeapSlack)
    return failed("100 times create() and destroy() leave " + std::to_string(least) + " bytes on the heap");
  return {};
}

// A refusal with a sentence is an answer: the example may name a file that is not here.
CheckResult exampleCreates(const fs::path& file) {
  const auto module = load(file);
  for (const auto& node : manifest(file).nodes) {
    try {
      const Instance instance(module, node.id, host().table(), completedExample(node));
    } catch (const Unusable& e) {
      if (e.cause() != Unusable::Cause::refused) return failed(e.what());
    }
  }
  return {};
}

CheckResult unknownNodeIdAbsent(const fs::path& file) {
  return load(file)->node("org.example.no_such_node") == nullptr
             ? CheckResult()
             : failed("it offers a node type that its manifest does not name");
}

CheckResult staticAndDynamic(const fs::path&) { return skipped("plugins cannot be linked into this host yet"); }

}  // namespace

const std::vector<LoadCheck>& loadChecks() {
  static const std::vector<LoadCheck> kChecks = {{"rtld-now-local", &rtldNowLocal},
                                                 {"manifest-section-equals-runtime", &manifestSectionEqualsRuntime},
                                                 {"probe-time", &probeTime},
                                                 {"init-deinit-100", &initDeinitRounds},
                                                 {"example-creates", &exampleCreates},
                                                 {"create-destroy-100", &createDestroyRounds},
                                                 {"unknown-node-id-absent", &unknownNodeIdAbsent},
                                                 {"static-and-dynamic-refused-together", &staticAndDynamic}};
  return kChecks;
}

CheckResult runLoadCheck(const std::string& name, const fs::path& file) {
  for (const auto& check : loadChecks()) {
    if (name != check.name) continue;
    CheckResult result;
    try {
      result = check.run(file);
    } catch (const Failure& e) {
      result = failed(e.what());
    }
    result.name = name;
    return result;
  }
  throw Failure(ExitCode::usage, "unknown check " + troupe::quoted(name));
}

}  // namespace troupe::loader
