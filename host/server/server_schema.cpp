#include "server/server_config.hpp"

namespace troupe::server {
namespace {

constexpr std::string_view kSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Troupe server",
  "description": "What `troupe serve` is told.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "$schema": { "type": "string", "description": "Where the schema of this file is, for editors." },
    "listen": { "type": "string", "minLength": 1, "default": "127.0.0.1:7878",
                "description": "Address and port; port 0 is any free one. Another address than loopback needs tokens." },
    "any_port": { "type": "boolean", "default": false, "description": "Take the next free port when this one is in use." },
    "tokens": {
      "description": "Who may do what.",
      "type": "array", "maxItems": 1000,
      "items": {
        "type": "object", "additionalProperties": false, "required": ["name", "right", "token"],
        "properties": {
          "name": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$",
                    "x-says": "a name: up to 64 letters, digits, \".\", \"_\" and \"-\"", "description": "As it stands in logs." },
          "right": { "enum": ["watch", "operate"], "description": "watch: see everything; operate: start, pause, decide and save, too." },
          "token": { "type": "object", "additionalProperties": false, "required": ["secret"], "format": "troupe-secret",
                     "properties": { "secret": { "type": "string", "minLength": 1 } },
                     "description": "{\"secret\": \"NAME\"}: an environment variable, or an entry of the secrets file." }
        }
      }
    },
    "tls": {
      "description": "TLS 1.2 or later, from PEM files.",
      "type": "object", "additionalProperties": false, "required": ["certificate", "key"],
      "properties": {
        "certificate": { "type": "string", "minLength": 1, "description": "The certificate and its chain." },
        "key": { "type": "string", "minLength": 1, "description": "Its key, without a passphrase, readable by its owner only." }
      }
    },
    "public_url": { "type": "string", "description": "Address behind a proxy, such as https://example.org/troupe." },
    "hosts": { "type": "array", "items": { "type": "string" }, "description": "Further values of Host that are answered." },
    "origins": { "type": "array", "items": { "type": "string" }, "description": "Other origins whose pages may call (CORS)." },
    "frame_ancestors": { "type": "array", "items": { "type": "string" }, "description": "Other origins that may show /embed/ pages in a frame." },
    "data": { "type": "string", "minLength": 1, "description": "Folder of everything that is named over HTTP; default: $XDG_DATA_HOME/troupe." },
    "secrets": { "type": "string", "minLength": 1, "description": "The secrets file; default: $XDG_CONFIG_HOME/troupe/secrets.json." },
    "private_hosts": { "type": "array", "items": { "type": "string", "minLength": 1 },
                       "description": "Private hosts (name, or name:port) that pipelines over HTTP may name." },
    "nodes": {
      "description": "Sinks that see all runs, by name.",
      "type": "object", "maxProperties": 100,
      "propertyNames": { "pattern": "^[A-Za-z0-9._-]{1,64}$", "x-says": "a name: up to 64 letters, digits, \".\", \"_\" and \"-\"" },
      "additionalProperties": {
        "type": "object", "additionalProperties": false, "required": ["type"],
        "properties": {
          "type": { "type": "string", "description": "A sink, such as troupe.sink.log_file." },
          "enabled": { "type": "boolean", "default": true },
          "options": { "type": "object", "description": "The sink's own options." }
        }
      }
    },
    "auto_train": {
      "description": "POST /auto-train-stream.",
      "type": "object", "additionalProperties": false, "required": ["pipeline"],
      "properties": {
        "pipeline": { "type": "string", "minLength": 1, "description": "The pipeline that it runs." },
        "cancel": { "type": "boolean", "default": false, "description": "Cancel its run when the client goes away." }
      }
    },
    "limits": {
      "description": "What one client, and all of them, may ask for.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "head_bytes": { "type": "integer", "minimum": 1024, "maximum": 1048576, "default": 32768, "description": "Of a request's head." },
        "body_bytes": { "type": "integer", "minimum": 1024, "maximum": 1073741824, "default": 16777216, "description": "Of a request's body." },
        "head_s": { "type": "integer", "minimum": 1, "maximum": 3600, "default": 10, "description": "Seconds to a complete head." },
        "body_s": { "type": "integer", "minimum": 1, "maximum": 3600, "default": 60, "description": "Seconds to a complete body." },
        "connections": { "type": "integer", "minimum": 1, "maximum": 4096, "default": 256, "description": "At once, besides event streams." },
        "subscribers": { "type": "integer", "minimum": 1, "maximum": 100000, "default": 1024, "description": "Event streams at once." },
        "subscribers_per_address": { "type": "integer", "minimum": 1, "maximum": 100000, "default": 64, "description": "Of them from one address." },
        "stall_s": { "type": "integer", "minimum": 1, "maximum": 3600, "default": 10, "description": "Seconds in which a client takes something of what it is sent." }
      }
    },
    "runs": {
      "description": "Runs of the server.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "at_once": { "type": "integer", "minimum": 1, "maximum": 64, "default": 2, "description": "More wait." },
        "queue": { "type": "integer", "minimum": 0, "maximum": 100000, "default": 256, "description": "More are refused." },
        "resume": { "type": "boolean", "default": false, "description": "Go on with interrupted runs at the start." }
      }
    },
    "log": {
      "description": "Standard error.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "level": { "enum": ["debug", "info", "warning", "error"], "default": "info", "description": "The least that is written." },
        "json": { "type": "boolean", "default": false, "description": "JSON objects, one a line." },
        "access": { "type": "boolean", "default": true, "description": "A line for each request, at level info." }
      }
    }
  }
})json";

}  // namespace

std::string_view serverSchema() { return kSchema; }

}  // namespace troupe::server
