#include "loader/libraries.hpp"

#include <link.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <sstream>
#include <string_view>

#include "loader/child.hpp"

namespace troupe::loader {
namespace {

namespace fs = std::filesystem;

// Whether a library is in a folder that every dynamic linker of this machine looks into. Remembered while the program
// runs.
bool inUsualFolder(const std::string& library) {
  static std::mutex mutex;
  static std::map<std::string, bool> known;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(library); found != known.end()) return found->second;
  bool there = false;
  for (const char* folder : {
#if defined(__x86_64__)
         "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64",
#elif defined(__aarch64__)
           "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64",
#endif
             "/lib", "/usr/lib"
       }) {
    std::error_code ignored;
    there = there || fs::exists(fs::path(folder) / library, ignored);
  }
  return known[library] = there;
}

std::string dynamicLinker() {
  std::string path;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* to) {
        const std::string_view name = info->dlpi_name;
        if (fs::path(name).filename().string().rfind("ld-", 0) != 0) return 0;
        *static_cast<std::string*>(to) = name;
        return 1;
      },
      &path);
  return path;
}

}  // namespace

std::vector<std::string> missingLibraries(const fs::path& path, const ElfFile& file) {
  if (std::all_of(file.needed.begin(), file.needed.end(), inUsualFolder)) return {};
  const auto linker = dynamicLinker();
  if (linker.empty()) return {};
  const auto listing = runChild({linker, "--list", fs::absolute(path).string()}, {}, std::chrono::seconds(5));
  std::vector<std::string> missing;
  std::istringstream lines(listing.output);
  for (std::string line; std::getline(lines, line);) {
    const auto arrow = line.find(" => not found");
    if (arrow != std::string::npos)
      missing.push_back(line.substr(line.find_first_not_of(" \t"), arrow - line.find_first_not_of(" \t")));
  }
  // ld.so stops at the first one: "/x.troupe: error while loading shared libraries: libfoo.so.1: cannot open shared
  // object file: …"
  constexpr std::string_view kMarker = "error while loading shared libraries: ";
  const auto at = listing.stderr_tail.find(kMarker);
  if (missing.empty() && at != std::string::npos) {
    const auto name = listing.stderr_tail.substr(at + kMarker.size());
    missing.push_back(name.substr(0, name.find(':')));
  }
  return missing;
}

}  // namespace troupe::loader
