// troupe secrets: what is typed is not shown, and is kept where only the user may read it.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "program/sandbox.hpp"

namespace troupe::test {
namespace {

const std::string kValue = "sk-very-secret-1234";

std::filesystem::path secretsFile(const Sandbox& box) { return box.folder("config") / "troupe" / "secrets.json"; }

std::string contentOf(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

Result set(const Sandbox& box, const std::string& value, std::vector<std::string> arguments) {
  auto options = box.options();
  options.input = box.write("value.txt", value);
  arguments.insert(arguments.begin(), {"secrets", "set"});
  return box.run(arguments, options);
}

unsigned modeOf(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

TEST_CASE("a secret typed at a terminal is not shown, and kept for its user alone", "[secrets]") {
  const Sandbox box;
  auto options = box.options();
  options.terminal = true;
  const auto program = box.start({"secrets", "set", "MY_KEY", "--host", "api.example.com"}, options);
  program->waitFor("Value of MY_KEY (it is not shown): ");
  program->type(kValue + "x\x7f\r");
  CHECK(program->wait().code == 0);
  CHECK(program->out().find("sk-very") == std::string::npos);
  CHECK(program->out().find("for api.example.com") != std::string::npos);
  CHECK(modeOf(secretsFile(box)) == 0600);
  CHECK(contentOf(secretsFile(box)).find("\"" + kValue + "\"") != std::string::npos);
}

TEST_CASE("Ctrl-C and Ctrl-D keep nothing", "[secrets]") {
  const auto key = GENERATE("\x03", "\x04");
  const Sandbox box;
  auto options = box.options();
  options.terminal = true;
  const auto program = box.start({"secrets", "set", "MY_KEY"}, options);
  program->waitFor("Value of MY_KEY");
  program->type(key);
  CHECK(program->wait().code == 8);
  CHECK_FALSE(std::filesystem::exists(secretsFile(box)));
}

TEST_CASE("a secret from standard input leaves the others as they are", "[secrets]") {
  const Sandbox box;
  CHECK(set(box, "one\n", {"ONE", "--host", "*.example.com", "--host", "localhost:8080"}).code == 0);
  const auto second = set(box, kValue, {"TWO"});  // The last line may have no end.
  CHECK(second.code == 0);
  CHECK(second.out.find("bound to no host") != std::string::npos);
  CHECK(set(box, "other\r\n", {"ONE"}).code == 0);
  const auto listed = box.run({"secrets", "list"});
  CHECK(listed.out == "ONE: *.example.com, localhost:8080\nTWO: any host\n");
  CHECK(box.run({"secrets", "list", "--json"}).out ==
        R"([{"name":"ONE","hosts":["*.example.com","localhost:8080"]},{"name":"TWO","hosts":[]}])"
        "\n");
  CHECK(contentOf(secretsFile(box)).find("\"other\"") != std::string::npos);
  CHECK(contentOf(secretsFile(box)).find(kValue) != std::string::npos);
  CHECK(box.run({"secrets", "remove", "ONE"}).code == 0);
  CHECK(box.run({"secrets", "list"}).out == "TWO: any host\n");
  CHECK(box.run({"secrets", "remove", "ONE"}).code == 2);
}

TEST_CASE("what cannot be a secret is refused, and nothing is kept", "[secrets]") {
  struct Row {
    std::string value;
    std::vector<std::string> arguments;
    std::string says;
  };
  const auto row = GENERATE(values<Row>({{"x", {"2KEY"}, "is no name of a secret"},
                                         {"", {"KEY"}, "the value is empty"},
                                         {"a\x1b[0m", {"KEY"}, "control characters"},
                                         {std::string(70000, 'x'), {"KEY"}, "more than 64 KiB"},
                                         {"x", {"KEY", "--host", "https://a.example/v1"}, "is no host"},
                                         {"x", {"KEY", "--host", "a", "--any-host"}, "exclude each other"},
                                         {"x", {}, "usage"}}));
  const Sandbox box;
  const auto result = set(box, row.value, row.arguments);
  CHECK(result.code == 2);
  CHECK_THAT(result.err, Catch::Contains(row.says));
  CHECK_FALSE(std::filesystem::exists(secretsFile(box)));
}

TEST_CASE("a secrets file that is broken or open to others stays as it is", "[secrets]") {
  const bool broken = GENERATE(true, false);
  const Sandbox box;
  std::filesystem::create_directories(secretsFile(box).parent_path());
  const std::string content = broken ? "{\"KEY\": 7}" : "{\"KEY\": \"value\"}";
  std::ofstream(secretsFile(box)) << content;
  std::filesystem::permissions(secretsFile(box), std::filesystem::perms(broken ? 0600 : 0644));
  const auto result = set(box, "new", {"OTHER"});
  CHECK(result.code == 2);
  CHECK_THAT(result.err, Catch::Contains(broken ? "is a number, not a string" : "chmod 600"));
  CHECK(contentOf(secretsFile(box)) == content);
}

TEST_CASE("secrets that are set at once are all kept", "[secrets]") {
  const Sandbox box;
  std::vector<std::unique_ptr<Process>> programs;
  for (int i = 0; i < 12; ++i) {
    auto options = box.options();
    options.input = box.write("value" + std::to_string(i), "value" + std::to_string(i));
    programs.push_back(box.start({"secrets", "set", "KEY_" + std::to_string(i)}, options));
  }
  for (const auto& program : programs) CHECK(program->wait().code == 0);
  const auto listed = box.run({"secrets", "list"}).out;
  CHECK(Process::count(listed, ": any host\n") == 12);
}

}  // namespace
}  // namespace troupe::test
