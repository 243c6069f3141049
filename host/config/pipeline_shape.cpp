#include "config/pipeline_shape.hpp"

#include <stdexcept>
#include <string>

#include "config/json_value.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

// "isolation" is wider here than what this version offers: checkShape() finds better words for it.
constexpr std::string_view kHostSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Troupe pipeline",
  "description": "A graph of nodes: prompts go to models, candidates to scorers, the vote picks a winner, stores keep it.",
  "type": "object",
  "additionalProperties": false,
  "required": ["nodes"],
  "properties": {
    "$schema": { "type": "string", "description": "Where the schema of this file is, for editors." },
    "name": { "type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[^\\x00-\\x1f\\x7f]*$",
              "x-says": "text of one line", "description": "What runs of this pipeline are called; default: the file's name." },
    "run": {
      "description": "How much, how fast, from which seed.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "samples": { "type": "integer", "minimum": 1, "maximum": 1000000000, "default": 50,
                     "description": "How many prompts are asked." },
        "in_flight": { "type": "integer", "minimum": 1, "maximum": 4096, "default": 8,
                       "description": "How many samples are on their way at once." },
        "seed": { "type": "integer", "minimum": 0, "maximum": 2147483647,
                  "description": "What all randomness comes from; without it one is drawn for each run." }
      }
    },
    "ensemble": {
      "description": "Which providers are asked for a prompt.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "policy": { "enum": ["all", "cascade", "bandit"], "default": "all",
                    "description": "all: every provider answers every prompt. cascade: one after the other, in order, until a candidate is good enough. bandit: the same in an order that is drawn by what is known of each." },
        "order": { "type": "array", "items": { "type": "string" },
                   "description": "cascade: the providers, the first to be asked first; default: as in the file." },
        "stop_at": { "type": "number", "exclusiveMinimum": 0, "maximum": 10, "default": 8,
                     "description": "cascade, bandit: the quality at which nobody else is asked." },
        "min_candidates": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 1,
                            "description": "cascade, bandit: candidates that are wanted in any case; asked for at once." },
        "max_candidates": { "type": "integer", "minimum": 1, "maximum": 1000,
                            "description": "cascade, bandit: providers asked at most; default: all." },
        "explore": { "type": "number", "minimum": 0, "maximum": 1, "default": 0.1,
                     "description": "bandit: the share of samples whose first provider is drawn uniformly." },
        "lag": { "type": "integer", "minimum": 1, "maximum": 1000000000, "default": 16,
                 "description": "bandit: a sample knows the results of those that many samples earlier; at least run.in_flight." },
        "by": { "enum": ["all", "genre"], "default": "all",
                "description": "bandit: what is known of a provider is known of all prompts, or learnt per genre." }
      }
    },
    "budget": {
      "description": "What a run may spend; never exceeded. When it is used up the run pauses.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "usd": { "$ref": "#/definitions/usd" },
        "tokens": { "$ref": "#/definitions/tokens" },
        "calls": { "$ref": "#/definitions/calls" },
        "per_provider": {
          "description": "Limits of single providers, within those of the run, by node.",
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "usd": { "$ref": "#/definitions/usd" },
              "tokens": { "$ref": "#/definitions/tokens" },
              "calls": { "$ref": "#/definitions/calls" }
            }
          }
        },
        "unknown_prices": { "type": "string", "enum": ["refuse", "allow"], "default": "refuse",
                            "description": "allow: calls of a model without a known price count 0 USD." }
      }
    },
    "nodes": {
      "description": "The nodes of the graph by name.",
      "type": "object",
      "minProperties": 1,
      "maxProperties": 1000,
      "propertyNames": { "pattern": "^[A-Za-z0-9._-]{1,64}$",
                         "x-says": "a name: up to 64 letters, digits, \".\", \"_\" and \"-\"" },
      "additionalProperties": { "$ref": "#/definitions/node" }
    },
    "ui": { "type": "object", "description": "What the node editor keeps here; no part of the pipeline." }
  },
  "definitions": {
    "usd": { "type": "number", "minimum": 0, "maximum": 1000000000, "description": "US dollars." },
    "tokens": { "type": "integer", "minimum": 0, "maximum": 1000000000000000, "description": "Tokens of requests and answers." },
    "calls": { "type": "integer", "minimum": 0, "maximum": 1000000000000, "description": "Calls that leave for a provider, repeats too." },
    "rate": { "type": "number", "minimum": 0, "maximum": 1000000 },
    "node": {
      "type": "object",
      "additionalProperties": false,
      "required": ["type"],
      "properties": {
        "type": { "type": "string", "description": "The node type, such as troupe.selector.best." },
        "enabled": { "type": "boolean", "default": true, "description": "false: as if the node were not there." },
        "inputs": {
          "description": "The nodes whose output this one is given: for its first port, or by port.",
          "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "$ref": "#/definitions/source" } },
            { "type": "object", "additionalProperties": { "$ref": "#/definitions/sources" } }
          ]
        },
        "models": {
          "description": "The providers that this node may call, by role.",
          "type": "object",
          "additionalProperties": {
            "anyOf": [ { "type": "string" }, { "type": "array", "maxItems": 64, "items": { "type": "string" } } ]
          }
        },
        "options": { "type": "object", "description": "The node type's own options." },
        "limits": {
          "description": "What the host keeps to when it calls this node.",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "in_flight": { "type": "integer", "minimum": 0, "maximum": 4096, "default": 0,
                           "description": "Calls at once; 0: as many as the run has samples on their way." },
            "rpm": { "type": "number", "minimum": 0, "maximum": 1000000, "default": 0,
                     "description": "Calls started per minute; 0: no limit." },
            "tpm": { "type": "number", "minimum": 0, "maximum": 1000000000, "default": 0,
                     "description": "Tokens per minute, input and output; 0: no limit." },
            "timeout_s": { "type": "number", "exclusiveMinimum": 0, "maximum": 86400, "default": 120,
                           "description": "Seconds until a call is given up." },
            "retries": { "type": "integer", "minimum": 0, "maximum": 20, "default": 2,
                         "description": "Calls after the first one that failed." }
          }
        },
        "cache": { "type": "boolean", "default": false,
                   "description": "Of a provider: keep its answers, and give them again to the same request." },
        "fallback": { "type": "string",
                      "description": "Of a provider: the provider that answers when this one cannot." },
        "weight": { "type": "number", "minimum": 0, "maximum": 1000000, "default": 1,
                    "description": "Of a scorer: how much its scores count in the quality." },
        "price": {
          "description": "Of a provider: what its calls cost, in US dollars per million tokens and per request; counts before the list of prices.",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "input": { "$ref": "#/definitions/rate" },
            "cached_input": { "$ref": "#/definitions/rate" },
            "output": { "$ref": "#/definitions/rate" },
            "request": { "$ref": "#/definitions/rate" }
          },
          "required": ["input", "output"]
        },
        "isolation": { "type": "string", "default": "thread", "description": "thread: in the host's own process." }
      }
    },
    "source": {
      "description": "The name of a node; or its output of an earlier sample, which may point backwards.",
      "anyOf": [
        { "type": "string" },
        { "type": "object", "additionalProperties": false, "required": ["from", "lag"],
          "properties": {
            "from": { "type": "string", "description": "The name of a node." },
            "lag": { "type": "integer", "minimum": 1, "maximum": 1000000000,
                     "description": "How many samples earlier; at least run.in_flight." }
          } }
      ]
    },
    "sources": {
      "anyOf": [
        { "type": "string" },
        { "type": "object", "additionalProperties": false, "required": ["from", "lag"],
          "properties": { "from": { "type": "string" }, "lag": { "type": "integer", "minimum": 1, "maximum": 1000000000 } } },
        { "type": "array", "items": { "$ref": "#/definitions/source" } }
      ]
    }
  }
})json";

const JsonSchema& compiledHostSchema() {
  static const JsonSchema kSchema = [] {
    std::vector<Problem> problems;
    auto schema = JsonSchema::compile(kHostSchema, problems);
    if (!schema) throw std::logic_error("the host's schema: " + problems.at(0).place + ": " + problems.at(0).fact);
    return *schema;
  }();
  return kSchema;
}

void checkIsolation(const rapidjson::Value& node, const std::string& pointer, Report& report) {
  const auto* isolation = member(node, "isolation");
  if (isolation == nullptr || !isolation->IsString()) return;
  const auto mode = textOf(*isolation);
  if (mode == "thread") return;
  if (mode == "process")
    report.add(pointer + "/isolation", "isolation \"process\" is not offered by this version",
               "leave it out or say \"thread\"");
  else
    report.add(pointer + "/isolation", "unknown isolation " + troupe::quoted(mode), suggest(mode, {"thread"}, "known"));
}

}  // namespace

std::string_view hostSchema() { return kHostSchema; }

void checkShape(const rapidjson::Value& pipeline, Report& report) {
  report.add(compiledHostSchema().check(pipeline));
  const auto* nodes = member(pipeline, "nodes");
  if (nodes == nullptr || !nodes->IsObject()) return;
  for (const auto& node : nodes->GetObject())
    checkIsolation(node.value, pointerTo("/nodes", textOf(node.name)), report);
}

}  // namespace troupe::config
