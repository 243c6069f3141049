#include "server/server_config.hpp"

#include <Poco/Net/IPAddress.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include "config/draft.hpp"
#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "config/option_check.hpp"
#include "config/secrets.hpp"
#include "config/text_file.hpp"
#include "server/listening.hpp"
#include "server/origins.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/paths.hpp"
#include "support/sha256.hpp"

namespace troupe::server {
namespace {

namespace fs = std::filesystem;
using config::member;
using config::textMember;
using config::textOf;
using rapidjson::Value;

constexpr std::size_t kLeastToken = 16;
constexpr std::size_t kMaxFile = std::size_t{1} << 20;

const JsonSchema& schema() {
  static const JsonSchema kSchema = [] {
    std::vector<Problem> problems;
    auto compiled = JsonSchema::compile(serverSchema(), problems);
    if (!compiled)
      throw std::logic_error("the schema of server.json: " + problems.at(0).place + ": " + problems.at(0).fact);
    return *compiled;
  }();
  return kSchema;
}

/// Fills a configuration from a document of the right shape, and reports what no schema can say.
class Reader {
 public:
  Reader(rapidjson::Document& document, fs::path base, const loader::TypeLookup& types,
         const ServerOverrides& overrides, config::Report& report)
      : document_(document), base_(std::move(base)), types_(types), overrides_(overrides), report_(report) {}

  ServerConfig read() {
    listen();
    paths();
    tokens();
    publicAddress();
    names("hosts", config_.hosts, isAuthority, "is no host", R"(write "name" or "name:port")");
    names("origins", config_.origins, isOrigin, "is no origin",
          R"(write "https://host" or "https://host:port", without a path)");
    names("frame_ancestors", config_.frame_ancestors, isOrigin, "is no origin",
          R"(write "https://host" or "https://host:port", without a path)");
    names("private_hosts", config_.private_hosts, isAuthority, "is no host", R"(write "name" or "name:port")");
    numbers();
    sinks();
    return std::move(config_);
  }

 private:
  /// Reports at the option of the command line, if that is where the value comes from.
  void add(bool overridden, const std::string& option, const std::string& pointer, std::string fact,
           std::string repair = {}) {
    if (overridden)
      report_.addElsewhere(option, std::move(fact), std::move(repair));
    else
      report_.add(pointer, std::move(fact), std::move(repair));
  }

  void listen() {
    const auto text = overrides_.listen.value_or(std::string(textMember(document_, "listen")));
    const auto refuse = [&](const std::string& fact) {
      add(overrides_.listen.has_value(), "--listen", "/listen", troupe::quoted(text) + " " + fact,
          R"(write "127.0.0.1:7878", "[::1]:7878", an address or a port)");
    };
    if (const auto* any = member(document_, "any_port")) config_.any_port = any->GetBool();
    config_.any_port = overrides_.any_port.value_or(config_.any_port);
    if (text.empty()) return;
    std::string host = text, port;
    const auto colon = text.rfind(':');
    if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      host.clear();
      port = text;
    } else if (text[0] == '[') {
      const auto close = text.find(']');
      if (close == std::string::npos || (close + 1 < text.size() && text[close + 1] != ':'))
        return refuse("is no address");
      host = text.substr(1, close - 1);
      port = close + 1 < text.size() ? text.substr(close + 2) : "";
      if (close + 1 < text.size() && port.empty()) return refuse("has no port after the colon");
    } else if (colon != std::string::npos && text.find(':') == colon) {
      host = text.substr(0, colon);
      port = text.substr(colon + 1);
      if (port.empty()) return refuse("has no port after the colon");
    }
    Poco::Net::IPAddress address;
    if (host == "localhost") host = "127.0.0.1";
    if (!host.empty() && !Poco::Net::IPAddress::tryParse(host, address)) return refuse("is no IP address");
    unsigned number = config_.port;
    if (!port.empty()) {
      const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
      if (error != std::errc() || end != port.data() + port.size() || number > 65535)
        return refuse("has no port from 0 to 65535");
    }
    if (!host.empty()) config_.address = host;
    config_.port = static_cast<std::uint16_t>(number);
  }

  fs::path path(const char* key, const std::optional<fs::path>& override, const fs::path& fallback) const {
    if (override) return fs::absolute(*override).lexically_normal();
    const auto text = textMember(document_, key);
    return text.empty() ? fallback : (base_ / text).lexically_normal();
  }

  void paths() {
    config_.data = path("data", overrides_.data, troupe::paths::data());
    config_.secrets = path("secrets", overrides_.secrets, config::Secrets::defaultFile());
    if (const auto* tls = member(document_, "tls")) {
      config_.tls.certificate = readable(*tls, "certificate", "/tls/certificate");
      config_.tls.key = readable(*tls, "key", "/tls/key");
    }
    if (const auto* train = member(document_, "auto_train")) {
      config_.auto_train = readable(*train, "pipeline", "/auto_train/pipeline");
      if (const auto* cancel = member(*train, "cancel")) config_.auto_train_cancel = cancel->GetBool();
    }
  }

  fs::path readable(const Value& object, const char* key, const std::string& pointer) {
    auto file = (base_ / textMember(object, key)).lexically_normal();
    std::error_code ignored;
    if (::access(file.c_str(), R_OK) != 0)
      report_.add(pointer, file.string() + " cannot be read: " + std::generic_category().message(errno));
    else if (fs::is_directory(file, ignored))
      report_.add(pointer, file.string() + " is a folder", "name a file");
    return file;
  }

  void tokens() {
    const auto* list = member(document_, "tokens");
    if (list != nullptr)
      for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
        const auto& entry = (*list)[i];
        const auto pointer = "/tokens/" + std::to_string(i);
        const std::string name(textMember(entry, "name"));
        if (std::any_of(config_.tokens.begin(), config_.tokens.end(),
                        [&](const auto& token) { return token.name == name; }))
          report_.add(pointer + "/name", "there is a token " + troupe::quoted(name) + " already");
        const auto right = textMember(entry, "right") == "operate" ? Right::operate : Right::watch;
        const auto* token = member(entry, "token");
        addToken(name, right, std::string(textMember(*token, "secret")), false, pointer + "/token");
      }
    if (overrides_.token) addToken("operator", Right::operate, *overrides_.token, true, "");
    if (config_.tokens.empty() && (list == nullptr || list->Empty()) && !overrides_.token &&
        !isLoopback(config_.address))
      add(overrides_.listen.has_value(), "--listen", "/listen",
          "other machines can reach " + config_.address + ", and there are no tokens",
          R"(add one to "tokens", or listen on 127.0.0.1)");
  }

  void addToken(const std::string& name, Right right, const std::string& secret, bool overridden,
                const std::string& pointer) {
    if (!secrets_) {
      secrets_.emplace(config_.secrets);
      for (const auto& problem : secrets_->problems())
        add(overridden, "--token", pointer,
            "the secrets file cannot be used: " +
                format(secrets_->file().string(), {problem.place, problem.line, problem.column, problem.fact, ""}),
            problem.repair);
    }
    if (!secrets_->problems().empty()) return;
    const auto found = config::Secrets::isName(secret) ? secrets_->find(secret) : std::nullopt;
    if (!found)
      add(overridden, "--token", pointer, "the secret " + troupe::quoted(secret) + " is not set",
          "set the environment variable " + secret + ", or add it to " + secrets_->file().string());
    else if (found->value.size() < kLeastToken)
      add(overridden, "--token", pointer, "the token in the secret " + troupe::quoted(secret) + " is too easy to guess",
          "make it at least " + std::to_string(kLeastToken) +
              " characters long, for example with: openssl rand -hex 24");
    else
      config_.tokens.push_back({name, right, sha256(found->value)});
  }

  void publicAddress() {
    const bool overridden = overrides_.public_url.has_value();
    config_.public_url = overrides_.public_url.value_or(std::string(textMember(document_, "public_url")));
    while (!config_.public_url.empty() && config_.public_url.back() == '/') config_.public_url.pop_back();
    if (config_.public_url.empty()) return;
    try {
      const auto url = PublicUrl::parse(config_.public_url);
      const auto host = config::hostOf(config_.public_url);
      const bool guarded =
          overrides_.token || (member(document_, "tokens") != nullptr && !member(document_, "tokens")->Empty());
      if (host && host->host != "localhost" && !isLoopback(host->host) && !guarded)
        add(overridden, "--public-url", "/public_url", "others can reach " + url.origin() + ", and there are no tokens",
            R"(add one to "tokens")");
    } catch (const std::invalid_argument& error) {
      add(overridden, "--public-url", "/public_url",
          troupe::quoted(config_.public_url) + " is no address: " + error.what(),
          "write it like https://example.org/troupe");
      config_.public_url.clear();
    }
  }

  template <class Check>
  void names(const char* key, std::vector<std::string>& into, Check check, const std::string& fact,
             const std::string& repair) {
    const auto* list = member(document_, key);
    if (list == nullptr) return;
    for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
      into.emplace_back(textOf((*list)[i]));
      if (!check(into.back()))
        report_.add(std::string("/") + key + "/" + std::to_string(i), troupe::quoted(into.back()) + " " + fact, repair);
    }
  }

  template <class Number>
  void number(const char* group, const char* key, Number& into) const {
    const auto* object = member(document_, group);
    if (const auto* value = object != nullptr ? member(*object, key) : nullptr)
      into = static_cast<Number>(value->GetInt64());
  }
  void flag(const char* group, const char* key, bool& into) const {
    const auto* object = member(document_, group);
    if (const auto* value = object != nullptr ? member(*object, key) : nullptr) into = value->GetBool();
  }

  void numbers() {
    auto& limits = config_.limits;
    number("limits", "head_bytes", limits.head_bytes);
    number("limits", "body_bytes", limits.body_bytes);
    number("limits", "head_s", limits.head_s);
    number("limits", "body_s", limits.body_s);
    number("limits", "connections", limits.connections);
    number("limits", "subscribers", limits.subscribers);
    number("limits", "subscribers_per_address", limits.subscribers_per_address);
    number("limits", "stall_s", limits.stall_s);
    number("runs", "at_once", config_.runs.at_once);
    number("runs", "queue", config_.runs.queue);
    flag("runs", "resume", config_.runs.resume);
    flag("log", "json", config_.log.json);
    flag("log", "access", config_.log.access);
    if (const auto* log = member(document_, "log"))
      if (const auto level = textMember(*log, "level"); !level.empty()) config_.log.level = level;
    config_.log.level = overrides_.log_level.value_or(config_.log.level);
    config_.log.json = overrides_.log_json.value_or(config_.log.json);
    static constexpr std::string_view kLevels[] = {"debug", "info", "warning", "error"};
    if (std::find(std::begin(kLevels), std::end(kLevels), config_.log.level) == std::end(kLevels))
      report_.addElsewhere("--log-level", troupe::quoted(config_.log.level) + " is no level",
                           "known: debug, info, warning, error");
  }

  void sinks() {
    auto drafts = config::readDrafts(document_, types_, report_);
    config::OptionCheck options(base_, true, report_, {}, config_.secrets);
    for (auto& draft : drafts.nodes) {
      if (draft.node.info == nullptr || !draft.node.enabled) continue;
      if (draft.node.info->kind != loader::Kind::sink) {
        report_.add(draft.pointer + "/type",
                    troupe::quoted(draft.node.type) + " is a " + std::string(loader::toString(draft.node.info->kind)) +
                        ": only sinks live with the server",
                    "put it into a pipeline");
        continue;
      }
      options.check(draft);
      config_.sinks.push_back({draft.node.name, draft.node.type, draft.node.options, draft.node.hosts});
    }
  }

  rapidjson::Document& document_;
  const fs::path base_;
  const loader::TypeLookup& types_;
  const ServerOverrides& overrides_;
  config::Report& report_;
  ServerConfig config_;
  std::optional<config::Secrets> secrets_;
};

[[noreturn]] void refuse(const fs::path& file, std::vector<Problem> problems) {
  throw Problems(ExitCode::usage, file.empty() ? "server" : file.string(), std::move(problems));
}

}  // namespace

ServerConfig readServerConfig(std::string_view text, const fs::path& file, const loader::TypeLookup& types,
                              const ServerOverrides& overrides) {
  std::vector<Problem> unreadable;
  const auto json = config::JsonText::parse(std::string(text), unreadable);
  if (!json) refuse(file, std::move(unreadable));
  rapidjson::Document document;
  document.CopyFrom(json->document(), document.GetAllocator());
  config::Report report(*json);
  report.add(schema().check(document));
  // What has the wrong shape is not looked at more closely; there would be no end of following mistakes.
  if (!report.empty()) refuse(file, report.take());
  const auto base = file.empty() ? fs::current_path() : fs::absolute(file).parent_path();
  auto config = Reader(document, base, types, overrides, report).read();
  if (!report.empty()) refuse(file, report.take());
  return config;
}

ServerConfig loadServerConfig(const fs::path& file, const loader::TypeLookup& types, const ServerOverrides& overrides) {
  if (file.empty()) return readServerConfig("{}", file, types, overrides);
  std::vector<Problem> problems;
  const auto text = config::readTextFile(file, kMaxFile, problems);
  if (!text) refuse(file, std::move(problems));
  return readServerConfig(*text, file, types, overrides);
}

config::Confinement confinementOf(const ServerConfig& config) {
  return {config.data, config.secrets, config.private_hosts};
}

}  // namespace troupe::server
