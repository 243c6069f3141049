#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/problem.hpp"

namespace troupe::config {

/// A file's bytes, or nothing and a problem when it cannot be read, is a folder or has more than `limit` bytes. A file
/// that says how large it is is refused unread; of one that does not, such as a pipe, no more than `limit` bytes are
/// read.
std::optional<std::string> readTextFile(const std::filesystem::path& file, std::size_t limit,
                                        std::vector<Problem>& problems);

}  // namespace troupe::config
