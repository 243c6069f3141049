#include "server/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace troupe::server {
namespace {

bool isMetricName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

void escape(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    out += c;
  }
}

void head(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
  out.append("# HELP ").append(name).append(" ");
  escape(out, help, false);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void line(std::string& out, std::string_view name, const Metrics::Labels& labels, double value) {
  out += name;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    out.append(i == 0 ? "{" : ",").append(labels[i].first).append("=\"");
    escape(out, labels[i].second, true);
    out += '"';
  }
  out.append(labels.empty() ? " " : "} ").append(number(value)).append("\n");
}

/// Clients may send any word as a method; each would be a series of its own.
std::string knownMethod(std::string_view method) {
  for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (method == known) return std::string(method);
  return "other";
}

}  // namespace

void Metrics::add(Kind kind, std::string name, std::string help, std::function<std::vector<Sample>()> read) {
  if (!isMetricName(name)) throw std::invalid_argument("\"" + name + "\" is no name of a metric");
  if (kind == Kind::counter && (name.size() < 6 || name.substr(name.size() - 6) != "_total"))
    throw std::invalid_argument("the counter " + name + " does not end with _total");
  const std::lock_guard lock(mutex_);
  for (const auto& family : families_)
    if (family.name == name) throw std::invalid_argument("there is a metric " + name);
  families_.push_back({kind, std::move(name), std::move(help), std::move(read)});
}

void Metrics::gauge(std::string name, std::string help, std::function<double()> read) {
  add(Kind::gauge, std::move(name), std::move(help), [read = std::move(read)] {
    return std::vector<Sample>{{{}, read()}};
  });
}

void Metrics::counter(std::string name, std::string help, std::function<double()> read) {
  add(Kind::counter, std::move(name), std::move(help), [read = std::move(read)] {
    return std::vector<Sample>{{{}, read()}};
  });
}

void Metrics::request(std::string_view method, std::string_view route, int status, double seconds) {
  auto known = knownMethod(method);
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  const std::lock_guard lock(mutex_);
  ++requests_[{known, std::string(route), status}];
  auto& histogram = durations_[{std::move(known), std::string(route)}];
  if (static_cast<std::size_t>(bucket) < kBounds.size()) ++histogram.buckets[static_cast<std::size_t>(bucket)];
  ++histogram.count;
  histogram.sum += seconds;
}

void Metrics::writeRequests(std::string& out) const {
  head(out, "troupe_http_requests_total", "Requests that were answered.", "counter");
  for (const auto& [key, count] : requests_) {
    const auto& [method, route, code] = key;
    line(out, "troupe_http_requests_total", {{"method", method}, {"route", route}, {"code", std::to_string(code)}},
         static_cast<double>(count));
  }
  head(out, "troupe_http_request_duration_seconds",
       "Time from the complete head of a request to the end of its answer.", "histogram");
  for (const auto& [key, histogram] : durations_) {
    const Labels labels{{"method", key.first}, {"route", key.second}};
    std::uint64_t below = 0;
    for (std::size_t i = 0; i <= kBounds.size(); ++i) {
      below = i < kBounds.size() ? below + histogram.buckets[i] : histogram.count;
      auto with_bound = labels;
      with_bound.emplace_back("le", i < kBounds.size() ? number(kBounds[i]) : "+Inf");
      line(out, "troupe_http_request_duration_seconds_bucket", with_bound, static_cast<double>(below));
    }
    line(out, "troupe_http_request_duration_seconds_sum", labels, histogram.sum);
    line(out, "troupe_http_request_duration_seconds_count", labels, static_cast<double>(histogram.count));
  }
}

std::string Metrics::text() const {
  std::string out;
  std::vector<Family> families;
  {
    const std::lock_guard lock(mutex_);
    writeRequests(out);
    families = families_;
  }
  for (const auto& family : families) {
    head(out, family.name, family.help, family.kind == Kind::gauge ? "gauge" : "counter");
    for (const auto& sample : family.read()) line(out, family.name, sample.labels, sample.value);
  }
  return out;
}

}  // namespace troupe::server
