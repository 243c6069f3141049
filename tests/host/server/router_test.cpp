#include "server/router.hpp"

#include <catch2/catch.hpp>

#include "server/target.hpp"

using namespace troupe::server;

namespace {

Route route(const std::string& method, const std::string& pattern) {
  return {method, pattern, Right::watch, nullptr, false};
}

/// "GET /a/{x} x=1", or "405 A, B", or "404".
std::string matched(const Router& router, const std::string& method, const std::string& path) {
  const auto match = router.match(method, path);
  std::string text;
  if (match.route) {
    text = match.route->method + " " + match.route->pattern;
    for (const auto& [name, value] : match.params) text += " " + name + "=" + value;
    return text;
  }
  for (const auto& allowed : match.allowed) text += (text.empty() ? "405 " : ", ") + allowed;
  return text.empty() ? "404" : text;
}

int statusOf(const std::string& target) {
  try {
    readTarget(target);
    return 200;
  } catch (const HttpError& error) {
    return error.status();
  }
}

}  // namespace

TEST_CASE("a path finds its route, a literal segment before a name", "[server]") {
  Router router;
  router.add(route("GET", "/"));
  router.add(route("GET", "/runs"));
  router.add(route("POST", "/runs"));
  router.add(route("GET", "/runs/{run}"));
  router.add(route("DELETE", "/runs/{run}"));
  router.add(route("GET", "/runs/latest"));
  router.add(route("GET", "/runs/{run}/samples/{n}"));
  router.add(route("GET", "/assets/{rest*}"));
  router.add(route("GET", "/assets/{name}/info"));

  const auto [method, path, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"GET", "/", "GET /"},
      {"GET", "/runs", "GET /runs"},
      {"HEAD", "/runs", "GET /runs"},
      {"POST", "/runs", "POST /runs"},
      {"PUT", "/runs", "405 GET, HEAD, POST"},
      {"GET", "/runs/", "404"},
      {"GET", "/runs/r1", "GET /runs/{run} run=r1"},
      {"GET", "/runs/latest", "GET /runs/latest"},
      {"DELETE", "/runs/latest", "DELETE /runs/{run} run=latest"},
      {"GET", "/runs/r 1/samples/7", "GET /runs/{run}/samples/{n} n=7 run=r 1"},
      {"GET", "/runs/r1/samples", "404"},
      {"GET", "/runs//samples/7", "404"},
      {"GET", "/assets/a/b.js", "GET /assets/{rest*} rest=a/b.js"},
      {"GET", "/assets/a/info", "GET /assets/{name}/info name=a"},
      {"GET", "/assets", "404"},
      {"POST", "/assets/a", "405 GET, HEAD"},
      {"GET", "/Runs", "404"},
  }));
  CAPTURE(method, path);
  CHECK(matched(router, method, path) == expected);
}

TEST_CASE("a route that is taken, or whose path is none, is refused", "[server]") {
  Router router;
  router.add(route("GET", "/runs/{run}"));
  const auto [pattern, sentence] = GENERATE(table<std::string, std::string>({
      {"/runs/{id}", "GET /runs/{id} is taken by GET /runs/{run}"},
      {"runs", "the path \"runs\" does not begin with \"/\""},
      {"", "the path \"\" does not begin with \"/\""},
      {"/a/{x*}/b", "the path \"/a/{x*}/b\" goes on after {x*}"},
      {"/a/{x}/{x}", "the path \"/a/{x}/{x}\" has the name {x} twice"},
      {"/a/../b", "the path \"/a/../b\" has a segment \"..\", which is neither text nor a {name}"},
      {"/a?b", "the path \"/a?b\" has a segment \"a?b\", which is neither text nor a {name}"},
      {"/a/x{y}", "the path \"/a/x{y}\" has a segment \"x{y}\", which is neither text nor a {name}"},
  }));
  CAPTURE(pattern);
  CHECK_THROWS_WITH(router.add(route("GET", pattern)), sentence);
  CHECK(router.routes().size() == 1);
}

TEST_CASE("a target is decoded segment by segment", "[server]") {
  const auto target = readTarget("/a%20b/%C3%BC/c+d?x=1&y=a+b%26c&x=2&flag&=e&&z=");
  CHECK(target.path == "/a b/\xC3\xBC/c+d");
  CHECK(target.query == std::map<std::string, std::string, std::less<>>{
                            {"x", "1"}, {"y", "a b&c"}, {"flag", ""}, {"", "e"}, {"z", ""}});
  CHECK(target.authority.empty());
  CHECK(readTarget("/").path == "/");
  CHECK(readTarget("/a/").path == "/a/");
  CHECK(readTarget("*").path == "*");
  CHECK(readTarget("/?").query.empty());
  const auto absolute = readTarget("http://example.org:81/a?b=c");
  CHECK(absolute.authority == "example.org:81");
  CHECK(absolute.path == "/a");
  CHECK(absolute.query.at("b") == "c");
  CHECK(readTarget("http://example.org").path == "/");
  CHECK(readTarget("http://example.org?x=1").path == "/");
}

TEST_CASE("a target that might be taken for another one is refused", "[server]") {
  const auto target =
      GENERATE(as<std::string>(), "", "a", "/..", "/a/../b", "/%2e%2e/b", "/%2E./b", "/./a", "/a%2fb", "/a%2Fb",
               "/a\\b", "/a%5cb", "/a%00b", "/a%0ab", "/a%7f", "/a%", "/a%2", "/a%zz", "/%ff", "/%C3", "/%c0%af",
               "/a?x=%", "/a?x=%00", "/a?%ff", "example.org:443", "http://", "http:///a");
  CAPTURE(target);
  CHECK(statusOf(target) == 400);
}
