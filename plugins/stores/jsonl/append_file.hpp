#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <troupe/troupe.hpp>

namespace troupe::jsonl_store {

/// A file that only grows at its end, by whole lines. Other processes may do the same to it at the same time: each
/// holds the file's lock while it reads and appends. Used by one thread at a time.
class AppendFile {
 public:
  /// Opens the file, or makes it (rights 0666 less the umask; those of a file that is there stay). Throws
  /// troupe::Error.
  explicit AppendFile(const std::string& path);
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  ~AppendFile();

  /// The lock among processes, for as long as this object lives.
  class Lock {
   public:
    /// Waits for up to `timeout_ms`, or until `give_up` says so; throws Error(TROUPE_E_OVERLOADED) then.
    Lock(const AppendFile& file, std::int64_t timeout_ms, const std::function<bool()>& give_up);
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

   private:
    const int fd_;
  };

  /// True when the path names this file no more: somebody has moved or removed it.
  bool replaced() const;
  std::uint64_t size() const;
  /// Reads from `offset` to the end in pieces. Needs the lock, as do all below.
  void read(std::uint64_t offset, const std::function<void(std::string_view piece)>& take) const;
  /// Appends all of it, or leaves the file as it was. It is on the disk after sync(). Throws Error(TROUPE_E_TRANSIENT).
  void append(std::string_view text);
  void sync();
  void truncate(std::uint64_t size);

 private:
  Error failed(const std::string& what, int system_error) const;

  const std::string path_;
  int fd_ = -1;
};

}  // namespace troupe::jsonl_store
