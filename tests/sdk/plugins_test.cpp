#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "loader/elf_file.hpp"
#include "loader/module.hpp"
#include "support/fake_host.hpp"

using troupe::loader::Instance;
using troupe::loader::Module;
using troupe::test::FakeCall;
using troupe::test::FakeHost;

namespace {

const std::filesystem::path kPlugins = TROUPE_TEST_PLUGIN_DIR;
constexpr auto kHello = R"({"prompt":{"messages":[{"role":"user","content":"Hello   there"}]}})";

std::shared_ptr<Module> open(const std::string& name) {
  std::string reason;
  const auto elf = troupe::loader::readElfFile(kPlugins / (name + ".troupe"), reason);
  CAPTURE(name, reason);
  REQUIRE(elf.has_value());
  REQUIRE(elf->manifest.has_value());
  return std::make_shared<Module>(kPlugins / (name + ".troupe"), "", *elf->manifest);
}

}  // namespace

TEST_CASE("plugins of every toolchain answer in this host", "[sdk]") {
  using Row = std::tuple<std::string, std::string, std::string>;
  const auto [file, type, answer] = GENERATE(values<Row>({
      {"plain_c", "org.example.plain_c", R"({"text":"Hello from C."})"},
      {"echo", "org.example.echo", R"({"text":"> Hello there"})"},
      {"echo_static_runtime", "org.example.echo", R"({"text":"> Hello there"})"},
      {"echo_other_compiler", "org.example.echo", R"({"text":"> Hello there"})"},
  }));
  if (file == "echo_other_compiler" && !std::filesystem::exists(kPlugins / (file + ".troupe"))) {
    WARN("skipped: this machine has no second compiler, or this is a sanitized build");
    return;
  }
  CAPTURE(file);
  FakeHost host;
  const Instance instance(open(file), type, host.table(), R"({"prefix":"> "})");
  FakeCall call(host, kHello);
  CHECK(instance.run(call.table()) == TROUPE_OK);
  CHECK(call.value("candidate") == answer);
}

TEST_CASE("a plugin with its own C++ runtime keeps its exceptions to itself", "[sdk]") {
  FakeHost host;
  const Instance instance(open("echo_static_runtime"), "org.example.echo", host.table(), R"({"prefix":""})");
  FakeCall call(host, R"({"prompt":{"messages":[]}})");
  CHECK(instance.run(call.table()) == TROUPE_E_PERMANENT_REQUEST);
  CHECK(call.message() == "the prompt has no message");
}

TEST_CASE("what a constructor throws becomes the failure of create()", "[sdk]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [what, message] = GENERATE(values<Row>({
      {"error", "too many requests"},
      {"runtime_error", "a runtime_error"},
      {"bad_alloc", "std::bad_alloc"},
      {"int", "an exception that is no std::exception"},
  }));
  CAPTURE(what);
  FakeHost host;
  const auto options = R"({"where":"create","what":")" + what + "\"}";
  CHECK_THROWS_WITH(Instance(open("throws"), "org.example.throws", host.table(), options),
                    "org.example.throws: " + message);
}

TEST_CASE("what run() throws becomes the failure of the call", "[sdk]") {
  using Row = std::tuple<std::string, int, std::string, std::int64_t>;
  const auto [what, code, message, retry_after] = GENERATE(values<Row>({
      {"error", TROUPE_E_RATE_LIMITED, "too many requests", 1500},
      {"runtime_error", TROUPE_E_INTERNAL, "a runtime_error", -1},
      {"bad_alloc", TROUPE_E_INTERNAL, "std::bad_alloc", -1},
      {"int", TROUPE_E_INTERNAL, "an exception that is no std::exception", -1},
  }));
  CAPTURE(what);
  FakeHost host;
  const auto options = R"({"where":"run","what":")" + what + "\"}";
  const Instance instance(open("throws"), "org.example.throws", host.table(), options);
  FakeCall call(host, kHello);
  CHECK(instance.run(call.table()) == code);
  CHECK(call.code() == code);
  CHECK(call.message() == message);
  CHECK(call.retryAfterMs() == retry_after);
}

TEST_CASE("options that are no JSON fail create(), in words", "[sdk]") {
  FakeHost host;
  CHECK_THROWS_WITH(Instance(open("echo"), "org.example.echo", host.table(), "{"),
                    "org.example.echo: the options is no JSON: Missing a name for object member.");
}

TEST_CASE("an emit that the host refuses fails the call", "[sdk]") {
  using Row = std::tuple<int, std::string>;
  const auto [answer, message] = GENERATE(values<Row>({
      {TROUPE_E_CANCELLED, "cancelled"},
      {TROUPE_E_INTERNAL, "the host refused the value on port \"candidate\""},
  }));
  FakeHost host;
  const Instance instance(open("echo"), "org.example.echo", host.table(), R"({"prefix":""})");
  FakeCall call(host, kHello);
  call.refuseEmits(answer);
  CHECK(instance.run(call.table()) == answer);
  CHECK(call.message() == message);
}

TEST_CASE("a plugin exports one symbol, and none that keeps it mapped", "[sdk]") {
  const auto name =
      GENERATE(as<std::string>(), "plain_c", "throws", "echo", "echo_static_runtime", "echo_other_compiler");
  const auto path = kPlugins / (name + ".troupe");
  if (!std::filesystem::exists(path)) return;
  std::string reason;
  const auto elf = troupe::loader::readElfFile(path, reason);
  CAPTURE(name, reason);
  REQUIRE(elf.has_value());
  CHECK(elf->exported == std::vector<std::string>{"troupe_module_v1"});
  CHECK(elf->unique.empty());
}

TEST_CASE("a node table from before a field was added is read without it", "[abi]") {
  const auto module = open("older_node_table");
  const auto* node = module->node("org.example.older_node_table");
  REQUIRE(node != nullptr);
  CHECK(node->size == offsetof(troupe_node, ext));
  CHECK(node->ext == nullptr);
  FakeHost host;
  const Instance instance(module, "org.example.older_node_table", host.table(), "{}");
  FakeCall call(host, "{}");
  CHECK(instance.run(call.table()) == TROUPE_OK);
}

TEST_CASE("exceptions that cross the boundary against the rules are caught and named", "[sdk]") {
  FakeHost host;
  const auto module = open("throws_raw");
  CHECK_THROWS_WITH(Instance(module, "org.example.throws_raw", host.table(), R"({"a":1})"),
                    "org.example.throws_raw: create() threw an exception across the boundary: thrown in create; no "
                    "exception may leave a plugin");
  const Instance instance(module, "org.example.throws_raw", host.table(), "{}");
  FakeCall call(host, "{}");
  CHECK(instance.run(call.table()) == TROUPE_E_INTERNAL);
  CHECK(call.message() ==
        "run() threw an exception across the boundary: thrown in run; no exception may leave a plugin");
}
