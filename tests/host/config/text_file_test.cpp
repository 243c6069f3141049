#include "config/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "support/temp_dir.hpp"

using namespace troupe;
using troupe::config::readTextFile;

namespace {

std::string refusal(const std::filesystem::path& file, std::size_t limit) {
  std::vector<Problem> problems;
  const auto text = readTextFile(file, limit, problems);
  CHECK(text.has_value() == problems.empty());
  return problems.empty() ? "" : format("f", problems.at(0));
}

}  // namespace

TEST_CASE("a file is read up to the limit", "[config]") {
  const test::TempDir folder;
  std::vector<Problem> problems;
  CHECK(readTextFile(folder.write("a", "12345678"), 8, problems) == "12345678");
  CHECK(readTextFile(folder.write("empty", ""), 8, problems) == "");
  CHECK(problems.empty());
  CHECK(refusal(folder.write("b", "123456789"), 8) == "f: the file has 9 bytes; at most 8 are read");
}

TEST_CASE("what cannot be read is refused with the reason", "[config]") {
  const test::TempDir folder;
  CHECK(refusal(folder / "nothing", 8) == "f: cannot be read: No such file or directory");
  CHECK(refusal(folder.path(), 8) == "f: is a folder; name a file");
  CHECK(refusal("/dev/zero", 100'000) == "f: the file has more than 100000 bytes; at most 100000 are read");

  const auto file = folder.write("secret", "x");
  ::chmod(file.c_str(), 0);
  if (::geteuid() != 0) CHECK(refusal(file, 8) == "f: cannot be read: Permission denied");
}

TEST_CASE("a file of 100 MB is refused unread", "[config]") {
  const test::TempDir folder;
  const auto file = folder.write("huge", "");
  REQUIRE(::truncate(file.c_str(), 100'000'000) == 0);
  CHECK(refusal(file, 16u << 20) == "f: the file has 100000000 bytes; at most 16777216 are read");
}
