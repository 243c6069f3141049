#include <troupe/ext/clock.h>
#include <troupe/ext/http.h>
#include <troupe/ext/model.h>
#include <troupe/ext/web.h>
#include <troupe/troupe.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <sstream>

#include "support/temp_dir.hpp"

// A released layout never changes, only grows at its end. Where this test fails on purpose (a new field), add its line
// to layout.golden; a line that would have to change means a new major version.
TEST_CASE("the layout of every struct of the ABI is the released one", "[abi]") {
  std::ostringstream layout;
#define STRUCT(type) layout << #type << ' ' << sizeof(type) << '\n'
#define FIELD(type, field) \
  layout << #type << '.' << #field << ' ' << offsetof(type, field) << ' ' << sizeof(type::field) << '\n'
  STRUCT(troupe_str);
  FIELD(troupe_str, p);
  FIELD(troupe_str, n);
  STRUCT(troupe_host);
  FIELD(troupe_host, size);
  FIELD(troupe_host, ctx);
  FIELD(troupe_host, log);
  FIELD(troupe_host, ext);
  STRUCT(troupe_call);
  FIELD(troupe_call, size);
  FIELD(troupe_call, ctx);
  FIELD(troupe_call, input);
  FIELD(troupe_call, emit);
  FIELD(troupe_call, cancelled);
  FIELD(troupe_call, on_cancel);
  FIELD(troupe_call, fail);
  STRUCT(troupe_node);
  FIELD(troupe_node, size);
  FIELD(troupe_node, id);
  FIELD(troupe_node, create);
  FIELD(troupe_node, run);
  FIELD(troupe_node, destroy);
  FIELD(troupe_node, ext);
  STRUCT(troupe_module);
  FIELD(troupe_module, size);
  FIELD(troupe_module, minor);
  FIELD(troupe_module, manifest);
  FIELD(troupe_module, init);
  FIELD(troupe_module, deinit);
  FIELD(troupe_module, count);
  FIELD(troupe_module, nodes);
  STRUCT(troupe_clock);
  FIELD(troupe_clock, size);
  FIELD(troupe_clock, ctx);
  FIELD(troupe_clock, unix_ms);
  FIELD(troupe_clock, steady_ns);
  FIELD(troupe_clock, sleep);
  FIELD(troupe_clock, random);
  STRUCT(troupe_http);
  FIELD(troupe_http, size);
  FIELD(troupe_http, ctx);
  FIELD(troupe_http, request);
  STRUCT(troupe_model);
  FIELD(troupe_model, size);
  FIELD(troupe_model, ctx);
  FIELD(troupe_model, complete);
  FIELD(troupe_model, cast);
  STRUCT(troupe_web);
  FIELD(troupe_web, size);
  FIELD(troupe_web, ctx);
  FIELD(troupe_web, declare);
  FIELD(troupe_web, asset);
#undef FIELD
#undef STRUCT
  CHECK(layout.str() == troupe::test::readFile(TROUPE_SOURCE_DIR "/tests/sdk/layout.golden"));
}

TEST_CASE("the numbers of codes, kinds and levels are the released ones", "[abi]") {
  CHECK(TROUPE_OK == 0);
  CHECK(TROUPE_E_PERMANENT_REQUEST == 1);
  CHECK(TROUPE_E_AUTH == 2);
  CHECK(TROUPE_E_QUOTA_GONE == 3);
  CHECK(TROUPE_E_RATE_LIMITED == 4);
  CHECK(TROUPE_E_OVERLOADED == 5);
  CHECK(TROUPE_E_TRANSIENT == 6);
  CHECK(TROUPE_E_CONTENT == 7);
  CHECK(TROUPE_E_TRUNCATED == 8);
  CHECK(TROUPE_E_MALFORMED == 9);
  CHECK(TROUPE_E_CANCELLED == 10);
  CHECK(TROUPE_E_UNSUPPORTED == 11);
  CHECK(TROUPE_E_INTERNAL == 12);
  CHECK(TROUPE_VALUE == 0);
  CHECK(TROUPE_DELTA == 1);
  CHECK(TROUPE_PROGRESS == 2);
  CHECK(TROUPE_USAGE == 3);
  CHECK(TROUPE_HOLD == 4);
  CHECK(TROUPE_RATE == 5);
  CHECK(TROUPE_HTTP_HEAD == 0);
  CHECK(TROUPE_HTTP_BODY == 1);
  CHECK(TROUPE_HTTP_PROBLEM == 2);
  CHECK(TROUPE_HTTP_LINE == 3);
  CHECK(TROUPE_HTTP_EVENT == 4);
  CHECK(TROUPE_DEBUG == 0);
  CHECK(TROUPE_ERROR == 3);
}

TEST_CASE("TROUPE_HAS looks at the size that the other side gave", "[abi]") {
  troupe_node node{};
  node.size = offsetof(troupe_node, ext);
  CHECK(TROUPE_HAS(&node, destroy));
  CHECK_FALSE(TROUPE_HAS(&node, ext));
  node.size = sizeof(troupe_node);
  CHECK(TROUPE_HAS(&node, ext));
}
