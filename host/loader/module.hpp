#pragma once

#include <troupe/troupe.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/problem.hpp"

namespace troupe::loader {

/// Why a module or a node cannot be used.
class Unusable : public Failure {
 public:
  enum class Cause {
    missing_here,      ///< a library or symbol is not on this machine: may be mended without a change of the file
    manifest_differs,  ///< the table's manifest is not the section's
    breach,            ///< the plugin breaks the ABI's rules
    refused,           ///< the plugin itself says no, with a sentence
  };
  Unusable(Cause cause, const std::string& message) : Failure(ExitCode::plugin_unusable, message), cause_(cause) {}
  Cause cause() const noexcept { return cause_; }

 private:
  Cause cause_;
};

/// A plugin's module in this process, opened through Boost.DLL (now, local). Once opened it stays mapped until the
/// process ends; init() and deinit() frame the life of this object.
class Module {
 public:
  /// Opens `copy`; init() is given a host without extensions, whose log() is silent. Checks the exported table: size,
  /// manifest equal to `manifest_text`, node ids as in the manifest, no missing function. Throws
  /// Failure(plugin_unusable) with fact and repair.
  Module(const std::filesystem::path& copy, std::string sha256, std::string_view manifest_text);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// The table of a node type, copied into full-size zeroed memory so that shorter ones of older plugins can be read;
  /// nullptr if unknown.
  const troupe_node* node(std::string_view id) const;
  const std::string& pluginId() const;
  const std::string& version() const;
  const std::string& sha256() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One instance of a node type: create() in the constructor, destroy() in the destructor. Keeps its module mapped.
class Instance {
 public:
  /// `host` must outlive the instance. Throws Unusable with the plugin's own sentence when create()
  /// fails.
  Instance(std::shared_ptr<Module> module, std::string_view node_type, const troupe_host* host,
           std::string_view options_json);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Calls the plugin's run(); returns its code. What it throws against the rules becomes the call's failure. [as the
  /// manifest's concurrency allows]
  int run(troupe_call* call) const;
  const Module& module() const { return *module_; }

 private:
  std::shared_ptr<Module> module_;
  const troupe_node* node_ = nullptr;
  void* self_ = nullptr;
};

}  // namespace troupe::loader
