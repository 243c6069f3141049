#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/http/message.hpp"

namespace troupe::services {

/// One request and what came of it. Nothing in it is secret: the request is as the plugin wrote it, the answer as the
/// plugin got it.
struct Exchange {
  std::optional<HttpHead> head;
  std::string body;
  std::optional<HttpFailure> failure;
};

/// What makes a request the same one again: all that is sent, and the call that sends it.
struct ExchangeKey {
  std::string request;     ///< sha256 of method, address, headers and body
  std::uint64_t call = 0;  ///< CallContext::identity()
};
ExchangeKey exchangeKey(const HttpRequest& request, std::uint64_t call);

/// A recording is a folder with one file, `exchanges.jsonl`: a line an exchange, in the order of their ends.
class Recorder {
 public:
  /// Makes the folder, and goes on with a recording that is there. Throws Failure(usage) with a sentence.
  explicit Recorder(const std::filesystem::path& folder);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  /// Throws HttpFailure when it cannot be written. [any thread]
  void add(const ExchangeKey& key, const HttpRequest& request, const Exchange& exchange);

 private:
  const std::filesystem::path file_;
  std::mutex mutex_;
  int fd_ = -1;
};

/// Gives the answers of a recording again: to the call that got them, in that call's order; to a request of another
/// call that is the same to the byte, in the order of the recording.
class Replay {
 public:
  /// Reads where everything is, not the answers. Throws Failure(usage) with place, fact and repair.
  explicit Replay(const std::filesystem::path& folder);
  /// Throws HttpFailure when there is no answer left. [any thread]
  Exchange next(const ExchangeKey& key, const HttpRequest& request);

 private:
  struct Entry {
    std::streamoff offset;
    std::size_t size;
    std::uint64_t call;
    bool given = false;
  };
  const std::filesystem::path file_;
  std::mutex mutex_;  // Guards all below.
  std::ifstream in_;
  std::map<std::string, std::vector<Entry>, std::less<>> entries_;  // By the request's hash.
};

}  // namespace troupe::services
