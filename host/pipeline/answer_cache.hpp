#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "loader/manifest.hpp"

namespace troupe::journal::sqlite {
class Connection;
class Error;
}  // namespace troupe::journal::sqlite

namespace troupe::pipeline {

/// Answers of providers by exact request, in a file that several processes may share. Whatever goes wrong with it is
/// told once and makes no call fail: what cannot be read is unknown, what cannot be written is not kept. [any thread]
class AnswerCache {
 public:
  using Warn = std::function<void(const std::string&)>;

  AnswerCache(std::filesystem::path file, Warn warn);
  ~AnswerCache();
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  std::optional<std::string> find(const std::string& key);
  void keep(const std::string& key, const std::string& answer);

 private:
  void open();
  void setAside(const std::string& why);
  void fail(const std::string& why);
  void guarded(const std::function<void()>& use);

  const std::filesystem::path file_;
  const Warn warn_;

  std::mutex mutex_;                                         // Guards all below.
  std::unique_ptr<journal::sqlite::Connection> connection_;  // Null: the cache is of no use.
  bool set_aside_ = false;                                   // A file was, by this object.
};

/// What of a request makes it the same as another one: who is asked, and the input without what names the run, the
/// sample, or how long others took. `provider` is the same for all requests of a node, see providerKey().
std::string requestKey(const loader::NodeType& type, std::string_view provider, std::string_view input);
std::string providerKey(const std::string& type, const std::string& version, const std::string& sha256,
                        const std::string& options);

/// An emission as it flows when it comes from the cache: it costs nothing.
std::string cachedEmission(std::string_view emitted);
/// Whether an answer that was accepted is worth keeping: the model came to its end.
bool isWholeAnswer(std::string_view emitted);

}  // namespace troupe::pipeline
