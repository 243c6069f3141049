#pragma once

#include <map>

#include "loader/type_lookup.hpp"

namespace troupe::test {

/// One node type of each kind, and some more; the option schemas have every format marker.
class TestTypes final : public loader::TypeLookup {
 public:
  TestTypes() {
    using loader::Kind;
    using loader::Per;
    add("test.prompts", Kind::prompt_source, {{"examples", "json", false, true, true, false}}, "troupe:prompt/1", R"({
      "genres": { "type": "array", "minItems": 1, "items": { "type": "string" }, "default": ["fantasy"] } })");
    add("test.file", Kind::prompt_source, {}, "troupe:prompt/1",
        R"({ "path": { "type": "string", "format": "troupe-path", "x-access": "read" } })", R"(["path"])");
    add("test.provider", Kind::provider, {{"prompt", "troupe:prompt/1"}}, "troupe:candidate/1", R"({
      "model": { "type": "string", "default": "small", "description": "Which model answers." },
      "temperature": { "type": "number", "minimum": 0, "maximum": 2, "default": 0.7 },
      "api_key": { "type": "string", "format": "troupe-secret" },
      "base_url": { "type": "string", "format": "troupe-url" },
      "headers": { "type": "object", "additionalProperties": {
        "anyOf": [{ "$ref": "#/definitions/secret" }, { "type": "string" }] } } })",
        "[]", R"({ "secret": { "type": "string", "format": "troupe-secret" } })");
    add("test.cloud", Kind::provider, {{"prompt", "troupe:prompt/1"}}, "troupe:candidate/1", R"({
      "model": { "type": "string", "default": "big-1" },
      "base_url": { "type": "string", "format": "troupe-url", "default": "https://api.cloud.example/v1" },
      "max_tokens": { "type": "integer", "minimum": 1 },
      "service_tier": { "type": "string" },
      "extra": { "type": "object" } })")
        .required = {"troupe.http/1"};
    add("test.router", Kind::provider, {{"prompt", "troupe:prompt/1"}}, "troupe:candidate/1", "{}").roles = {
        {"fallback"}};
    add("test.scorer", Kind::scorer, {{"candidate", "troupe:candidate/1"}}, "troupe:score/1",
        R"({ "min_words": { "type": "integer", "minimum": 0, "default": 80 } })")
        .per = Per::candidate;
    auto& judge = add("test.judge", Kind::scorer,
                      {{"candidate", "troupe:candidate/1"}, {"rubric", "text", false, true}}, "troupe:score/1", "{}");
    judge.per = Per::candidate;
    judge.roles = {{"judge"}};
    auto& panel = add("test.panel", Kind::scorer, {{"candidates", "troupe:candidate/1", true}}, "troupe:score/1", "{}");
    panel.roles = {{"judges", true, 2}, {"chair", false, 0}};
    add("test.refiner", Kind::provider, {{"prompt", "troupe:prompt/1"}, {"draft", "troupe:candidate/1"}},
        "troupe:candidate/1", "{}");
    add("test.novelty", Kind::scorer,
        {{"candidates", "troupe:candidate/1", true}, {"kept", "json", false, false, true}}, "troupe:score/1", "{}");
    add("test.selector", Kind::selector, {{"scores", "troupe:score/1", true}}, "troupe:sample/1", "{}");
    add("test.filter", Kind::filter, {{"sample", "troupe:sample/1"}}, "troupe:sample/1",
        R"({ "min_quality": { "type": "number", "default": 8.0 } })");
    add("test.store", Kind::store, {{"sample", "troupe:sample/1"}}, "json",
        R"({ "path": { "type": "string", "minLength": 1, "format": "troupe-path", "x-access": "write" } })",
        R"(["path"])");
    add("test.memory", Kind::store, {{"sample", "troupe:sample/1"}, {"kept", "json", false, true, false, true}}, "json",
        "{}");
    add("test.sink", Kind::sink, {{"event", "troupe:event/1"}}, "",
        R"({ "path": { "type": "string", "format": "troupe-path", "x-access": "write", "default": "" } })");
  }

  const loader::NodeType* find(std::string_view id) const override {
    const auto found = types_.find(id);
    return found == types_.end() ? nullptr : &found->second;
  }
  std::vector<std::string> nodeTypes() const override {
    std::vector<std::string> ids;
    for (const auto& [id, type] : types_) ids.push_back(id);
    return ids;
  }
  std::string whyMissing(std::string_view id) const override {
    return id == "test.web" ? "plugins/web.troupe: refused: it needs troupe.web/1, which this host does not offer" : "";
  }

 private:
  loader::NodeType& add(const std::string& id, loader::Kind kind, std::vector<loader::InPort> in,
                        const std::string& out, const std::string& properties, const std::string& required = "[]",
                        const std::string& definitions = "{}") {
    auto& type = types_[id];
    type.id = id;
    type.kind = kind;
    type.description = "A " + id.substr(5) + " for tests.";
    type.in = std::move(in);
    if (!out.empty()) type.out = {{out == "json" ? "saved" : out.substr(7, out.size() - 9), out}};
    type.options_schema = R"({"type": "object", "additionalProperties": false, "required": )" + required +
                          R"(, "definitions": )" + definitions + R"(, "properties": )" + properties + "}";
    return type;
  }

  std::map<std::string, loader::NodeType, std::less<>> types_;
};

}  // namespace troupe::test
