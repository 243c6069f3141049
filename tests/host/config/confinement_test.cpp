#include "config/confinement.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "config/pipeline_config.hpp"
#include "host/config/test_types.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using namespace troupe::config;

namespace {

namespace fs = std::filesystem;

/// A data folder with links that lead out of it, and a secrets file.
struct Place {
  test::TempDir around;
  fs::path data = around / "data", secrets;
  Place() {
    fs::create_directories(data / "below");
    fs::create_directories(around / "outside");
    fs::create_directories(around / "data-neighbour");
    around.write("outside/file", "x");
    fs::create_symlink(around / "outside", data / "link_out");
    fs::create_symlink(around / "outside/file", data / "link_file");
    fs::create_symlink(around / "outside/not yet", data / "link_dangling");
    fs::create_symlink("below/../../outside", data / "link_relative");
    fs::create_symlink("link_loop", data / "link_loop");
    fs::create_symlink("below", data / "link_in");
    fs::create_symlink(data, around / "link_to_data");
    secrets = around.write("secrets.json",
                           R"({ "UNBOUND": "value-1", "BOUND": { "value": "value-2", "hosts": ["api.example.org"] },
      "WILD": { "value": "value-3", "hosts": ["*.wild.example", "api.example.org"] } })");
    ::chmod(secrets.c_str(), 0600);
  }
  CheckOptions options() const {
    return {data, {}, true, Confinement{data, secrets, {"127.0.0.1:11434", "ollama.localhost"}}};
  }
};

void replaceAll(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::vector<fs::path> samples() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(TROUPE_TEST_DATA "/confined"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

// TROUPE_WRITE_EXPECTED=1 writes the reports instead of comparing them; look at each one before you commit it.
TEST_CASE("each pipeline that asks for more than it may gets exactly the report beside it", "[config]") {
  const Place place;
  ::setenv("TEST_SECRET", "s3cr3t", 1);
  const test::TestTypes types;
  const auto files = samples();
  REQUIRE(files.size() > 50);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    std::string report = "accepted";
    try {
      checkPipeline(test::readFile(file), file.filename().string(), types, place.options());
    } catch (const Problems& problems) {
      report = problems.what();
    }
    replaceAll(report, place.around.path().string(), "{around}");
    const auto expected = fs::path(file).replace_extension(".expected");
    if (std::getenv("TROUPE_WRITE_EXPECTED") != nullptr) std::ofstream(expected) << report << '\n';
    CHECK(report + '\n' == test::readFile(expected));
    CHECK((report == "accepted") == (file.filename().string().compare(0, 6, "valid_") == 0));
    CHECK(report.find("value-") == std::string::npos);
    CHECK(report.find("s3cr3t") == std::string::npos);
  }
}

TEST_CASE("overrides are confined too", "[config]") {
  const Place place;
  const test::TestTypes types;
  auto options = place.options();
  options.overrides = {{"nodes.stories.options.path", "/etc/x"}};
  CHECK_THROWS_WITH(
      checkPipeline(test::readFile(TROUPE_TEST_DATA "/confined/valid_listed_private.json"), "p.json", types, options),
      Catch::Contains("\"/etc/x\" leads out of the server's data folder (as set on the command line)"));
}

TEST_CASE("a secrets file that cannot be used gives no secret to anybody", "[config]") {
  const Place place;
  const test::TestTypes types;
  ::chmod(place.secrets.c_str(), 0644);
  CHECK_THROWS_WITH(checkPipeline(test::readFile(TROUPE_TEST_DATA "/confined/valid_all_of_it.json"), "p.json", types,
                                  place.options()),
                    Catch::Contains("the secrets file cannot be used"));
}

TEST_CASE("a path lies below a folder wherever links lead", "[config]") {
  const Place place;
  const auto below = [&](const fs::path& path) { return liesBelow(path, place.data); };
  CHECK(below(place.data / "x"));
  CHECK(below(place.data / "below/x/y"));
  CHECK(below(place.data / "link_in/x"));
  CHECK(below(place.around / "link_to_data/x"));
  CHECK(liesBelow(place.data / "x", place.around / "link_to_data"));
  CHECK_FALSE(below(place.data));
  CHECK_FALSE(below(place.data / "below/.."));
  CHECK_FALSE(below(place.data / "link_in/../.."));
  CHECK_FALSE(below(place.data / "link_out/x"));
  CHECK_FALSE(below(place.data / "link_out/../data-neighbour/x"));
  CHECK_FALSE(below(place.data / "link_dangling"));
  CHECK_FALSE(below(place.data / "link_loop"));
  CHECK_FALSE(below("/"));
  CHECK(liesBelow("/x", "/"));
}

TEST_CASE("a host is private in whatever notation", "[config]") {
  for (const std::string host : {"127.0.0.1",
                                 "127.255.0.1",
                                 "2130706433",
                                 "0x7f000001",
                                 "0x7F.1",
                                 "0177.0.0.01",
                                 "127.1",
                                 "0",
                                 "10.0.0.0",
                                 "172.16.0.0",
                                 "172.31.255.255",
                                 "192.168.255.255",
                                 "169.254.169.254",
                                 "100.64.0.0",
                                 "100.127.255.255",
                                 "198.18.0.1",
                                 "224.0.0.1",
                                 "240.0.0.1",
                                 "255.255.255.255",
                                 "::",
                                 "::1",
                                 "::ffff:10.0.0.1",
                                 "::ffff:a00:1",
                                 "::127.0.0.1",
                                 "fe80::1",
                                 "fe80::1%eth0",
                                 "fc00::1",
                                 "fdff::1",
                                 "fec0::1",
                                 "ff02::1",
                                 "64:ff9b::a00:1",
                                 "64:ff9b:1::1",
                                 "2002:a00:1::",
                                 "localhost",
                                 "x.localhost"}) {
    CAPTURE(host);
    CHECK(isPrivateHost(host));
  }
  for (const std::string host :
       {"1.1.1.1",          "9.255.255.255",   "11.0.0.0",    "172.15.255.255",        "172.32.0.0",
        "192.167.255.255",  "192.169.0.0",     "169.253.0.1", "100.63.255.255",        "100.128.0.0",
        "198.17.0.1",       "223.255.255.255", "134744072",   "2606:4700::1111",       "::ffff:8.8.8.8",
        "64:ff9b::808:808", "2002:808:808::",  "example.org", "localhost.example.org", "notlocalhost"}) {
    CAPTURE(host);
    CHECK_FALSE(isPrivateHost(host));
  }
}

TEST_CASE("the host of a URL is what a client would connect to", "[config]") {
  const auto host = [](const std::string& url) {
    const auto found = hostOf(url);
    return found ? found->host + (found->port.empty() ? "" : " " + found->port) : "none";
  };
  CHECK(host("https://Example.ORG/x") == "example.org");
  CHECK(host("https://example.org:8080?x@y") == "example.org 8080");
  CHECK(host("https://user:pass@example.org:1/") == "example.org 1");
  CHECK(host("https://a@b@example.org#c") == "example.org");
  CHECK(host("https://[2001:DB8::1]:443/") == "2001:db8::1 443");
  CHECK(host("https://[2001:db8::1]") == "2001:db8::1");
  CHECK(host("https://example.org.") == "example.org");
  CHECK(host("https://ex%61mple.org") == "example.org");
  for (const std::string bad :
       {"https://", "https:///", "https://:80", "https://a b", "https://a\\b", "https://a%", "https://a%2fb",
        "https://[::1", "https://[::1]x", "https://a:b", "https://\xc3\xbc", "example.org", "https://a%00b"})
    CHECK(host(bad) == "none");
}
