#pragma once

#include <filesystem>

namespace troupe::loader {

/// A folder for a child that runs a plugin: what the plugin's example creates there, a database for example, is gone
/// with this object. Without one (a full disk) the path is empty, and the child stays in our folder.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace troupe::loader
