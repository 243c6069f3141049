#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>

#include "http_rig.hpp"
#include "services/http/public_address.hpp"
#include "services/http/secret_text.hpp"
#include "services/http/url.hpp"
#include "support/http_server.hpp"
#include "support/sha256.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

using Response = Poco::Net::HTTPServerResponse;

HttpServer mirror() {
  // Everything that came goes back, as the most talkative of servers would do.
  return HttpServer([](const Received& got, Response& response) {
    std::string text = got.path + "\n";
    for (const auto& header : got.headers) text += header.first + ": " + header.second + "\n";
    response.set("X-Path", got.path);
    response.setContentLength64(static_cast<Poco::Int64>(text.size()));
    response.send() << text;
  });
}

std::shared_ptr<Secrets> secretsOf(std::vector<std::string> hosts = {}) {
  return std::shared_ptr<Secrets>(
      new Secrets{{"KEY", {"s3cr3t-value", std::move(hosts)}}, {"BROKEN", {"line\nbreak", {}}}});
}

}  // namespace

TEST_CASE("a request of another shape is refused before anything is sent", "[http]") {
  auto server = mirror();
  HttpRig rig;
  const auto url = R"("url":")" + server.url() + "\"";
  const auto row = GENERATE_COPY(values<std::pair<std::string, std::string>>({
      {"", "it is no JSON object"},
      {"[]", "it is no JSON object"},
      {"{\"url\":\"\xff\"}", "it is no JSON object"},
      {"{}", R"(it has no "url")"},
      {"{" + url + R"(,"methd":"GET"})", R"(it has no member "methd")"},
      {"{" + url + R"(,"method":"GET /"})", R"("GET /" is no method)"},
      {"{" + url + R"(,"method":"CONNECT"})", "method CONNECT is not sent"},
      {"{" + url + R"(,"headers":["a"]})", R"("headers" is no object)"},
      {"{" + url + R"(,"headers":{"a":1}})", R"("a" is no text)"},
      {"{" + url + R"(,"headers":{"X-A":"a\r\nX-B: b"}})",
       R"(header "X-A" holds a line break or another control character)"},
      {"{" + url + R"(,"headers":{"X-A":"a\nb"}})", R"(header "X-A" holds a line break or another control character)"},
      {"{" + url + R"(,"headers":{"X-A":"a\u0000b"}})",
       R"(header "X-A" holds a line break or another control character)"},
      {"{" + url + R"(,"headers":{"X-A: b\r\nX":"c"}})", "is no name of a header"},
      {"{" + url + R"(,"headers":{"":"c"}})", R"("" is no name of a header)"},
      {"{" + url + R"(,"headers":{"HOST":"other"}})", R"(header "HOST" is set by the host)"},
      {"{" + url + R"(,"headers":{"Content-Length":"0"}})", R"(header "Content-Length" is set by the host)"},
      {"{" + url + R"(,"headers":{"transfer-encoding":"chunked"}})",
       R"(header "transfer-encoding" is set by the host)"},
      {"{" + url + R"(,"body":"a","body_base64":"YQ=="})", R"(it has both "body" and "body_base64")"},
      {"{" + url + R"(,"body":7})", R"("body" is no text)"},
      {"{" + url + R"(,"timeout_ms":0})", R"("timeout_ms" is no whole number)"},
      {"{" + url + R"(,"sign":[{"header":"X-S"}]})", R"("sign" has an entry without "secret")"},
      {"{" + url + R"(,"sign":[{"header":"X\n","secret":"a"}]})", "is no name of a header"},
  }));
  const auto answered = rig.request(row.first);
  CHECK(answered.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(answered.failure.value().message, Catch::StartsWith("the request: ") && Catch::Contains(row.second));
  CHECK(server.received().empty());
}

TEST_CASE("a mode that this host does not know is unsupported, so that a plugin can do without", "[http]") {
  HttpRig rig;
  CHECK(rig.request(get("http://127.0.0.1/", R"("mode":"frames")")).code == TROUPE_E_UNSUPPORTED);
}

TEST_CASE("addresses that are none, or not for this", "[http]") {
  const auto row = GENERATE(values<std::pair<std::string, std::string>>({
      {"127.0.0.1/", "this is no address"},
      {"http://", "this is no address"},
      {"http://a b/", "this is no address"},
      {"file:///etc/passwd", "does not begin with http:// or https://"},
      {"ftp://127.0.0.1/", "does not begin with http:// or https://"},
      {"http://user@127.0.0.1/", "the address holds a user or a password"},
      {"http://127.0.0.1:99999/", "this is no address"},
  }));
  HttpRig rig;
  const auto answered = rig.request(get(row.first));
  CHECK(answered.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(answered.failure.value().message, Catch::Contains(row.second));
}

TEST_CASE("which hosts a pattern names", "[http]") {
  using Row = std::tuple<std::string, std::string, bool>;
  const auto [pattern, url, expected] = GENERATE(values<Row>({
      {"api.example.org", "https://api.example.org/v1", true},
      {"api.example.org", "https://API.Example.ORG./v1", true},
      {"API.example.org", "https://api.example.org:8443/v1", true},
      {"api.example.org", "https://api.example.org.evil.example/", false},
      {"api.example.org", "https://evil.example/api.example.org", false},
      {"api.example.org", "https://evil.example#@api.example.org", false},
      {"example.org", "https://api.example.org/", false},
      {"*.example.org", "https://api.example.org/", true},
      {"*.example.org", "https://a.b.example.org/", true},
      {"*.example.org", "https://example.org/", false},
      {"*.example.org", "https://badexample.org/", false},
      {"*.example.org", "https://.example.org/", false},
      {"*", "https://example.org/", false},
      {"", "https://example.org/", false},
      {"127.0.0.1", "http://127.1/", true},
      {"127.0.0.1", "http://2130706433/", true},
      {"127.0.0.1", "http://127.0.0.2/", false},
      {"::1", "http://[::1]:80/", true},
      {"::1", "http://[::2]/", false},
  }));
  CAPTURE(pattern, url);
  CHECK(services::namesHost({"other.example", pattern}, services::urlHost(url)) == expected);
}

TEST_CASE("a host that nobody named is refused, with the repair", "[http]") {
  auto server = mirror();
  HttpRig rig({"api.example.org"});
  const auto answered = rig.request(get(server.url()));
  CHECK(answered.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(answered.failure.value().message ==
        "host \"127.0.0.1\" is not one that this node may speak to; name it in an option of the node that takes an "
        "address, or in "
        "capabilities.net of the plugin's manifest");
  CHECK(server.received().empty());
}

TEST_CASE("a secret is put in by the host, and taken out of whatever comes back", "[http]") {
  auto server = mirror();
  HttpRig rig;
  rig.secrets(secretsOf({"127.0.0.1"}));
  const auto answered = rig.request(
      get(server.url("/k/${secret:KEY}?a=${secret:KEY}"), R"("headers":{"Authorization":"Bearer ${secret:KEY}"})"));
  CHECK(answered.code == TROUPE_OK);
  CHECK(server.received().at(0).headers.at("authorization") == "Bearer s3cr3t-value");
  CHECK(server.received().at(0).path == "/k/s3cr3t-value?a=s3cr3t-value");
  CHECK_THAT(answered.head + answered.body, !Catch::Contains("s3cr3t"));
  CHECK_THAT(answered.head, Catch::Contains("/k/${secret:KEY}?a=${secret:KEY}"));
  CHECK_THAT(answered.body, Catch::Contains("authorization: Bearer ${secret:KEY}"));
}

TEST_CASE("a secret is found across the pieces of an answer", "[http]") {
  services::SecretText text(nullptr);
  const Secrets source{{"A", {"abcabd", {}}}, {"B", {"abcab", {}}}};
  const std::string whole = "xabcabdyabcabcabdzabcabababc";
  const std::string expected = "x${secret:A}y${secret:B}cabdz${secret:B}ababc";
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    services::SecretText redactor(&source);
    redactor.insert("${secret:A}${secret:B}");
    std::string out;
    for (std::size_t at = 0; at < whole.size(); at += size)
      out += redactor.redactPiece(std::string_view(whole).substr(at, size), false);
    out += redactor.redactPiece({}, true);
    CAPTURE(size);
    // Where a short secret begins a longer one, the piece decides which is seen; no value ever comes through.
    CHECK(out.find("abcabd") == std::string::npos);
    if (size == whole.size()) CHECK(out == expected);
  }
}

TEST_CASE("a secret goes only where it is bound to", "[http]") {
  auto server = mirror();
  HttpRig rig;
  rig.secrets(secretsOf({"*.example.org"}));
  for (const auto& json : {get(server.url("/${secret:KEY}")), get(server.url(), R"("headers":{"X-K":"${secret:KEY}"})"),
                           get(server.url(), R"("sign":[{"header":"X-S","secret":"${secret:KEY}"}])")}) {
    const auto answered = rig.request(json);
    CHECK(answered.code == TROUPE_E_PERMANENT_REQUEST);
    CHECK(answered.failure.value().message ==
          "the secret \"KEY\" is not for host \"127.0.0.1\"; add the host to the secret's \"hosts\" in the secrets "
          "file, if it may go there");
  }
  CHECK(server.received().empty());
}

TEST_CASE("secrets that are not there or break a line", "[http]") {
  auto server = mirror();
  HttpRig rig;
  rig.secrets(secretsOf());
  const auto absent = rig.request(get(server.url(), R"("headers":{"X-K":"${secret:NONE}"})"));
  CHECK(absent.code == TROUPE_E_AUTH);
  CHECK_THAT(absent.failure.value().message, Catch::StartsWith("the secret \"NONE\" is not set; "));
  const auto broken = rig.request(get(server.url(), R"("headers":{"X-K":"${secret:BROKEN}"})"));
  CHECK(broken.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(broken.failure.value().message + broken.problem, !Catch::Contains("break\""));
  CHECK(server.received().empty());
}

TEST_CASE("an address that is a secret as a whole", "[http]") {
  auto server = mirror();
  HttpRig rig({"hooks.example.org"});
  const auto with = [&](const std::string& url, std::vector<std::string> hosts) {
    rig.secrets(std::shared_ptr<Secrets>(new Secrets{{"HOOK", {url, std::move(hosts)}}}));
    return rig.request(get("${secret:HOOK}"));
  };
  CHECK(with(server.url("/hook"), {"127.0.0.1"}).code == TROUPE_OK);
  CHECK(server.received().size() == 1);
  const auto unbound = with(server.url("/hook"), {});
  CHECK(unbound.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(unbound.failure.value().message ==
        "the address is a secret whose host this node may not speak to; name the host in the secret's \"hosts\" in the "
        "secrets file");
  const auto down = with("http://127.0.0.1:" + std::to_string(closedPort()) + "/hook", {"127.0.0.1"});
  CHECK(down.code == TROUPE_E_TRANSIENT);
  CHECK_THAT(down.failure.value().message, Catch::StartsWith("GET (secret address): "));
  CHECK(server.received().size() == 1);
}

TEST_CASE("HMAC-SHA256 against the vectors of RFC 4231", "[http]") {
  CHECK(hmacSha256(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmacSha256("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a body is signed with a secret", "[http]") {
  auto server = mirror();
  HttpRig rig;
  rig.secrets(std::shared_ptr<Secrets>(new Secrets{{"SIGN", {"Jefe", {}}}}));
  const auto answered = rig.request(
      R"({"method":"POST","url":")" + server.url() +
      R"(","body":"what do ya want for nothing?","sign":[{"header":"X-Sig","secret":"${secret:SIGN}","prefix":"sha256="}]})");
  CHECK(answered.code == TROUPE_OK);
  CHECK(server.received().at(0).headers.at("x-sig") ==
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("which addresses are public", "[http]") {
  const auto is_public = [](const std::string& text) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    if (::inet_pton(AF_INET, text.c_str(), &in.sin_addr) == 1)
      return services::isPublicAddress(reinterpret_cast<const sockaddr*>(&in));
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    REQUIRE(::inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr) == 1);
    return services::isPublicAddress(reinterpret_cast<const sockaddr*>(&in6));
  };
  for (const auto text : {"8.8.8.8", "1.1.1.1", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2606:4700::1111",
                          "::ffff:8.8.8.8", "2002:808:808::1"}) {
    CAPTURE(text);
    CHECK(is_public(text));
  }
  for (const auto text : {"127.0.0.1",     "127.255.0.9",      "0.0.0.0",         "10.1.2.3",
                          "172.16.0.1",    "172.31.255.255",   "192.168.1.1",     "169.254.169.254",
                          "100.64.0.1",    "224.0.0.1",        "255.255.255.255", "::",
                          "::1",           "fe80::1",          "fc00::1",         "fd12::1",
                          "ff02::1",       "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
                          "2002:7f00:1::", "2001:db8::1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_public(text));
  }
}

TEST_CASE("a pipeline of others reaches no private address, whatever its name says", "[http]") {
  auto server = mirror();
  HttpRig rig({"127.0.0.1", "localhost"});
  rig.network().public_only = true;
  for (const auto host : {"127.0.0.1", "localhost"}) {
    const auto answered = rig.request(get(server.url("/", "http", host)));
    CHECK(answered.code == TROUPE_E_PERMANENT_REQUEST);
    CHECK_THAT(answered.failure.value().message, Catch::Contains("leads to a loopback, private or link-local address"));
  }
  // Not either by a connection that somebody else has left open.
  rig.network().public_only = false;
  CHECK(rig.request(get(server.url())).code == TROUPE_OK);
  rig.network().public_only = true;
  CHECK(rig.request(get(server.url())).code == TROUPE_E_PERMANENT_REQUEST);
}
