#include "loader/module.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstddef>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "loader/manifest.hpp"
#include "support/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::loader {
namespace {

namespace dll = boost::dll;

constexpr std::uint32_t kMaxNodes = 256;
// What the first released tables hold; later fields are optional.
constexpr std::size_t kOldestModule = offsetof(troupe_module, nodes) + sizeof(troupe_module::nodes);
constexpr std::size_t kOldestNode = offsetof(troupe_node, destroy) + sizeof(troupe_node::destroy);

using Cause = Unusable::Cause;

[[noreturn]] void unusable(const std::string& fact, const std::string& repair = "", Cause cause = Cause::breach) {
  throw Unusable(cause, repair.empty() ? fact : fact + "; " + repair);
}

// The dynamic linker's words, as fact and repair.
[[noreturn]] void cannotOpen(const std::string& said) {
  constexpr std::string_view kLibrary = ": cannot open shared object file";
  constexpr std::string_view kSymbol = "undefined symbol: ";
  if (const auto at = said.find(kLibrary); at != std::string::npos)
    unusable("it needs the library " + said.substr(0, at) + ", which is not installed",
             "install it, or name its folder in LD_LIBRARY_PATH", Cause::missing_here);
  if (const auto at = said.find(kSymbol); at != std::string::npos)
    unusable("it needs the symbol " + said.substr(at + kSymbol.size()) + ", which nothing here defines",
             "link the library that defines it (linker option -z defs finds such mistakes)", Cause::missing_here);
  unusable("it cannot be opened: " + said, "", Cause::missing_here);
}

// Never unmapped: a thread that a plugin left behind would run unmapped code, and sanitizers could no longer name its
// frames.
const dll::shared_library& open(const std::filesystem::path& path) {
  static auto* const kOpened = new std::vector<std::unique_ptr<dll::shared_library>>();
  static std::mutex mutex;
  auto library = std::make_unique<dll::shared_library>();
  boost::system::error_code error;
  ::dlerror();
  library->load(path.string(), error, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  if (error) {
    const char* said = ::dlerror();
    cannotOpen(said != nullptr ? said : error.message());
  }
  const std::lock_guard lock(mutex);
  return *kOpened->emplace_back(std::move(library));
}

// min(theirs, mine) bytes into zeroed memory, so that a table of any version can be read.
template <typename Table>
Table copyTable(const Table* theirs, std::size_t oldest, const std::string& what) {
  std::uint32_t size = 0;
  std::memcpy(&size, theirs, sizeof(size));
  if (size < oldest)
    unusable(what + " says that it has " + std::to_string(size) + " bytes, fewer than the " + std::to_string(oldest) +
                 " of version 1",
             "set its member `size` to sizeof(the struct)");
  Table mine{};
  std::memcpy(static_cast<void*>(&mine), theirs, std::min<std::size_t>(size, sizeof(Table)));
  return mine;
}

void initLog(void*, int, troupe_str) {}
const void* noExtension(void*, const char*) { return nullptr; }
const troupe_host kInitHost = {sizeof(troupe_host), nullptr, &initLog, &noExtension};

// What create() may use of a call: fail().
struct Report {
  int code = TROUPE_OK;
  std::string message;

  troupe_call table() {
    troupe_call call{};
    call.size = sizeof(call);
    call.ctx = this;
    call.emit = [](void*, std::uint32_t, troupe_str, troupe_str) -> int { return TROUPE_E_INTERNAL; };
    call.cancelled = [](void*) { return 0; };
    call.on_cancel = [](void*, void (*)(void*), void*) -> int { return TROUPE_OK; };
    call.fail = [](void* ctx, int given, troupe_str said, std::int64_t) {
      auto& report = *static_cast<Report*>(ctx);
      if (report.code != TROUPE_OK) return given;
      report.code = given == TROUPE_OK ? TROUPE_E_INTERNAL : given;
      report.message.assign(said.n == 0 ? "" : said.p, said.n);
      return given;
    };
    return call;
  }
};

// Inside a catch block: what a plugin let out across the boundary.
std::string thrown() {
  try {
    throw;
  } catch (const std::exception& e) {
    return std::string("threw an exception across the boundary: ") + e.what();
  } catch (...) {
    return "threw an exception across the boundary";
  }
}

}  // namespace

struct Module::State {
  std::string id;
  std::string version;
  std::string sha256;
  troupe_module table{};
  std::map<std::string, troupe_node, std::less<>> nodes;
  bool initialized = false;

  void readNodes(const Manifest& manifest) {
    if (table.count != manifest.nodes.size() || table.count > kMaxNodes)
      unusable("its table has " + std::to_string(table.count) + " node types, its manifest " +
                   std::to_string(manifest.nodes.size()),
               "list the same ones in plugin.json and TROUPE_MODULE(...)");
    if (table.nodes == nullptr) unusable("its table of node types is missing");
    for (std::uint32_t i = 0; i < table.count; ++i) {
      const std::string what = "node table " + std::to_string(i);
      if (table.nodes[i] == nullptr) unusable(what + " is missing");
      const auto node = copyTable(table.nodes[i], kOldestNode, what);
      if (node.id == nullptr) unusable(what + " has no id");
      if (manifest.nodes[i].id != node.id)
        unusable(
            what + " is " + troupe::quoted(node.id) + ", in the manifest it is " + troupe::quoted(manifest.nodes[i].id),
            "use the manifest's ids, in its order");
      if (node.create == nullptr || node.run == nullptr || node.destroy == nullptr)
        unusable(troupe::quoted(node.id) + " has no function " +
                 (node.create == nullptr ? "create"
                  : node.run == nullptr  ? "run"
                                         : "destroy"));
      nodes.emplace(node.id, node);
    }
  }
};

Module::Module(const std::filesystem::path& copy, std::string sha256, std::string_view manifest_text)
    : state_(std::make_unique<State>()) {
  std::vector<Problem> problems;
  const auto manifest = parseManifest(manifest_text, problems);
  if (!manifest) unusable("broken manifest: " + format("", problems.front()));
  state_->id = manifest->id;
  state_->version = manifest->version;
  state_->sha256 = std::move(sha256);

  const auto& library = open(copy);
  if (!library.has("troupe_module_v1"))
    unusable("it does not export troupe_module_v1", "use TROUPE_PLUGIN or TROUPE_MODULE, and troupe_add_plugin()");
  state_->table = copyTable(&library.get<const troupe_module>("troupe_module_v1"), kOldestModule, "troupe_module_v1");
  const auto& table = state_->table;
  if (table.manifest.n != manifest_text.size() || table.manifest.p == nullptr ||
      std::memcmp(table.manifest.p, manifest_text.data(), manifest_text.size()) != 0)
    unusable("the manifest in its table is not the one in section .troupe_manifest",
             "embed plugin.json once, with troupe_add_plugin()", Cause::manifest_differs);
  state_->readNodes(*manifest);
  if (table.init == nullptr) return;
  int code = TROUPE_E_INTERNAL;
  try {
    code = table.init(&kInitHost);
  } catch (...) {
    unusable("its init() " + thrown());
  }
  if (code != TROUPE_OK) unusable("its init() returned " + std::to_string(code));
  state_->initialized = true;
}

Module::~Module() {
  try {
    if (state_->initialized && state_->table.deinit != nullptr) state_->table.deinit();
  } catch (...) {
    // Against the rules, and there is nobody left to tell.
  }
}

const troupe_node* Module::node(std::string_view id) const {
  const auto found = state_->nodes.find(id);
  return found == state_->nodes.end() ? nullptr : &found->second;
}
const std::string& Module::pluginId() const { return state_->id; }
const std::string& Module::version() const { return state_->version; }
const std::string& Module::sha256() const { return state_->sha256; }

Instance::Instance(std::shared_ptr<Module> module, std::string_view node_type, const troupe_host* host,
                   std::string_view options_json)
    : module_(std::move(module)), node_(module_->node(node_type)) {
  const std::string name(node_type);
  if (node_ == nullptr) unusable(module_->pluginId() + " has no node type " + troupe::quoted(node_type));
  Report report;
  auto call = report.table();
  int code = TROUPE_E_INTERNAL;
  try {
    code = node_->create(host, {options_json.data(), options_json.size()}, &call, &self_);
  } catch (...) {
    unusable(name + ": create() " + thrown(), "no exception may leave a plugin");
  }
  if (code == TROUPE_OK) return;
  if (report.code == TROUPE_OK)
    unusable(name + ": create() returned " + std::to_string(code) + " without a message", "call report->fail()");
  unusable(name + ": " + report.message, "", Cause::refused);
}

Instance::~Instance() {
  try {
    node_->destroy(self_);
  } catch (...) {
    // Against the rules; the instance is gone either way.
  }
}

int Instance::run(troupe_call* call) const {
  try {
    return node_->run(self_, call);
  } catch (...) {
    const auto message = "run() " + thrown() + "; no exception may leave a plugin";
    return call->fail(call->ctx, TROUPE_E_INTERNAL, {message.data(), message.size()}, -1);
  }
}

}  // namespace troupe::loader
