#include "loader/catalog.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <string>

#include "loader/plugin_cache.hpp"
#include "support/sha256.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::loader;
using troupe::test::TempDir;
namespace fs = std::filesystem;

namespace {

const fs::path kPlugins = TROUPE_TEST_PLUGIN_DIR;

// A search path of test plugins, each under its own name or another.
class Folders {
 public:
  void add(const std::string& plugin, const std::string& folder = "a", const std::string& as = "") {
    fs::create_directories(dir_ / folder);
    fs::copy_file(kPlugins / (plugin + ".troupe"), dir_ / folder / ((as.empty() ? plugin : as) + ".troupe"));
  }
  CatalogOptions options() const {
    CatalogOptions options;
    for (const auto* folder : {"a", "b"})
      if (fs::exists(dir_ / folder)) options.folders.push_back(dir_ / folder);
    options.cache = dir_ / "cache";
    options.extensions = {"troupe.clock/1"};
    return options;
  }
  fs::path path(const std::string& name) const { return dir_ / name; }
  TempDir& dir() { return dir_; }

 private:
  TempDir dir_;
};

const PluginFile& only(const Catalog& catalog) {
  REQUIRE(catalog.files().size() == 1);
  return catalog.files()[0];
}

}  // namespace

TEST_CASE("usable plugins offer their node types", "[catalog]") {
  Folders folders;
  folders.add("echo");
  folders.add("plain_c");
  const Catalog catalog(folders.options());
  CHECK(catalog.nodeTypes() == std::vector<std::string>{"org.example.echo", "org.example.plain_c"});
  REQUIRE(catalog.find("org.example.echo") != nullptr);
  CHECK(catalog.find("org.example.echo")->kind == Kind::provider);
  CHECK(catalog.fileOf("org.example.plain_c")->path == folders.path("a/plain_c.troupe"));
  CHECK(catalog.find("org.example.nobody") == nullptr);
  CHECK(catalog.whyMissing("org.example.nobody").empty());
}

TEST_CASE("a file that cannot be used is listed with its reason", "[catalog]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [plugin, reason] = GENERATE(values<Row>({
      {"no_symbol", "it does not export troupe_module_v1; use TROUPE_PLUGIN or TROUPE_MODULE, and troupe_add_plugin()"},
      {"version_two",
       "it exports troupe_module_v2, this host knows troupe_module_v1; use a newer host, or build the plugin with this "
       "host's SDK"},
      {"broken_manifest",
       "broken manifest: /nodes/0/per: \"per\" is \"sampel\", not one of \"sample\", \"candidate\"; did you mean "
       "\"sample\"? (and 1 more: troupe plugins inspect "},
      {"unknown_extension",
       "\"org.example.unknown_extension\" requires the extension \"troupe.clok/1\", which this host does not offer; "
       "did you mean \"troupe.clock/1\"?"},
      {"missing_library",
       "it needs the library libtroupe_test_absent.so, which is not installed; install it, or name its folder in "
       "LD_LIBRARY_PATH"},
  }));
  CAPTURE(plugin);
  Folders folders;
  folders.add(plugin);
  const Catalog catalog(folders.options());
  const auto& file = only(catalog);
  CHECK(file.state == PluginFile::State::refused);
  CHECK(file.reason.substr(0, reason.size()) == reason);
  CHECK(catalog.nodeTypes().empty());
}

TEST_CASE("files that are no plugins are listed with their reason", "[catalog]") {
  Folders folders;
  folders.dir().write("a/1_empty.troupe", "");
  folders.dir().write("a/2_text.troupe", "hello");
  folders.dir().write("a/3_ignored.so", "hello");
  fs::create_directories(folders.path("a/4_folder.troupe"));
  fs::create_symlink("nowhere", folders.path("a/5_dangling.troupe"));
  const Catalog catalog(folders.options());
  std::vector<std::string> reasons;
  for (const auto& file : catalog.files()) reasons.push_back(file.reason);
  CHECK(reasons == std::vector<std::string>{"it is empty", "it is no ELF file", "it is no regular file",
                                            "it cannot be read: No such file or directory"});
}

TEST_CASE("a file that may not be read is listed with its reason", "[catalog]") {
  if (::geteuid() == 0) {
    WARN("skipped: root may read everything");
    return;
  }
  Folders folders;
  folders.add("echo");
  fs::permissions(folders.path("a/echo.troupe"), fs::perms::none);
  const Catalog catalog(folders.options());
  CHECK(only(catalog).reason == "it cannot be read: Permission denied");
}

TEST_CASE("the first file of the search path wins, the others are shadowed", "[catalog]") {
  Folders folders;
  folders.add("echo", "b", "z");
  folders.add("echo", "b", "a");
  folders.add("echo_static_runtime", "a");
  const Catalog catalog(folders.options());
  REQUIRE(catalog.files().size() == 3);
  CHECK(catalog.files()[0].state == PluginFile::State::usable);
  CHECK(catalog.files()[1].path == folders.path("b/a.troupe"));
  CHECK(catalog.files()[1].state == PluginFile::State::shadowed);
  CHECK(catalog.files()[1].reason == "org.example.echo 1.0.0 of " +
                                         folders.path("a/echo_static_runtime.troupe").string() +
                                         " comes first in the search path");
  CHECK(catalog.files()[2].state == PluginFile::State::shadowed);
}

TEST_CASE("why a node type is missing is told", "[catalog]") {
  Folders folders;
  folders.add("unknown_extension");
  const Catalog catalog(folders.options());
  CHECK(catalog.whyMissing("org.example.unknown_extension")
            .find("unknown_extension.troupe: refused: \"org.example.unknown_extension\" requires") !=
        std::string::npos);
}

TEST_CASE("a refused file is looked at again when it has been mended in place", "[catalog]") {
  Folders folders;
  folders.add("unknown_extension");
  CHECK(only(Catalog(folders.options())).state == PluginFile::State::refused);
  auto options = folders.options();
  options.extensions = {"troupe.clok/1"};
  CHECK(only(Catalog(options)).state == PluginFile::State::usable);
  fs::copy_file(kPlugins / "echo.troupe", folders.path("a/unknown_extension.troupe"),
                fs::copy_options::overwrite_existing);
  CHECK(only(Catalog(folders.options())).manifest->id == "org.example.echo");
}

TEST_CASE("a quarantined plugin is listed so, until its record is removed", "[catalog]") {
  Folders folders;
  folders.add("echo");
  const auto file = folders.path("a/echo.troupe");
  const PluginCache cache(folders.path("cache"), "");
  const auto q = cache.quarantine(troupe::sha256File(file), file, "it was killed by SIGSEGV", "boom\n");
  {
    const Catalog catalog(folders.options());
    CHECK(only(catalog).state == PluginFile::State::quarantined);
    CHECK(only(catalog).reason ==
          "it was killed by SIGSEGV; mend it, or remove " + q.record.string() + " to try it again");
  }
  fs::remove(q.record);
  CHECK(only(Catalog(folders.options())).state == PluginFile::State::usable);
}

TEST_CASE("a damaged quarantine record is ignored", "[catalog]") {
  Folders folders;
  folders.add("echo");
  const auto file = folders.path("a/echo.troupe");
  const PluginCache cache(folders.path("cache"), "");
  const auto q = cache.quarantine(troupe::sha256File(file), file, "reason", "");
  std::ofstream(q.record) << "{\"sha256\": [";
  CHECK(only(Catalog(folders.options())).state == PluginFile::State::usable);
}

TEST_CASE("the search path is made of options, environment and folders that exist", "[catalog]") {
  TempDir dir;
  fs::create_directories(dir / "given");
  fs::create_directories(dir / "variable");
  fs::create_directories(dir / "data/troupe/plugins");
  ::setenv("TROUPE_PLUGIN_PATH", ((dir / "variable").string() + "::" + (dir / "absent").string()).c_str(), 1);
  ::setenv("XDG_DATA_HOME", (dir / "data").c_str(), 1);
  auto folders = defaultCatalogOptions({dir / "given", dir / "given"}).folders;
  ::unsetenv("TROUPE_PLUGIN_PATH");
  ::unsetenv("XDG_DATA_HOME");
  REQUIRE(folders.size() >= 3);
  folders.resize(3);  // the bundled folder may follow
  CHECK(folders == std::vector<fs::path>{dir / "given", dir / "variable", dir / "data/troupe/plugins"});
}
