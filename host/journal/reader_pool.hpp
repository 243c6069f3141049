#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "journal/failures.hpp"
#include "journal/sqlite.hpp"

namespace troupe::journal {

/// Connections for reading, one per thread that reads at the moment. They take no lock and make no file: a journal that
/// does not exist yet reads as an empty one.
class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

  /// Calls `read` with a connection inside one read transaction, so that all it sees belongs together. Returns `empty`
  /// when there is no journal yet. Throws Failure(journal). [any thread]
  template <typename Result, typename Read>
  Result read(Result empty, Read&& read) {
    try {
      auto connection = borrow();
      if (!connection) return empty;
      Result result = [&] {
        sqlite::Transaction snapshot(*connection, sqlite::Transaction::Kind::read);
        return read(*connection);
      }();
      giveBack(std::move(connection));
      return result;
    } catch (const sqlite::Error& error) {
      throw failure(file_, error);
    }
  }

  /// Closes the connections that nobody uses.
  void close();

  /// Without a transaction, for a copy of the whole file.
  std::unique_ptr<sqlite::Connection> borrow();

 private:
  std::unique_ptr<sqlite::Connection> open() const;
  void giveBack(std::unique_ptr<sqlite::Connection> connection);

  const std::filesystem::path file_;
  std::mutex mutex_;  // Guards all below.
  std::vector<std::unique_ptr<sqlite::Connection>> idle_;
};

}  // namespace troupe::journal
