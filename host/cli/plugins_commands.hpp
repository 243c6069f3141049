#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "loader/catalog.hpp"

/// What the `plugins` commands do; each returns the exit code of the program and prints to `out`.
namespace troupe::cli {

/// Every file of the search path with its state: a table, or one JSON document.
int pluginsList(const loader::Catalog& catalog, bool json, std::ostream& out);

/// All that a file says about itself without being run; `what` is a file, or the id of a plugin or node type of the
/// catalog. 7 when the file could not be used. Throws Failure(usage) when there is no such file or id.
int pluginsInspect(const loader::Catalog& catalog, const std::string& what, bool json, std::ostream& out);

struct ValidateOptions {
  bool json = false;
  std::string filter;             ///< only checks whose name contains it
  std::filesystem::path program;  ///< what runs the checks that load the file, in children; empty: this program
};
/// Runs the validator on a file. 0 when no check failed, else 7. Throws Failure(usage) when there is no such file or
/// check.
int pluginsValidate(const std::filesystem::path& file, const ValidateOptions& options, std::ostream& out);

/// The child of loader and validator: loads the file in this process, which may crash, and tells the result to the
/// parent on stdout. With `check` it runs one check of the validator. For a process of its own only.
int pluginsProbe(const std::filesystem::path& file, const std::string& check = "");

}  // namespace troupe::cli
