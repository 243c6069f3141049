#include "server/pipeline_store.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "support/problem.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using server::PipelineStore;
using test::TempDir;

namespace {

PipelineStore::Condition absent() {
  PipelineStore::Condition condition;
  condition.must_be_absent = true;
  return condition;
}
PipelineStore::Condition with(const std::string& etag) {
  PipelineStore::Condition condition;
  condition.etags = {etag};
  return condition;
}

}  // namespace

TEST_CASE("only plain names are names of pipelines", "[server][pipelines]") {
  for (const auto* good : {"a", "stories.json", "A-b_c.9", "a..b"}) CHECK(PipelineStore::isName(good));
  CHECK(PipelineStore::isName(std::string(100, 'a')));
  for (const auto* bad : {"", ".", "..", ".hidden", "a/b", "a b", "a\\b", "a%2e", "ä", "a\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(PipelineStore::isName(bad));
  }
  CHECK_FALSE(PipelineStore::isName(std::string(101, 'a')));
  CHECK_FALSE(PipelineStore::isName(std::string("a\0b", 3)));
}

TEST_CASE("a stored pipeline is what was saved, and changes only under its condition", "[server][pipelines]") {
  const TempDir dir;
  PipelineStore store(dir / "p");
  CHECK(store.list().empty());
  CHECK_FALSE(store.read("a"));
  CHECK(store.write("a", "one", with("\"x\"")) == PipelineStore::Change::refused);
  CHECK(store.write("a", "one", absent()) == PipelineStore::Change::made);
  CHECK(store.write("a", "two", absent()) == PipelineStore::Change::refused);
  const auto first = store.read("a");
  REQUIRE(first);
  CHECK(first->text == "one");
  CHECK(first->etag == server::etagOf("one"));
  CHECK(store.write("a", std::string("two\0\n", 5), with(first->etag)) == PipelineStore::Change::replaced);
  CHECK(store.write("a", "three", with(first->etag)) == PipelineStore::Change::refused);
  CHECK(store.read("a")->text == std::string("two\0\n", 5));
  PipelineStore::Condition any;
  any.may_be_any = true;
  CHECK(store.remove("b", any) == PipelineStore::Change::refused);
  CHECK(store.remove("a", with(first->etag)) == PipelineStore::Change::refused);
  CHECK(store.remove("a", any) == PipelineStore::Change::made);
  CHECK(store.list().empty());
}

TEST_CASE("nothing outside the folder is listed, read or written", "[server][pipelines]") {
  const TempDir dir;
  dir.write("secret", "s");
  PipelineStore store(dir / "p");
  std::filesystem::create_symlink(dir / "secret", dir / "p/link");
  std::filesystem::create_symlink(dir.path(), dir / "p/folder");
  std::filesystem::create_directory(dir / "p/inner");
  dir.write("p/.hidden", "h");
  dir.write("p/good", "g");
  REQUIRE(store.list().size() == 1);
  CHECK(store.list()[0].name == "good");
  CHECK(store.list()[0].bytes == 1);
  for (const auto* name : {"link", "folder", "inner", ".hidden", "../secret", "inner/x", ""}) {
    CAPTURE(name);
    CHECK_FALSE(store.read(name));
  }
  CHECK_THROWS_AS(store.write("link", "w", absent()), Failure);
  CHECK_THROWS_AS(store.write("inner", "w", absent()), Failure);
  CHECK(test::readFile(dir / "secret") == "s");
}

TEST_CASE("what a crash has left is no pipeline and is cleared away", "[server][pipelines]") {
  const TempDir dir;
  dir.write("p/.saving", "half");
  PipelineStore store(dir / "p");
  CHECK_FALSE(std::filesystem::exists(dir / "p/.saving"));
  CHECK(store.list().empty());
}

TEST_CASE("a failed save leaves the old text", "[server][pipelines]") {
  const TempDir dir;
  PipelineStore store(dir / "p");
  CHECK(store.write("a", "one", absent()) == PipelineStore::Change::made);
  std::filesystem::create_directory(dir / "p/.saving");  // The file beside it cannot be made.
  CHECK_THROWS_AS(store.write("a", "two", with(server::etagOf("one"))), Failure);
  CHECK(store.read("a")->text == "one");
  CHECK_THROWS_AS(PipelineStore(dir.write("file", "")), Failure);
}
