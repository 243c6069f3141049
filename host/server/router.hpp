#pragma once

#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/exchange.hpp"

namespace troupe::server {

using Handler = std::function<void(Exchange&)>;

struct Route {
  std::string method;   ///< GET also answers HEAD
  std::string pattern;  ///< "/api/v1/runs/{run}": a name takes one segment; "{rest*}" at the end takes all that follow
  Right right = Right::watch;
  Handler handle;
  bool ticket = false;  ///< may be used with a ticket for its {run}
};

/// Which handler answers which path.
class Router {
 public:
  /// Throws std::invalid_argument when method and pattern are taken. [any thread]
  void add(Route route);

  struct Match {
    std::shared_ptr<const Route> route;  ///< null: no such path, or not with this method
    std::map<std::string, std::string, std::less<>> params;
    std::vector<std::string> allowed;  ///< methods that the path knows, where this one is not among them
  };
  /// `path` is decoded segment by segment; a literal segment goes before a name.
  Match match(std::string_view method, std::string_view path) const;
  /// All routes, in the order of their adding.
  std::vector<std::shared_ptr<const Route>> routes() const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<const Route>> routes_;  // Guarded by mutex_.
};

}  // namespace troupe::server
