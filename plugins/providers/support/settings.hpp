#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/members.hpp"

namespace troupe::providers {

/// The options that all providers have, made ready for calls.
struct Settings {
  std::string base;   ///< base_url
  std::string place;  ///< "gpt-4o at api.openai.com", for messages
  std::string model;
  std::string api_key;  ///< "${secret:NAME}", or empty
  std::vector<std::pair<std::string, std::string>> headers;
  std::string system;
  bool seed = true;
  bool stream = false;
  bool schema_in_prompt = false;
  std::shared_ptr<const rapidjson::Document> schema;  ///< response_schema, or null
  std::vector<std::string> leave_out;                 ///< params of calls that the model refuses
};

/// A header that the plugin makes itself, and the option that it is made of, or null.
using OwnHeader = std::pair<const char*, const char*>;

/// Throws troupe::Error for what the schema of the options cannot say.
void readSettings(const Options& options, std::initializer_list<OwnHeader> own_headers, Settings& settings);

/// A JSON Schema that is given as an object, or as its text, as a text field of an editor gives it.
void parseSchema(const Json& given, rapidjson::Document& schema);

/// The members of the option "extra", which must not hold those that are the plugin's own; null without it.
const Json* extraOf(const Options& options, std::initializer_list<std::string_view> own);

/// Says why options do not go together. Throws.
[[noreturn]] void refuse(const std::string& what);

/// The address of `path` at a server: base_url is its root, or the root and `prefix` ("/v1"), or the whole address of
/// `main`, what is asked most. A query stays at the end.
std::string urlOf(std::string_view base_url, std::string_view prefix, std::string_view main, std::string_view path);

/// The text as a part of a path or a query. `keep` are further characters that may stand as they are.
std::string percentEncoded(std::string_view text, std::string_view keep = "");

/// Host and port of an address.
std::string_view authorityOf(std::string_view url);

/// Whether an address leads to this host or one below it.
bool leadsTo(std::string_view url, std::string_view host);

}  // namespace troupe::providers
