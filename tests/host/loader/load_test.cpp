#include <catch2/catch.hpp>
#include <fstream>
#include <memory>
#include <string>

#include "loader/catalog.hpp"
#include "loader/module.hpp"
#include "support/fake_host.hpp"
#include "support/sha256.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::loader;
using troupe::test::TempDir;
namespace fs = std::filesystem;

namespace {

const fs::path kPlugins = TROUPE_TEST_PLUGIN_DIR;
#ifdef TROUPE_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// One plugin in a search path of its own, loaded by a host with an empty cache.
class One {
 public:
  explicit One(const std::string& plugin, bool probe = true) : file_(dir_ / ("plugins/" + plugin + ".troupe")) {
    fs::create_directories(dir_ / "plugins");
    fs::copy_file(kPlugins / (plugin + ".troupe"), file_);
    if (probe) options_.program = TROUPE_PLUGINS_ONLY;
    options_.folders = {dir_ / "plugins"};
    options_.cache = dir_ / "cache";
  }
  std::unique_ptr<Catalog> catalog() const { return std::make_unique<Catalog>(options_); }
  /// What load() throws, without the file's name, or "".
  std::string failure() const {
    const auto c = catalog();
    try {
      c->load(c->files().at(0));
      return {};
    } catch (const troupe::Failure& e) {
      CHECK(e.code() == troupe::ExitCode::plugin_unusable);
      const std::string start = file_.string() + ": not loaded: ";
      const std::string what = e.what();
      CHECK(what.substr(0, start.size()) == start);
      return what.substr(start.size());
    }
  }
  const fs::path& file() const { return file_; }
  fs::path cached(const std::string& name) const { return dir_ / ("cache/" + name); }
  CatalogOptions& options() { return options_; }

 private:
  TempDir dir_;
  fs::path file_;
  CatalogOptions options_;
};

std::size_t entries(const fs::path& folder) {
  std::error_code ignored;
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& e : fs::directory_iterator(folder, ignored)) ++n;
  return n;
}

}  // namespace

TEST_CASE("a loaded plugin runs from a private copy under its hash", "[load]") {
  const One one("echo");
  const auto catalog = one.catalog();
  const auto module = catalog->load(catalog->files().at(0));
  CHECK(module->pluginId() == "org.example.echo");
  CHECK(module->version() == "1.0.0");
  CHECK(module->sha256() == troupe::sha256File(one.file()));
  CHECK(fs::exists(one.cached(module->sha256() + ".troupe")));
  CHECK(catalog->load(catalog->files().at(0)) == module);
  CHECK(module->node("org.example.nobody") == nullptr);

  // The file may go: the copy is what runs.
  fs::remove(one.file());
  troupe::test::FakeHost host;
  const Instance instance(module, "org.example.echo", host.table(), R"({"prefix":""})");
  troupe::test::FakeCall call(host, R"({"prompt":{"messages":[{"role":"user","content":"Hi"}]}})");
  CHECK(instance.run(call.table()) == TROUPE_OK);
  CHECK(call.value("candidate") == R"({"text":"Hi"})");
}

TEST_CASE("a damaged private copy is replaced", "[load]") {
  const One one("plain_c");
  const auto copy = one.cached(troupe::sha256File(one.file()) + ".troupe");
  fs::create_directories(copy.parent_path());
  auto bytes = troupe::test::readFile(one.file());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(copy, std::ios::binary) << bytes;
  CHECK(one.failure().empty());
  CHECK(troupe::sha256File(copy) == troupe::sha256File(one.file()));
}

TEST_CASE("a plugin is probed once per content, not once per start", "[load]") {
  const One one("plain_c");
  CHECK(one.failure().empty());
  CHECK(entries(one.cached("probed")) == 1);
  // A program that fails every probe shows that none is made.
  One& again = const_cast<One&>(one);
  CHECK(one.failure().empty());
  again.options().program = "/bin/false";
  CHECK(one.failure() != "");  // another build of the host has not probed it
}

TEST_CASE("a plugin that crashes, hangs or ends the process is quarantined, and the host lives", "[load]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [plugin, reason] = GENERATE(values<Row>({
      {"aborts_on_create",
       "when it was probed, it was killed by SIGABRT, after \"assertion failed: the moon is full\"; mend it, or "
       "remove "},
      {"aborts_in_initializer", "when it was probed, it was killed by SIGABRT; mend it, or remove "},
      {"exits_on_create", "when it was probed, it ended with exit code 3; mend it, or remove "},
      {"hangs_on_create", "when it was probed, it did not end within 5 s; mend it, or remove "},
      {"crashes_on_create", "when it was probed, it was killed by SIGSEGV; mend it, or remove "},
  }));
  CAPTURE(plugin);
  if (kSanitized && plugin == "crashes_on_create") return;  // a sanitizer ends the child in its own way
  const One one(plugin);
  CHECK(one.failure().substr(0, reason.size()) == reason);
  CHECK(entries(one.cached("quarantine")) == 1);
  const auto catalog = one.catalog();
  CHECK(catalog->files().at(0).state == PluginFile::State::quarantined);
  CHECK(one.failure().substr(0, 13) == "quarantined: ");
}

TEST_CASE("a plugin in quarantine is known by its content too", "[load]") {
  const One one("exits_on_create");
  CHECK_FALSE(one.failure().empty());
  // The same bytes in a new file: another time and inode.
  const auto bytes = troupe::test::readFile(one.file());
  fs::remove(one.file());
  std::ofstream(one.file(), std::ios::binary) << bytes;
  fs::last_write_time(one.file(), fs::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(one.catalog()->files().at(0).state == PluginFile::State::usable);
  CHECK(one.failure().substr(0, 51) == "when it was probed, it ended with exit code 3; mend");
}

TEST_CASE("a plugin that breaks the ABI is refused with fact and repair", "[load]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [plugin, reason] = GENERATE(values<Row>({
      {"two_nodes_same_id",
       "its table has 2 node types, its manifest 1; list the same ones in plugin.json and TROUPE_MODULE(...)"},
      {"manifest_differs",
       "the manifest in its table is not the one in section .troupe_manifest; embed plugin.json once, with "
       "troupe_add_plugin()"},
      {"wrong_node_id",
       "node table 0 is \"org.example.something_else\", in the manifest it is \"org.example.wrong_node_id\"; use the "
       "manifest's ids, in its order"},
      {"missing_function", "\"org.example.missing_function\" has no function run"},
      {"short_node_table",
       "node table 0 says that it has 8 bytes, fewer than the 40 of version 1; set its member `size` to sizeof(the "
       "struct)"},
      {"short_module_table",
       "troupe_module_v1 says that it has 4 bytes, fewer than the 56 of version 1; set its member `size` to sizeof(the "
       "struct)"},
      {"init_fails", "its init() returned 12"},
      {"silent_on_create", "org.example.silent_on_create: create() returned 7 without a message; call report->fail()"},
      {"throws_on_create",
       "org.example.throws_on_create: create() threw an exception across the boundary: thrown in create; no exception "
       "may "
       "leave a plugin"},
  }));
  CAPTURE(plugin);
  CHECK(One(plugin).failure().substr(0, reason.size()) == reason);
  // Where nothing probes, the module itself is as careful; create() is the pipeline's to call.
  if (plugin != "silent_on_create" && plugin != "throws_on_create") CHECK(One(plugin, false).failure() == reason);
}

TEST_CASE("a missing symbol is told and not held against the plugin", "[load]") {
  const One one("missing_symbol");
  const std::string reason =
      "it needs the symbol troupe_test_absent, which nothing here defines; link the library that defines it (linker "
      "option -z defs finds "
      "such mistakes)";
  CHECK(one.failure() == reason);
  CHECK(entries(one.cached("quarantine")) == 0);
  CHECK(One("missing_symbol", false).failure() == reason);
}

TEST_CASE("a plugin that says no to its example can be loaded", "[load]") {
  const One one("refuses_create");
  CHECK(one.failure().empty());
  const auto catalog = one.catalog();
  troupe::test::FakeHost host;
  CHECK_THROWS_WITH(Instance(catalog->load(catalog->files().at(0)), "org.example.refuses_create", host.table(), "{}"),
                    "org.example.refuses_create: no key given");
}

TEST_CASE("a file that changed after it was listed is not loaded as what it was", "[load]") {
  const One one("plain_c");
  const auto catalog = one.catalog();
  fs::remove(one.file());
  fs::copy_file(kPlugins / "echo.troupe", one.file());
  CHECK_THROWS_WITH(catalog->load(catalog->files().at(0)),
                    one.file().string() + ": not loaded: its manifest has changed since it was listed; start again");
}

TEST_CASE("a cache that cannot be written is told with the repair", "[load]") {
  One one("plain_c");
  std::ofstream(one.cached("")).close();
  one.options().cache = "/dev/null/cache";
  const auto catalog = one.catalog();
  CHECK_THROWS_WITH(catalog->load(catalog->files().at(0)),
                    "cannot make the plugin cache /dev/null/cache: Not a directory; set XDG_CACHE_HOME to a folder "
                    "that can be written");
}
