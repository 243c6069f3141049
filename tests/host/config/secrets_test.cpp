#include "config/secrets.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "support/temp_dir.hpp"

using namespace troupe;
using config::Secrets;

namespace {

std::filesystem::path secretsFile(const test::TempDir& folder, std::string_view text, mode_t mode = 0600) {
  const auto file = folder.write("secrets.json", text);
  REQUIRE(::chmod(file.c_str(), mode) == 0);
  return file;
}

std::string problemsOf(const Secrets& secrets) {
  std::string text;
  for (const auto& problem : secrets.problems()) text += (text.empty() ? "" : "\n") + format("secrets.json", problem);
  return text;
}

}  // namespace

TEST_CASE("a secret comes from the environment, else from the file", "[config]") {
  const test::TempDir folder;
  const Secrets secrets(secretsFile(folder, R"({ "TEST_A": "file a", // bound to nothing
    "TEST_B": { "value": "file b", "hosts": ["api.example.org", "*.example.com"] } })"));
  ::unsetenv("TEST_A");
  ::setenv("TEST_B", "environment b", 1);
  ::setenv("TEST_C", "environment c", 1);
  ::setenv("TEST_EMPTY", "", 1);
  CHECK(problemsOf(secrets) == "");
  CHECK(secrets.find("TEST_A").value().value == "file a");
  CHECK(secrets.find("TEST_A").value().hosts.empty());
  CHECK(secrets.find("TEST_B").value().value == "environment b");
  CHECK(secrets.find("TEST_B").value().hosts == std::vector<std::string>{"api.example.org", "*.example.com"});
  CHECK(secrets.find("TEST_C").value().value == "environment c");
  CHECK_FALSE(secrets.find("TEST_EMPTY").has_value());
  CHECK_FALSE(secrets.find("TEST_NONE").has_value());
  CHECK_FALSE(secrets.find("A=B").has_value());
  CHECK(secrets.names() == std::vector<std::string>{"TEST_A", "TEST_B"});
  ::unsetenv("TEST_B");
}

TEST_CASE("no secrets file is no problem", "[config]") {
  const test::TempDir folder;
  CHECK(problemsOf(Secrets(folder / "secrets.json")).empty());
  CHECK(problemsOf(Secrets(folder / "no/such/folder/secrets.json")).empty());
}

TEST_CASE("a secrets file that others may read is refused", "[config]") {
  const test::TempDir folder;
  const auto mode = GENERATE(0644, 0640, 0604, 0620, 0602, 0610);
  CAPTURE(mode);
  const Secrets secrets(secretsFile(folder, R"({ "TEST_A": "a" })", static_cast<mode_t>(mode)));
  CHECK_THAT(problemsOf(secrets), Catch::StartsWith("secrets.json: others may read or change it: its mode is 06") &&
                                      Catch::EndsWith("run: chmod 600 " + secrets.file().string()));
  CHECK(secrets.names().empty());
}

TEST_CASE("a secrets file that makes no sense is refused without showing what is in it", "[config]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {R"({ "A": 12345 })", "secrets.json:1:3: /A: \"A\" is a number, not a string or an object"},
      {R"({ "A": "" })", "secrets.json:1:3: /A: \"A\" is empty"},
      {R"({ "A": { "valeu": "s3cr3t" } })",
       "secrets.json:1:10: /A/valeu: unknown key \"valeu\"; did you mean \"value\"?"},
      {R"({ "A": { "value": "s3cr3t", "hosts": "x" } })",
       "secrets.json:1:29: /A/hosts: \"hosts\" is \"x\", not an array"},
      {R"(["s3cr3t"])", "secrets.json:1:1: the value is an array, not an object"},
      {R"({ "A": "s3cr3t)", "secrets.json:1:8: /A: unterminated string that begins here; close it with \""},
  }));
  CAPTURE(text);
  const test::TempDir folder;
  CHECK(problemsOf(Secrets(secretsFile(folder, text))) == expected);
}
