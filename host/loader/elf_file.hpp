#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::loader {

/// What a module's file says about itself, read from its ELF headers without mapping it for execution or running a byte
/// of it.
struct ElfFile {
  std::uint64_t size = 0;               ///< bytes of the file
  std::optional<std::string> manifest;  ///< content of section .troupe_manifest
  std::vector<std::string> needed;      ///< libraries that the dynamic linker has to find (DT_NEEDED)
  std::vector<std::string> exported;    ///< defined symbols that others can see
  std::vector<std::string> unique;      ///< those of them that keep the module mapped for ever (STB_GNU_UNIQUE)
  std::vector<std::string> undefined;   ///< symbols that others must define, weak ones left out
  std::string runpath;                  ///< DT_RUNPATH or DT_RPATH, "" without one
  bool text_relocations = false;

  bool exports(std::string_view symbol) const;
};

/// Random access to the bytes of a file of any origin.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Reads exactly `count` bytes; false when they are not all there.
  virtual bool read(std::uint64_t offset, void* to, std::size_t count) const = 0;
};

/// Reads a 64-bit little-endian shared object for this machine. Any file is safe: sizes are bounded and every offset is
/// checked. Nothing is returned when it is something else or damaged, and `reason` says what: "it is built for aarch64,
/// this host is x86-64".
std::optional<ElfFile> readElf(const ByteSource& source, std::string& reason);

/// The same for a file; `reason` also for one that cannot be read.
std::optional<ElfFile> readElfFile(const std::filesystem::path& path, std::string& reason);

}  // namespace troupe::loader
