#include "server/router.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace troupe::server {
namespace {

std::vector<std::string_view> segmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

bool isName(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }
bool isRest(std::string_view segment) { return isName(segment) && segment[segment.size() - 2] == '*'; }
std::string nameOf(std::string_view segment) {
  return std::string(segment.substr(1, segment.size() - (isRest(segment) ? 3 : 2)));
}

/// Patterns that take the same paths are equal once their names are gone.
std::string shapeOf(std::string_view pattern) {
  std::string shape;
  for (const auto segment : segmentsOf(pattern))
    shape.append("/").append(isRest(segment) ? "{*}" : isName(segment) ? "{}" : segment);
  return shape;
}

void checkPattern(std::string_view pattern) {
  const auto refuse = [&](const std::string& fact) {
    throw std::invalid_argument("the path \"" + std::string(pattern) + "\" " + fact);
  };
  if (pattern.empty() || pattern[0] != '/') refuse("does not begin with \"/\"");
  const auto segments = segmentsOf(pattern);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto segment = segments[i];
    if (isRest(segment) && i + 1 < segments.size()) refuse("goes on after " + std::string(segment));
    if (!isName(segment)) {
      if (segment.find_first_of("{}*?#% \\") != std::string_view::npos || segment == "." || segment == "..")
        refuse("has a segment \"" + std::string(segment) + "\", which is neither text nor a {name}");
      continue;
    }
    if (std::find(names.begin(), names.end(), nameOf(segment)) != names.end())
      refuse("has the name {" + nameOf(segment) + "} twice");
    names.push_back(nameOf(segment));
  }
}

/// Whether the pattern takes the path. `rank` is greater the more literal it is, from the left; `params` are what its
/// names stand for.
bool takes(std::string_view pattern, const std::vector<std::string_view>& path, std::string& rank,
           std::map<std::string, std::string, std::less<>>& params) {
  const auto segments = segmentsOf(pattern);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto segment = segments[i];
    if (isRest(segment)) {
      if (i >= path.size()) return false;
      std::string rest;
      for (std::size_t k = i; k < path.size(); ++k) rest.append(k == i ? "" : "/").append(path[k]);
      params[nameOf(segment)] = std::move(rest);
      rank += '0';
      return true;
    }
    if (i >= path.size()) return false;
    if (isName(segment)) {
      if (path[i].empty()) return false;
      params[nameOf(segment)] = path[i];
      rank += '1';
    } else if (segment == path[i]) {
      rank += '2';
    } else {
      return false;
    }
  }
  return segments.size() == path.size();
}

}  // namespace

void Router::add(Route route) {
  checkPattern(route.pattern);
  const std::unique_lock lock(mutex_);
  for (const auto& other : routes_)
    if (other->method == route.method && shapeOf(other->pattern) == shapeOf(route.pattern))
      throw std::invalid_argument(route.method + " " + route.pattern + " is taken by " + other->method + " " +
                                  other->pattern);
  routes_.push_back(std::make_shared<const Route>(std::move(route)));
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  const auto segments = segmentsOf(path);
  Match best;
  std::string best_rank;
  const std::shared_lock lock(mutex_);
  for (const auto& route : routes_) {
    std::string rank;
    std::map<std::string, std::string, std::less<>> params;
    if (!takes(route->pattern, segments, rank, params)) continue;
    if (route->method == method || (method == "HEAD" && route->method == "GET")) {
      if (best.route && rank <= best_rank) continue;
      best.route = route;
      best.params = std::move(params);
      best_rank = rank;
    } else {
      best.allowed.push_back(route->method);
    }
  }
  if (best.route) {
    best.allowed.clear();
    return best;
  }
  if (std::find(best.allowed.begin(), best.allowed.end(), "GET") != best.allowed.end()) best.allowed.push_back("HEAD");
  std::sort(best.allowed.begin(), best.allowed.end());
  best.allowed.erase(std::unique(best.allowed.begin(), best.allowed.end()), best.allowed.end());
  return best;
}

std::vector<std::shared_ptr<const Route>> Router::routes() const {
  const std::shared_lock lock(mutex_);
  return routes_;
}

}  // namespace troupe::server
