#include "cli/arguments.hpp"

#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <algorithm>
#include <charconv>

#include "support/near_name.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

[[noreturn]] void wrong(const std::string& message) { throw Failure(ExitCode::usage, message); }

}  // namespace

Arguments::Arguments(const std::vector<std::string>& given, const std::vector<OptionSpec>& known) {
  Poco::Util::OptionSet set;
  std::vector<std::string> names;
  for (const auto& spec : known) {
    auto option = Poco::Util::Option(spec.name, "", spec.help, false).repeatable(true);
    if (!spec.value.empty()) option.argument(spec.value);
    set.addOption(option);
    names.push_back("--" + spec.name);
  }
  Poco::Util::OptionProcessor processor(set);
  bool only_positional = false;
  for (const auto& argument : given) {
    // A lone "-" is a file name; after "--" everything is.
    if (only_positional || argument == "-") {
      positional_.push_back(argument);
      continue;
    }
    if (argument == "--") {
      only_positional = true;
      continue;
    }
    std::string name, value;
    try {
      if (!processor.process(argument, name, value)) {
        positional_.push_back(argument);
      } else if (!name.empty()) {
        options_[name].push_back(value);
      }
    } catch (const Poco::Util::UnknownOptionException&) {
      const auto near = suggest(argument.substr(0, argument.find('=')), names, "options");
      wrong("unknown option " + argument + (near.empty() ? "" : "; " + near));
    } catch (const Poco::Util::AmbiguousOptionException&) {
      wrong("option " + argument + " could be several; write it in full");
    } catch (const Poco::Util::UnexpectedArgumentException&) {
      wrong("option " + argument.substr(0, argument.find('=')) + " takes no value");
    } catch (const Poco::Util::OptionException& e) {
      wrong("option " + argument + ": " + e.displayText());
    }
  }
  try {
    processor.checkRequired();
  } catch (const Poco::Util::OptionException&) {  // The last one has no value.
    const auto& last = given.back();
    const auto spec = std::find_if(known.begin(), known.end(), [&](const auto& s) { return "--" + s.name == last; });
    wrong("option " + last + " needs a value" +
          (spec == known.end() ? std::string() : ": " + last + " " + spec->value));
  }
  for (const auto& spec : known)
    if (!spec.value.empty() && options_.count(spec.name) != 0)
      for (const auto& value : options_[spec.name])
        if (value.empty()) wrong("option --" + spec.name + " needs a value: --" + spec.name + " " + spec.value);
}

bool Arguments::has(std::string_view name) const { return options_.find(name) != options_.end(); }

std::string Arguments::get(std::string_view name, std::string_view fallback) const {
  const auto found = options_.find(name);
  return found == options_.end() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  const auto found = options_.find(name);
  return found == options_.end() ? std::vector<std::string>() : found->second;
}

std::optional<std::int64_t> Arguments::integer(std::string_view name, std::int64_t low, std::int64_t high) const {
  if (!has(name)) return std::nullopt;
  const auto text = get(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    wrong("--" + std::string(name) + " is \"" + text + "\"; it takes a whole number from " + std::to_string(low) +
          " to " + std::to_string(high));
  return value;
}

std::optional<double> Arguments::number(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  const auto text = get(name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    wrong("--" + std::string(name) + " is \"" + text + "\"; it takes a number");
  return value;
}

void Arguments::expect(std::size_t low, std::size_t high, std::string_view usage) const {
  if (positional_.size() < low) wrong("something is missing; usage: " + std::string(usage));
  if (positional_.size() > high) wrong("\"" + positional_[high] + "\" is too much; usage: " + std::string(usage));
}

}  // namespace troupe::cli
