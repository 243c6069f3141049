#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/http.hpp>

#include "support/settings.hpp"

namespace troupe::providers {

/// What a call asks for beyond the node's options, which it wins over.
class Params {
 public:
  Params() = default;
  /// Throws `permanent_request` for one that has not its type. Borrows both.
  Params(const Json& given, const std::vector<std::string>& left_out);

  /// Null where it is not given, or left out.
  const Json* find(std::string_view name) const;
  bool empty() const { return given_ == nullptr; }

 private:
  const Json* given_ = nullptr;
  const std::vector<std::string>* left_out_ = nullptr;
};

/// One request to a model.
struct Ask {
  Object prompt;  ///< troupe:prompt/1
  std::int64_t seed = 0;
  Params params = {};
};

/// The schema that the answer must fit: the call's, else the node's; parsed into `own` where it has to be. Null: none.
const Json* schemaFor(const Settings& settings, const Ask& ask, rapidjson::Document& own);

/// The sentence that asks for an answer by the schema, where that is said in the prompt; else "".
std::string schemaSentence(const Settings& settings, const Ask& ask);

/// Paragraphs with an empty line between them; empty ones are left out.
std::string paragraphs(std::initializer_list<std::string_view> texts);

/// "messages" as chat models take them: what the node, the schema and the prompt say to the system is one message at
/// the beginning, since many chat templates take no second one.
void writeChatMessages(JsonWriter& json, const Settings& settings, const Ask& ask);

/// A prompt for services that have no message of the system's among the others.
struct Turns {
  struct Turn {
    bool user;
    std::string text;
  };
  std::string system;
  std::vector<Turn> turns;  ///< user and model take turns
};

/// What follows each other of one role becomes one turn, messages without text are left out, and a prompt of nothing
/// but system messages is said by the user.
Turns turnsOf(const Settings& settings, const Ask& ask);

/// A POST of JSON, without a time limit of its own: how long a call may last is said by the node's limits alone.
HttpRequest jsonRequest(const Settings& settings, std::string url, std::string body);
/// A GET, likewise.
HttpRequest getRequest(const Settings& settings, std::string url);

}  // namespace troupe::providers
