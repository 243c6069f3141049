#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <troupe/troupe.hpp>

#include "cli/command.hpp"
#include "cli/hidden_line.hpp"
#include "config/secrets.hpp"
#include "config/secrets_file.hpp"

namespace troupe::cli {
namespace {

using config::Secrets;

std::filesystem::path fileOf(const Arguments& arguments) {
  const auto file = std::filesystem::path(arguments.get("file", Secrets::defaultFile().string()));
  return std::filesystem::absolute(file);
}

std::string nameOf(const Arguments& arguments, const std::string& usage) {
  arguments.expect(1, 1, usage);
  const auto& name = arguments.positional()[0];
  if (!Secrets::isName(name))
    throw Failure(ExitCode::usage, "\"" + name +
                                       "\" is no name of a secret: a letter or _, then letters, digits, \".\", "
                                       "_ and -, at most 128");
  return name;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::optional<std::vector<std::string>> hostsOf(const Arguments& arguments) {
  if (arguments.has("any-host")) {
    if (arguments.has("host")) throw Failure(ExitCode::usage, "--host and --any-host exclude each other");
    return std::vector<std::string>();
  }
  if (!arguments.has("host")) return std::nullopt;
  auto hosts = arguments.all("host");
  for (const auto& host : hosts)
    if (const auto why = config::notAHost(host))
      throw Failure(ExitCode::usage, "--host \"" + host + "\" is no host: " + *why);
  return hosts;
}

ExitCode set(const Arguments& arguments) {
  const auto name = nameOf(arguments, "troupe secrets set NAME [--host HOST]...");
  const auto hosts = hostsOf(arguments);
  const auto file = fileOf(arguments);
  const auto value = readHiddenLine("Value of " + name + " (it is not shown): ");
  if (!value) throw Failure(ExitCode::cancelled, "nothing was kept");
  if (value->empty()) throw Failure(ExitCode::usage, "the value is empty; nothing was kept");
  const auto odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(value->begin(), value->end(), odd))
    throw Failure(ExitCode::usage, "the value has control characters; nothing was kept");
  const auto bound = config::keepSecret(file, name, *value, hosts);
  std::cout << name << " is kept in " << file.string() << ", "
            << (bound.empty() ? "bound to no host: bind it with --host HOST" : "for " + listed(bound)) << '\n';
  if (const char* variable = std::getenv(name.c_str()); variable != nullptr && *variable != '\0')
    std::cerr << "troupe: the environment variable " << name << " is set, and wins over the file\n";
  return ExitCode::complete;
}

ExitCode list(const Arguments& arguments) {
  arguments.expect(0, 0, "troupe secrets list");
  const auto file = fileOf(arguments);
  const Secrets secrets(file, false);
  for (const auto& problem : secrets.problems())
    throw Failure(ExitCode::usage, file.string() + ": " + problem.fact +
                                       (problem.repair.empty() ? std::string() : "; " + problem.repair));
  JsonWriter json;
  json.beginArray();
  for (const auto& name : secrets.names()) {
    const auto hosts = secrets.find(name)->hosts;
    json.beginObject().member("name", name).key("hosts").beginArray();
    for (const auto& host : hosts) json.value(host);
    json.endArray().endObject();
    if (!arguments.has("json")) std::cout << name << ": " << (hosts.empty() ? "any host" : listed(hosts)) << '\n';
  }
  json.endArray();
  if (arguments.has("json"))
    std::cout << json.text() << '\n';
  else if (secrets.names().empty())
    std::cout << "no secrets in " << file.string() << '\n';
  return ExitCode::complete;
}

ExitCode remove(const Arguments& arguments) {
  const auto name = nameOf(arguments, "troupe secrets remove NAME");
  const auto file = fileOf(arguments);
  if (!config::removeSecret(file, name)) throw Failure(ExitCode::usage, file.string() + " has no \"" + name + "\"");
  std::cout << name << " is removed from " << file.string() << '\n';
  return ExitCode::complete;
}

}  // namespace

std::vector<Command> secretsCommands() {
  const OptionSpec file{"file", "FILE", "another secrets file (default: secrets.json in $XDG_CONFIG_HOME/troupe)"};
  return {{"secrets set",
           "NAME [options]",
           "keep a secret, typed without echo or read from standard input",
           "The value is one line. It goes to a file with mode 0600, and from there only to the hosts that it is bound "
           "to.\n"
           "Without --host an older binding stays.",
           {{"host", "HOST", "where it may go; \"*.example.com\": all hosts below (repeatable)"},
            {"any-host", "", "take the binding away"},
            file},
           set},
          {"secrets list",
           "[options]",
           "names of the kept secrets and the hosts they may go to",
           {},
           {file, jsonOption()},
           list},
          {"secrets remove", "NAME [options]", "forget a secret", {}, {file}, remove}};
}

}  // namespace troupe::cli
