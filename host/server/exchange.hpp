#pragma once

#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/request_head.hpp"
#include "support/problem.hpp"

namespace troupe::server {

class Wire;

/// What a client may do. Each right includes those before it.
enum class Right { none, watch, operate };

/// Who asks.
struct Principal {
  std::string name;  ///< of the token; "local" where none is needed; empty when nobody is known
  Right right = Right::none;
  std::string only_run;  ///< of a ticket: the one run (its id) that may be watched; empty: all
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// An answer that is no success: thrown by handlers, sent as application/problem+json (RFC 9457) with `errors`
/// [{pointer, line, column, detail, repair}].
class HttpError : public std::runtime_error {
 public:
  HttpError(int status, const std::string& detail, std::vector<Problem> problems = {}, Headers headers = {})
      : std::runtime_error(detail), status_(status), problems_(std::move(problems)), headers_(std::move(headers)) {}
  int status() const noexcept { return status_; }
  const std::vector<Problem>& problems() const noexcept { return problems_; }
  const Headers& headers() const noexcept { return headers_; }

 private:
  int status_;
  std::vector<Problem> problems_;
  Headers headers_;
};

/// One request and its answer, on one of the server's threads. Exactly one of the functions that answer is called.
class Exchange {
 public:
  /// Both are the connection's and outlive the exchange. Throws HttpError(400) when the target is no address.
  Exchange(Wire& wire, const RequestHead& head);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const std::string& method() const { return head_.method; }
  const std::string& path() const { return path_; }  ///< decoded, without the public prefix and the query
  /// A {name} of the route's pattern, decoded; "" when it has none.
  std::string param(std::string_view name) const;
  std::optional<std::string> query(std::string_view name) const;
  /// Decimal query parameter within [low, high], or the fallback; throws HttpError(400) naming it.
  std::int64_t queryInteger(std::string_view name, std::int64_t fallback, std::int64_t low, std::int64_t high) const;
  /// Values of several headers of the same name are joined by ", "; "" when there is none.
  std::string header(std::string_view name) const;
  /// Reads the body, at most the limit: throws HttpError(413), HttpError(408) when it does not come, HttpError(400)
  /// when it is cut.
  const std::string& body();
  const Principal& principal() const { return principal_; }
  std::string clientAddress() const;  ///< of the peer, without port
  /// Prefix of paths as the client sees them ("" or "/troupe"), for links.
  const std::string& base() const { return base_; }

  void json(int status, std::string_view json, const Headers& headers = {});
  void send(int status, std::string_view content_type, std::string_view body, const Headers& headers = {});
  void empty(int status, const Headers& headers = {});
  /// A body of unknown length, chunked; written before the handler returns. Must not be kept. Throws std::ios::failure
  /// when the client is gone; a handler that throws cuts the body, so that the client notices.
  std::ostream& stream(int status, std::string_view content_type, const Headers& headers = {});
  void problem(const HttpError& error);
  /// Takes the socket for an event stream; the caller sends head and body. `log_status` is what the access log says.
  Poco::Net::StreamSocket detach(int log_status = 200);

  bool answered() const { return status_ != 0; }
  int status() const { return status_; }
  std::uint64_t sent() const { return sent_; }

  // Set by the server before the handler runs.
  void setBase(std::string base) { base_ = std::move(base); }
  void setPath(std::string path) { path_ = std::move(path); }
  void setParams(std::map<std::string, std::string, std::less<>> params) { params_ = std::move(params); }
  void setPrincipal(Principal principal) { principal_ = std::move(principal); }
  /// Headers that every answer of this request carries (CORS, security).
  void setCommonHeaders(Headers headers) { common_ = std::move(headers); }
  const Headers& commonHeaders() const { return common_; }
  /// Content-Security-Policy of answers that are HTML; the others have the one among the common headers.
  void setHtmlPolicy(std::string policy) { html_policy_ = std::move(policy); }
  const RequestHead& head() const { return head_; }
  /// Host and port that the request was sent to, as the Host header or the absolute address says.
  const std::string& authority() const { return authority_; }
  /// Ends a body that was streamed. [after the handler]
  void finish();
  /// Whether the connection can take another request.
  bool reusable() const;
  const Wire& wire() const { return wire_; }
  void forbidReuse() { keep_alive_ = false; }
  /// Asked when the answer begins: whether the connection may be kept for another request.
  void reuseIf(std::function<bool()> may_reuse) { may_reuse_ = std::move(may_reuse); }

 private:
  class Chunks;
  std::string beginning(int status, std::string_view content_type, const Headers& headers,
                        std::optional<std::uint64_t> length);

  Wire& wire_;
  const RequestHead& head_;
  std::string base_;
  std::string authority_;
  std::string path_;
  std::map<std::string, std::string, std::less<>> params_;
  std::map<std::string, std::string, std::less<>> query_;
  Principal principal_;
  Headers common_;
  std::string html_policy_;
  std::optional<std::string> body_;
  std::unique_ptr<Chunks> chunks_;
  std::unique_ptr<std::ostream> stream_;
  std::function<bool()> may_reuse_;
  bool keep_alive_;
  std::string client_;  // Once the socket is detached.
  int status_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace troupe::server
