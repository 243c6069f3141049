#include "loader/probe.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "loader/elf_file.hpp"
#include "loader/manifest.hpp"
#include "loader/module.hpp"
#include "loader/scratch_folder.hpp"
#include "services/host_table.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::loader {
namespace {

namespace fs = std::filesystem;

// What the child says on stdout when it could judge.
constexpr std::string_view kBad = "bad: ";
constexpr std::string_view kHere = "unusable here: ";

std::string after(const std::string& output, std::string_view prefix) {
  if (output.rfind(prefix, 0) != 0) return {};
  const auto line = output.substr(prefix.size());
  return line.substr(0, line.find('\n'));
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::error_code ignored;
  std::string pattern = (fs::temp_directory_path(ignored) / "troupe-probe-XXXXXX").string();
  if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::string lastLine(const std::string& text) {
  const auto end = text.find_last_not_of(" \n\r\t");
  if (end == std::string::npos) return {};
  const auto start = text.find_last_of("\n\r", end);
  return text.substr(start == std::string::npos ? 0 : start + 1,
                     end - (start == std::string::npos ? 0 : start + 1) + 1);
}

ProbeResult probeInChild(const fs::path& program, const fs::path& file) {
  const ScratchFolder scratch;
  const auto child =
      runChild({program.string(), "plugins", "probe", fs::absolute(file).string()}, scratch.path(), kProbeLimit);
  ProbeResult result;
  result.stderr_tail = child.stderr_tail;
  if (!child.started) {
    result.verdict = ProbeVerdict::unusable_here;
    result.reason = "it could not be probed: " + child.error;
  } else if (child.exit_code == 0) {
    result.verdict = ProbeVerdict::usable;
  } else if (const auto here = after(child.output, kHere); !here.empty()) {
    result.verdict = ProbeVerdict::unusable_here;
    result.reason = here;
  } else if (const auto bad = after(child.output, kBad); !bad.empty()) {
    result.reason = bad;
  } else {
    result.reason = "when it was probed, " + child.describe(kProbeLimit);
    if (const auto said = lastLine(child.stderr_tail); !said.empty())
      result.reason += ", after " + troupe::quoted(said, 200);
  }
  return result;
}

std::string verdictLine(const Failure& failure) {
  const auto* unusable = dynamic_cast<const Unusable*>(&failure);
  const bool here = unusable != nullptr && unusable->cause() == Unusable::Cause::missing_here;
  return std::string(here ? kHere : kBad) + failure.what() + "\n";
}

void probeHere(const fs::path& file) {
  std::string reason;
  const auto elf = readElfFile(file, reason);
  if (!elf) throw Failure(ExitCode::plugin_unusable, reason);
  if (!elf->manifest) throw Failure(ExitCode::plugin_unusable, "it has no manifest (section .troupe_manifest)");
  const auto module = std::make_shared<Module>(file, "", *elf->manifest);
  std::vector<Problem> problems;
  const auto manifest = parseManifest(*elf->manifest, problems);
  const services::HostTable host([](int, std::string_view) {});
  for (const auto& node : manifest->nodes) {
    const auto options = completedExample(node);
    try {
      const Instance instance(module, node.id, host.table(), options);
    } catch (const Unusable& e) {
      // The plugin's own refusal, for example of a file that is not here, is no fault.
      if (e.cause() != Unusable::Cause::refused) throw;
    }
  }
}

int becomeProbe() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::fflush(stdout);
  const int out = ::dup(STDOUT_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return out;
}

}  // namespace troupe::loader
