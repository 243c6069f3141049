// C++ sugar over troupe/ext/model.h. Header-only, C++17.
#ifndef TROUPE_MODEL_HPP
#define TROUPE_MODEL_HPP

#include <troupe/ext/model.h>
#include <troupe/troupe.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// What a model is asked.
struct ModelRequest {
  std::string role;
  int at = 0;
  std::vector<std::pair<std::string, std::string>> messages;  // (role, content)
  std::optional<double> temperature;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  std::string response_schema;  // JSON, or empty
  std::string key;

  std::string json() const {
    JsonWriter writer;
    writer.beginObject().member("role", std::string_view(role)).member("at", at).key("messages").beginArray();
    for (const auto& message : messages)
      writer.beginObject()
          .member("role", std::string_view(message.first))
          .member("content", std::string_view(message.second))
          .endObject();
    writer.endArray();
    if (temperature) writer.member("temperature", *temperature);
    if (max_tokens) writer.member("max_tokens", *max_tokens);
    if (seed) writer.member("seed", *seed);
    if (!stop.empty()) {
      writer.key("stop").beginArray();
      for (const auto& one : stop) writer.value(std::string_view(one));
      writer.endArray();
    }
    if (!response_schema.empty()) writer.key("response_schema").raw(response_schema);
    if (!key.empty()) writer.member("key", std::string_view(key));
    writer.endObject();
    return std::string(writer.text());
  }
};

struct ModelAnswer {
  std::string json;  // the candidate, whole
  std::string node, model, text, finish;
};

/// Who plays.
struct CastMember {
  std::string node, type, model;  // model: its option, or empty
};
struct Cast {
  std::map<std::string, std::vector<CastMember>, std::less<>> roles;
  std::vector<CastMember> candidates;

  const std::vector<CastMember>& of(std::string_view role) const {
    static const std::vector<CastMember> nobody;
    const auto found = roles.find(role);
    return found == roles.end() ? nobody : found->second;
  }
};

/// troupe.model/1 of a host.
class Models {
 public:
  explicit Models(Host host) : model_(host.extension<troupe_model>(TROUPE_MODEL_ID)) {}
  bool offered() const { return model_ != nullptr; }

  /// Asks and waits; throws troupe::Error when there is no answer. [any thread, while the call is alive]
  ModelAnswer complete(Call& call, const ModelRequest& request) const {
    Receiver receiver;
    const auto json = request.json();
    const int code = table().complete(table().ctx, call.raw(), str(json), &Receiver::take, &receiver);
    if (receiver.thrown) std::rethrow_exception(receiver.thrown);
    if (code != TROUPE_OK)
      throw Error(code, receiver.problem.empty() ? "the model could not be asked" : receiver.problem);
    return std::move(receiver.answer);
  }

  Cast cast(Call& call) const {
    std::string json;
    const int code = table().cast(
        table().ctx, call.raw(),
        [](void* arg, troupe_str text) { static_cast<std::string*>(arg)->assign(text.p, text.n); }, &json);
    if (code != TROUPE_OK) throw Error(code, "there are no models here");
    const detail::Parsed parsed(json, "the cast");
    const Object object(parsed.document());
    Cast cast;
    for (const auto& role : object.object("roles").json().GetObject())
      cast.roles.emplace(role.name.GetString(), members(role.value));
    cast.candidates = members(*object.find("candidates"));
    return cast;
  }

 private:
  struct Receiver {
    ModelAnswer answer;
    std::string problem;
    std::exception_ptr thrown;

    static void take(void* arg, std::uint32_t part, troupe_str json) {
      auto& self = *static_cast<Receiver*>(arg);
      try {
        const detail::Parsed parsed(view(json), "an answer of the host");
        const Object object(parsed.document());
        if (part == TROUPE_MODEL_PROBLEM) {
          self.problem = object.text("message");
        } else if (part == TROUPE_MODEL_ANSWER) {
          self.answer = {std::string(view(json)), std::string(object.text("node")), std::string(object.text("model")),
                         std::string(object.text("text")), std::string(object.text("finish"))};
        }
      } catch (...) {
        self.thrown = std::current_exception();
      }
    }
  };

  const troupe_model& table() const {
    if (model_ == nullptr) throw Error(TROUPE_E_UNSUPPORTED, "the host does not offer " TROUPE_MODEL_ID);
    return *model_;
  }
  static std::vector<CastMember> members(const rapidjson::Value& list) {
    std::vector<CastMember> out;
    for (const auto& value : list.GetArray()) {
      const Object member(value);
      out.push_back(
          {std::string(member.text("node")), std::string(member.text("type")), std::string(member.text("model", ""))});
    }
    return out;
  }

  const troupe_model* model_;
};

}  // namespace troupe

#endif
