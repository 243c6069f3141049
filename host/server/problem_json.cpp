#include "server/problem_json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "config/json_scan.hpp"

namespace troupe::server {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void text(Writer& out, const char* key, std::string_view value) {
  out.Key(key);
  out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

// A place is a pointer into what was sent, or a file: "errors" names the file of a mistake that lies outside of the
// request.
void writeProblem(Writer& out, const Problem& problem) {
  out.StartObject();
  text(out, problem.place.empty() || problem.place[0] == '/' ? "pointer" : "place", problem.place);
  if (problem.line > 0) {
    out.Key("line");
    out.Int(problem.line);
    out.Key("column");
    out.Int(problem.column);
  }
  text(out, "detail", problem.fact);
  if (!problem.repair.empty()) text(out, "repair", problem.repair);
  out.EndObject();
}

}  // namespace

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";
  }
}

std::string problemJson(const HttpError& error, std::string_view instance) {
  rapidjson::StringBuffer buffer;
  Writer out(buffer);
  out.StartObject();
  text(out, "type", "about:blank");
  text(out, "title", reasonPhrase(error.status()));
  out.Key("status");
  out.Int(error.status());
  text(out, "detail", error.what());
  if (!instance.empty()) text(out, "instance", instance);
  if (!error.problems().empty()) {
    out.Key("errors");
    out.StartArray();
    for (const auto& problem : error.problems()) writeProblem(out, problem);
    out.EndArray();
  }
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

HttpError toHttpError(const std::exception& error) {
  if (const auto* http = dynamic_cast<const HttpError*>(&error)) return *http;
  if (const auto* problems = dynamic_cast<const Problems*>(&error)) {
    const auto count = problems->problems().size();
    return {422, count == 1 ? "there is a mistake" : "there are " + std::to_string(count) + " mistakes",
            problems->problems()};
  }
  if (const auto* failure = dynamic_cast<const Failure*>(&error)) {
    if (failure->code() == ExitCode::usage) return {409, failure->what()};
    if (failure->code() == ExitCode::invalid_pipeline || failure->code() == ExitCode::plugin_unusable)
      return {422, failure->what()};
  }
  return {500, "something went wrong here; the server's log says what"};
}

}  // namespace troupe::server
