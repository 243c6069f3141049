#include "support/replaced_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

#include "support/problem.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

std::size_t filesIn(const TempDir& dir) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()));
}

void replace(const fs::path& path, const std::string& text) {
  ReplacedFile file(path);
  file.out() << text;
  file.finish();
  CHECK(readFile(file.written()) == text);
  file.commit();
}

}  // namespace

TEST_CASE("a file is replaced when it is committed, and not before", "[support]") {
  const TempDir dir;
  const auto path = dir.write("f", "old");
  {
    ReplacedFile file(path);
    file.out() << "new";
    file.finish();
    CHECK(readFile(path) == "old");
  }
  CHECK(readFile(path) == "old");
  CHECK(filesIn(dir) == 1);
  replace(path, "new");
  CHECK(readFile(path) == "new");
  CHECK(filesIn(dir) == 1);
}

TEST_CASE("a new file of the longest name, and two at once", "[support]") {
  const TempDir dir;
  const auto name = std::string(255, 'n');
  replace(dir / name, "x");
  CHECK(readFile(dir / name) == "x");
  ReplacedFile one(dir / "one"), two(dir / "two");
  one.out() << 1;
  two.out() << 2;
  one.finish();
  two.finish();
  one.commit();
  two.commit();
  CHECK(readFile(dir / "one") == "1");
  CHECK(readFile(dir / "two") == "2");
}

TEST_CASE("a link that leads nowhere yet is followed", "[support]") {
  const TempDir dir;
  fs::create_symlink("target", dir / "link");
  replace(dir / "link", "x");
  CHECK(fs::is_symlink(dir / "link"));
  CHECK(readFile(dir / "target") == "x");
}

TEST_CASE("a device is written to directly, and may be full", "[support]") {
  replace("/dev/null", "");
  ReplacedFile full("/dev/full");
  full.out() << std::string(100'000, 'x');
  CHECK_THROWS_WITH(full.finish(), "cannot write /dev/full: No space left on device; make room, or write it elsewhere");
}

TEST_CASE("a folder that is not there, and one in the place", "[support]") {
  const TempDir dir;
  CHECK_THROWS_WITH(ReplacedFile(dir / "no/f"),
                    "cannot write " + (dir / "no/f").string() + ": No such file or directory; make its folder first");
  CHECK_THROWS_WITH(ReplacedFile(dir.path()), "cannot write " + dir.path().string() + ": Is a directory");
  CHECK(filesIn(dir) == 0);
}
