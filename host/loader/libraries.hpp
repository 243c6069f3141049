#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "loader/elf_file.hpp"

namespace troupe::loader {

/// Libraries that a module needs, itself or through others, and that the dynamic linker will not find. Runs no byte of
/// the module: the usual folders are looked at first, and only when something is not there the dynamic linker is asked
/// to list (`ld.so --list`, in a child).
std::vector<std::string> missingLibraries(const std::filesystem::path& path, const ElfFile& file);

}  // namespace troupe::loader
