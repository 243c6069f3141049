#include "delivery.hpp"

#include <strings.h>

#include <cmath>

#include "chat_text.hpp"
#include "support/run_text.hpp"

namespace troupe::webhook {
namespace {

constexpr std::size_t kDiscordMost = 2000;
constexpr std::size_t kShownOfBody = 200;

std::string jsonOf(const rapidjson::Value& value) {
  JsonWriter writer;
  writer.value(value);
  return std::string(writer.text());
}

std::string bodyOf(Format format, const Object& event) {
  if (format == Format::troupe) return jsonOf(event.json());
  const auto text = sinks::runText(event);
  const auto whole = text.title + (text.body.empty() ? "" : ": " + text.body);
  JsonWriter json;
  json.beginObject();
  if (format == Format::slack) {
    json.member("text", std::string_view(slackText(whole))).member("mrkdwn", false).member("link_names", false);
    json.member("unfurl_links", false).member("unfurl_media", false);
  } else {
    json.member("content", std::string_view(discordText(whole, kDiscordMost)));
    json.key("allowed_mentions").beginObject().key("parse").beginArray().endArray().endObject();
  }
  json.endObject();
  return std::string(json.text());
}

// Run and row of the journal: a row alone would be the same in another journal.
std::string deliveryId(const Object& event) {
  const auto* id = event.find("id");
  return std::string(event.text("run", "")) + "/" +
         (id != nullptr && id->IsInt64() ? std::to_string(id->GetInt64()) : std::string("0"));
}

// Two headers of one name, and a receiver may read either.
void refuseOwnHeader(const std::string& name) {
  for (const char* own : {"Content-Type", "X-Troupe-Event", "X-Troupe-Delivery", "X-Troupe-Signature"})
    if (::strcasecmp(name.c_str(), own) == 0)
      throw Error(TROUPE_E_PERMANENT_REQUEST, "header \"" + name + "\" is the sink's own; leave it out of \"headers\"");
}

}  // namespace

Settings settingsOf(const Options& options) {
  Settings settings;
  settings.url = options.text("url");
  for (auto& name : options.texts("events")) settings.events.insert(std::move(name));
  const auto format = options.text("format", "troupe");
  settings.format = format == "slack" ? Format::slack : format == "discord" ? Format::discord : Format::troupe;
  if (options.has("headers")) {
    for (const auto& header : options.object("headers").json().GetObject()) {
      const std::string name(header.name.GetString(), header.name.GetStringLength());
      refuseOwnHeader(name);
      settings.headers.emplace_back(name, options.object("headers").text(name));
    }
  }
  settings.secret = options.text("secret", "");
  settings.timeout_ms = std::llround(options.number("timeout_s", 10) * 1000);
  return settings;
}

HttpRequest deliveryOf(const Settings& settings, const Object& event) {
  HttpRequest request;
  request.method = "POST";
  request.url = settings.url;
  request.timeout_ms = settings.timeout_ms;
  request.headers = settings.headers;
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("X-Troupe-Event", sinks::eventName(event));
  request.headers.emplace_back("X-Troupe-Delivery", deliveryId(event));
  request.body = bodyOf(settings.format, event);
  if (!settings.secret.empty()) request.sign.push_back({"X-Troupe-Signature", settings.secret, "sha256="});
  return request;
}

void checkAnswer(const HttpResponse& answer) {
  if (answer.ok()) return;
  std::string message = "the receiver answered " + std::to_string(answer.status);
  if (const auto start = sinks::oneLine(answer.body, kShownOfBody); !start.empty()) message += ": " + start;
  if (answer.status / 100 == 3) message += "; redirects are not followed: set the url to where it leads";
  const int code = answer.status == 429                           ? TROUPE_E_RATE_LIMITED
                   : answer.status == 408 || answer.status >= 500 ? TROUPE_E_TRANSIENT
                                                                  : TROUPE_E_PERMANENT_REQUEST;
  throw Error(code, message, answer.retryAfterMs());
}

}  // namespace troupe::webhook
