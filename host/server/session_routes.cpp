#include <rapidjson/document.h>

#include <chrono>
#include <utility>

#include "config/json_value.hpp"
#include "server/own_routes.hpp"
#include "support/json_text.hpp"
#include "support/unix_time.hpp"

namespace troupe::server {
namespace {

constexpr std::int64_t kTicketLife = 3600, kLongestTicketLife = 7 * 24 * 3600;

rapidjson::Document readObject(Exchange& exchange) {
  std::vector<Problem> problems;
  auto document = parseJson(exchange.body(), problems);
  if (!document) throw HttpError(400, "the body is no JSON", std::move(problems));
  if (!document->IsObject()) throw HttpError(422, "the body is no JSON object");
  return std::move(*document);
}

void refuseOthers(const rapidjson::Document& document, std::string_view known) {
  for (const auto& entry : document.GetObject())
    if (config::textOf(entry.name) != known)
      throw HttpError(422, "there is a mistake",
                      {{pointerTo("", config::textOf(entry.name)), 0, 0,
                        "unknown key " + troupe::quoted(config::textOf(entry.name)),
                        "the only key is \"" + std::string(known) + "\""}});
}

std::string describe(const Principal& who) {
  static constexpr const char* kRights[] = {"none", "watch", "operate"};
  rapidjson::Document document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  document.AddMember("name", rapidjson::Value(who.name, allocator), allocator);
  document.AddMember("right", rapidjson::StringRef(kRights[static_cast<int>(who.right)]), allocator);
  return toJson(document);
}

std::string cookie(const Exchange& exchange, const Gate& gate, const std::string& id, std::int64_t seconds) {
  return std::string(kSessionCookie) + '=' + id + "; Path=" + (exchange.base().empty() ? "/" : exchange.base()) +
         "; Max-Age=" + std::to_string(seconds) + "; HttpOnly; SameSite=Strict" +
         (gate.secure(exchange) ? "; Secure" : "");
}

}  // namespace

void addSessionRoutes(Router& router, const Tokens& tokens, Sessions& sessions, FailedLogins& failed,
                      std::function<const Gate&()> gate) {
  router.add({"GET", "/api/v1/session", Right::none,
              [](Exchange& exchange) { exchange.json(200, describe(exchange.principal())); }, false});

  router.add({"POST", "/api/v1/session", Right::none,
              [&tokens, &sessions, &failed, gate](Exchange& exchange) {
                if (tokens.none()) return exchange.json(200, describe(exchange.principal()));
                const auto address = exchange.clientAddress();
                if (const auto wait = failed.wait(address); wait.count() > 0) {
                  const auto seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
                  throw HttpError(429, "too many failed logins from " + address + "; try again in " + seconds + " s",
                                  {}, {{"Retry-After", seconds}});
                }
                const auto body = readObject(exchange);
                refuseOthers(body, "token");
                const auto* token = config::member(body, "token");
                if (token == nullptr || !token->IsString())
                  throw HttpError(422, "there is a mistake",
                                  {{"/token", 0, 0, "there is no token", "send {\"token\": \"...\"}"}});
                const auto who = tokens.find(config::textOf(*token));
                if (!who) {
                  failed.failed(address);
                  throw HttpError(401, "there is no such token", {}, {{"WWW-Authenticate", "Bearer realm=\"troupe\""}});
                }
                failed.succeeded(address);
                const auto id = sessions.begin(*who);
                exchange.json(
                    200, describe(*who),
                    {{"Set-Cookie", cookie(exchange, gate(), id, std::chrono::seconds(Sessions::kLife).count())}});
              },
              false});

  router.add({"DELETE", "/api/v1/session", Right::none,
              [&sessions, gate = std::move(gate)](Exchange& exchange) {
                if (const auto id = Gate::sessionId(exchange); !id.empty()) sessions.end(id);
                exchange.empty(204, {{"Set-Cookie", cookie(exchange, gate(), "", 0)}});
              },
              false});
}

void addTicketRoute(Router& router, const Tickets& tickets, std::function<bool(const std::string&)> run_exists,
                    std::function<const Gate&()> gate) {
  router.add(
      {"POST", "/api/v1/runs/{run}/tickets", Right::operate,
       [&tickets, run_exists = std::move(run_exists), gate = std::move(gate)](Exchange& exchange) {
         const auto run = exchange.param("run");
         std::int64_t life = kTicketLife;
         if (!exchange.body().empty()) {
           const auto body = readObject(exchange);
           refuseOthers(body, "ttl_s");
           if (const auto* ttl = config::member(body, "ttl_s")) {
             if (!ttl->IsInt64() || ttl->GetInt64() < 1 || ttl->GetInt64() > kLongestTicketLife)
               throw HttpError(
                   422, "there is a mistake",
                   {{"/ttl_s", 0, 0, "\"ttl_s\" is no integer from 1 to " + std::to_string(kLongestTicketLife), ""}});
             life = ttl->GetInt64();
           }
         }
         if (!run_exists(run)) throw HttpError(404, "there is no run " + troupe::quoted(run));
         const auto expires = unixMs() / 1000 + life;
         const auto ticket = tickets.make(run, expires);
         rapidjson::Document answer(rapidjson::kObjectType);
         auto& allocator = answer.GetAllocator();
         answer.AddMember("ticket", rapidjson::Value(ticket, allocator), allocator);
         answer.AddMember("expires_at", expires * 1000, allocator);
         answer.AddMember(
             "url",
             rapidjson::Value(gate().publicBase(exchange) + "/api/v1/runs/" + run + "/events?ticket=" + ticket,
                              allocator),
             allocator);
         exchange.json(201, toJson(answer));
       },
       false});
}

}  // namespace troupe::server
