#include "services/http/recording.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <troupe/troupe.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <iterator>
#include <sstream>
#include <utility>

#include "support/json_text.hpp"
#include "support/sha256.hpp"

namespace troupe::services {
namespace {

constexpr const char* kFile = "exchanges.jsonl";

bool isUtf8(std::string_view text) {
  rapidjson::MemoryStream in(text.data(), text.size());
  rapidjson::StringBuffer ignored;
  while (in.Tell() < text.size())
    if (!rapidjson::UTF8<>::Validate(in, ignored)) return false;
  return true;
}

// JSON holds text only: other bytes go as Base64, under another name.
void writeBytes(JsonWriter& json, const std::string& name, const std::string& bytes) {
  if (isUtf8(bytes)) {
    json.member(name, std::string_view(bytes));
    return;
  }
  std::ostringstream out;
  Poco::Base64Encoder encoder(out);
  encoder.rdbuf()->setLineLength(0);
  encoder << bytes;
  encoder.close();
  json.member(name + "_base64", std::string_view(out.str()));
}

std::string readBytes(const rapidjson::Value& object, const std::string& name) {
  if (const auto text = object.FindMember(name); text != object.MemberEnd() && text->value.IsString())
    return {text->value.GetString(), text->value.GetStringLength()};
  const auto coded = object.FindMember(name + "_base64");
  if (coded == object.MemberEnd() || !coded->value.IsString()) return {};
  std::istringstream in(coded->value.GetString());
  Poco::Base64Decoder decoder(in);
  return {std::istreambuf_iterator<char>(decoder), {}};
}

void writeHeaders(JsonWriter& json, const HttpHeaders& headers) {
  json.key("headers").beginArray();
  for (const auto& [name, value] : headers) {
    json.beginArray();
    json.value(std::string_view(name));
    json.value(std::string_view(asUtf8(value)));
    json.endArray();
  }
  json.endArray();
}

std::string lineOf(const ExchangeKey& key, const HttpRequest& request, const Exchange& exchange) {
  JsonWriter json;
  // The two that a replay looks for stand first, so that a reader finds them too.
  json.beginObject().member("key", std::string_view(key.request)).member("call", std::to_string(key.call));
  json.key("request").beginObject();
  json.member("method", std::string_view(request.method)).member("url", std::string_view(request.url));
  writeHeaders(json, request.headers);
  if (request.has_body) writeBytes(json, "body", request.body);
  json.endObject();
  if (exchange.head) {
    json.key("answer").beginObject().member("status", exchange.head->status);
    writeHeaders(json, exchange.head->headers);
    writeBytes(json, "body", exchange.body);
    json.endObject();
  }
  if (exchange.failure)
    json.key("problem")
        .beginObject()
        .member("code", exchange.failure->code())
        .member("message", std::string_view(exchange.failure->what()))
        .endObject();
  json.endObject();
  return std::string(json.text()) + "\n";
}

std::string textMember(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  return found != object.MemberEnd() && found->value.IsString()
             ? std::string(found->value.GetString(), found->value.GetStringLength())
             : std::string();
}

Exchange exchangeOf(const rapidjson::Document& line) {
  Exchange exchange;
  if (const auto answer = line.FindMember("answer"); answer != line.MemberEnd() && answer->value.IsObject()) {
    HttpHead head;
    if (const auto status = answer->value.FindMember("status");
        status != answer->value.MemberEnd() && status->value.IsInt())
      head.status = status->value.GetInt();
    if (const auto headers = answer->value.FindMember("headers");
        headers != answer->value.MemberEnd() && headers->value.IsArray())
      for (const auto& header : headers->value.GetArray())
        if (header.IsArray() && header.Size() == 2 && header[0].IsString() && header[1].IsString())
          head.headers.emplace_back(header[0].GetString(),
                                    std::string(header[1].GetString(), header[1].GetStringLength()));
    exchange.head = std::move(head);
    exchange.body = readBytes(answer->value, "body");
  }
  if (const auto problem = line.FindMember("problem"); problem != line.MemberEnd() && problem->value.IsObject()) {
    const auto code = problem->value.FindMember("code");
    exchange.failure.emplace(
        code != problem->value.MemberEnd() && code->value.IsInt() ? code->value.GetInt() : TROUPE_E_INTERNAL,
        textMember(problem->value, "message"));
  }
  return exchange;
}

bool parse(rapidjson::Document& document, const std::string& line) {
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(line.data(), line.size());
  return !document.HasParseError() && document.IsObject();
}

}  // namespace

ExchangeKey exchangeKey(const HttpRequest& request, std::uint64_t call) {
  // Headers in any order are the same request; each part is led by its length, so that none can pass for another.
  auto headers = request.headers;
  std::sort(headers.begin(), headers.end());
  std::string all;
  const auto add = [&all](std::string_view part) {
    all.append(std::to_string(part.size())).append(1, ' ').append(part);
  };
  add(request.method);
  add(request.url);
  for (const auto& [name, value] : headers) {
    add(name);
    add(value);
  }
  add(request.has_body ? "body" : "");
  add(request.body);
  return {sha256(all), call};
}

Recorder::Recorder(const std::filesystem::path& folder) : file_(folder / kFile) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) fd_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0)
    throw Failure(ExitCode::usage, "the recording " + file_.string() +
                                       " cannot be written: " + (error ? error.message() : std::strerror(errno)));
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd_);
    throw Failure(ExitCode::usage, "another process records in " + folder.string() + "; give another folder");
  }
}

Recorder::~Recorder() {
  ::fsync(fd_);
  ::close(fd_);
}

void Recorder::add(const ExchangeKey& key, const HttpRequest& request, const Exchange& exchange) {
  const auto line = lineOf(key, request, exchange);
  const std::lock_guard lock(mutex_);
  const auto before = ::lseek(fd_, 0, SEEK_END);
  for (std::size_t at = 0; at < line.size();) {
    const auto wrote = ::write(fd_, line.data() + at, line.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      const std::string why = std::strerror(errno);
      // Half a line would spoil the next one.
      if (::ftruncate(fd_, before) != 0) throw HttpFailure(TROUPE_E_INTERNAL, "the recording is broken: " + why);
      throw HttpFailure(TROUPE_E_INTERNAL, "the recording " + file_.string() + " cannot be written: " + why);
    }
    at += static_cast<std::size_t>(wrote);
  }
}

Replay::Replay(const std::filesystem::path& folder) : file_(folder / kFile), in_(file_, std::ios::binary) {
  if (!in_)
    throw Failure(ExitCode::usage,
                  "there is no recording in " + folder.string() + "; make one with --record " + folder.string());
  std::string line;
  rapidjson::Document document;
  std::streamoff offset = 0;
  for (std::size_t number = 1; std::getline(in_, line); ++number) {
    const bool whole = !in_.eof();
    // A recording that was cut off by a crash has half a line at its end.
    if (!whole) break;
    if (!parse(document, line))
      throw Failure(ExitCode::usage, file_.string() + ":" + std::to_string(number) +
                                         ": this is no recorded exchange; restore the file, or record it again");
    std::uint64_t call = 0;
    const auto call_text = textMember(document, "call");
    std::from_chars(call_text.data(), call_text.data() + call_text.size(), call);
    entries_[textMember(document, "key")].push_back({offset, line.size(), call});
    offset += static_cast<std::streamoff>(line.size()) + 1;
  }
  in_.clear();
}

Exchange Replay::next(const ExchangeKey& key, const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key.request);
  const auto none = [&](const std::string& why) {
    return HttpFailure(TROUPE_E_PERMANENT_REQUEST, "the recording " + file_.string() + " has no answer to this " +
                                                       request.method + " of " + troupe::quoted(request.url) + ": " +
                                                       why);
  };
  if (found == entries_.end())
    throw none("it was never asked this; the pipeline, its prompts or run.seed are others than when it was recorded");
  auto& entries = found->second;
  const auto waits = [&](bool same_call) {
    return std::find_if(entries.begin(), entries.end(),
                        [&](const Entry& entry) { return !entry.given && (!same_call || entry.call == key.call); });
  };
  auto entry = waits(true);
  if (entry == entries.end()) entry = waits(false);
  if (entry == entries.end())
    throw none("it was asked " + std::to_string(entries.size()) + " times, and all of these have been given");
  entry->given = true;
  std::string line(entry->size, '\0');
  rapidjson::Document document;
  in_.seekg(entry->offset);
  if (!in_.read(line.data(), static_cast<std::streamsize>(line.size())) || !parse(document, line)) {
    in_.clear();
    throw HttpFailure(TROUPE_E_INTERNAL, "the recording " + file_.string() + " cannot be read any more");
  }
  return exchangeOf(document);
}

}  // namespace troupe::services
