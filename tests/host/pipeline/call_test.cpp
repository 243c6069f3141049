#include "pipeline/call.hpp"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "board.hpp"
#include "pipeline/thread_state.hpp"

namespace troupe::test {
namespace {

using pipeline::Call;
using pipeline::FailureInfo;

loader::NodeType provider() {
  loader::NodeType type;
  type.kind = loader::Kind::provider;
  type.out = {{"candidate", "troupe:candidate/1"}};
  return type;
}

troupe_str str(std::string_view text) { return {text.data(), text.size()}; }
int emit(Call& call, std::uint32_t kind, std::string_view port, std::string_view json) {
  return call.table()->emit(call.table()->ctx, kind, str(port), str(json));
}
int fail(Call& call, int code, std::string_view message, std::int64_t retry_after_ms = -1) {
  return call.table()->fail(call.table()->ctx, code, str(message), retry_after_ms);
}
const FailureInfo kStop{TROUPE_E_CANCELLED, "enough", -1};

TEST_CASE("a service's reason stands in for the plugin's words", "[call]") {
  const auto type = provider();
  struct Row {
    int explained;
    std::string said;
    int returned;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({{6, "", 6, "no route"},
                                         {6, "my own words", 6, "my own words"},
                                         {6, "", 7, "returned 7 without a message"},
                                         {6, "", 0, ""}}));
  Call call(type, "{}", 1);
  static_cast<services::CallContext&>(call).explain(row.explained, "no route");
  if (!row.said.empty()) fail(call, row.returned, row.said);
  const auto result = call.finish(row.returned);
  CHECK((result.failure ? result.failure->message : "") == row.message);
}

TEST_CASE("services are told of a cancel beside the plugin, once, and not after they have gone", "[call]") {
  const auto type = provider();
  Call call(type, "{}", 1);
  std::atomic<int> plugin{0};
  int first = 0, second = 0, late = 0;
  call.table()->on_cancel(
      call.table()->ctx, [](void* arg) { ++*static_cast<std::atomic<int>*>(arg); }, &plugin);
  const services::CancelHook hook(call, [&] { ++first; });
  {
    const services::CancelHook gone(call, [&] { ++second; });
  }
  call.cancel(kStop);
  call.cancel(kStop);
  const services::CancelHook after(call, [&] { ++late; });
  CHECK(plugin == 1);
  CHECK(first == 1);
  CHECK(second == 0);
  CHECK(late == 1);
}

TEST_CASE("a hook that is removed while it runs has ended when that returns", "[call]") {
  const auto type = provider();
  Call call(type, "{}", 1);
  std::atomic<bool> inside{false}, leave{false}, ended{false};
  auto hook = std::make_unique<services::CancelHook>(call, [&] {
    inside = true;
    while (!leave) std::this_thread::yield();
    ended = true;
  });
  std::thread canceller([&] { call.cancel(kStop); });
  while (!inside) std::this_thread::yield();
  std::thread remover([&] {
    hook.reset();
    CHECK(ended);
  });
  leave = true;
  remover.join();
  canceller.join();
}

TEST_CASE("what a call comes to", "[call]") {
  struct Row {
    std::string name;
    std::function<int(Call&)> run;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {"a value", [](Call& c) { return emit(c, TROUPE_VALUE, "candidate", "{}"); }, 0, ""},
      {"nothing", [](Call&) { return 0; }, 0, ""},
      {"fail", [](Call& c) { return fail(c, TROUPE_E_CONTENT, "no"); }, TROUPE_E_CONTENT, "no"},
      {"the first fail() counts",
       [](Call& c) {
         fail(c, TROUPE_E_CONTENT, "first");
         return fail(c, TROUPE_E_CONTENT, "second");
       },
       TROUPE_E_CONTENT, "first"},
      {"what is returned is the code", [](Call& c) { return fail(c, TROUPE_E_CONTENT, "no"), 4; }, 4, "no"},
      {"returns a code without fail()", [](Call&) { return 6; }, 6, "returned 6 without a message"},
      {"returns no code", [](Call&) { return 99; }, TROUPE_E_INTERNAL, "returned 99 without a message"},
      {"returns a negative code", [](Call& c) { return fail(c, 7, "no"), -3; }, TROUPE_E_INTERNAL, "no"},
      {"fail() and 0", [](Call& c) { return fail(c, 6, "no"), 0; }, TROUPE_E_INTERNAL,
       "contract broken: called fail() (\"no\") and returned 0"},
      {"undeclared port", [](Call& c) { return emit(c, TROUPE_VALUE, "x", "{}"), 0; }, TROUPE_E_INTERNAL,
       "contract broken: emitted on port \"x\", which its manifest does not declare"},
      {"hold of no filter", [](Call& c) { return emit(c, TROUPE_HOLD, "candidate", "{}"), 0; }, TROUPE_E_INTERNAL,
       "contract broken: emitted a hold, which only filters may"},
      {"unknown kind", [](Call& c) { return emit(c, 17, "candidate", "{}"), 0; }, TROUPE_E_INTERNAL,
       "contract broken: emitted kind 17, which is unknown"},
      {"too many values",
       [](Call& c) {
         int code = 0;
         for (int i = 0; i <= 4096; ++i) code = emit(c, TROUPE_VALUE, "candidate", "1");
         CHECK(code == TROUPE_E_INTERNAL);
         return 0;
       },
       TROUPE_E_INTERNAL, "contract broken: emitted more than 4096 values"},
      {"a message of bytes", [](Call& c) { return fail(c, 1, "a\xC3(\xF0\x9F\x98\x80\xED\xA0\x80"); }, 1,
       "a\xEF\xBF\xBD(\xF0\x9F\x98\x80\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"a long message", [](Call& c) { return fail(c, 1, std::string(4095, 'x') + "\xC3\xA4"); }, 1,
       std::string(4095, 'x')},
  }));
  CAPTURE(row.name);
  const auto type = provider();
  Call call(type, "{}", 1);
  const auto result = call.finish(row.run(call));
  CHECK(result.failure.has_value() == (row.code != 0));
  if (result.failure) {
    CHECK(result.failure->code == row.code);
    CHECK(result.failure->message == row.message);
    CHECK(result.values.empty());
  }
  // Nothing that comes later has an effect.
  CHECK(emit(call, TROUPE_VALUE, "candidate", "{}") == TROUPE_E_CANCELLED);
}

TEST_CASE("a cancelled call fails with the reason of the cancel", "[call]") {
  const auto type = provider();
  Call call(type, "{}", 1);
  int calls = 0;
  call.table()->on_cancel(
      call.table()->ctx, [](void* n) { ++*static_cast<int*>(n); }, &calls);
  CHECK(call.table()->cancelled(call.table()->ctx) == 0);
  call.cancel(kStop);
  call.cancel({TROUPE_E_TRANSIENT, "later", -1});
  CHECK(calls == 1);
  CHECK(call.table()->cancelled(call.table()->ctx) == 1);
  CHECK(emit(call, TROUPE_VALUE, "candidate", "{}") == TROUPE_E_CANCELLED);
  CHECK_FALSE(call.sleep(1'000'000));
  // Registered too late: called at once.
  call.table()->on_cancel(
      call.table()->ctx, [](void* n) { ++*static_cast<int*>(n); }, &calls);
  CHECK(calls == 2);
  fail(call, TROUPE_E_INTERNAL, "my own");
  const auto result = call.finish(TROUPE_E_INTERNAL);
  REQUIRE(result.failure);
  CHECK(result.failure->message == "enough");
  CHECK(result.failure->code == TROUPE_E_CANCELLED);
}

TEST_CASE("a removed or replaced function is not called", "[call]") {
  const auto type = provider();
  Call call(type, "{}", 1);
  int first = 0, second = 0;
  const auto count = [](void* n) { ++*static_cast<int*>(n); };
  call.table()->on_cancel(call.table()->ctx, count, &first);
  call.table()->on_cancel(call.table()->ctx, count, &second);
  SECTION("replaced") { call.cancel(kStop); }
  SECTION("removed") {
    call.table()->on_cancel(call.table()->ctx, nullptr, nullptr);
    call.cancel(kStop);
    second = 1;
  }
  SECTION("after the end") {
    call.finish(0);
    call.cancel(kStop);
    second = 1;
  }
  CHECK(first == 0);
  CHECK(second == 1);
}

TEST_CASE("who sleeps in a call is woken when it finishes", "[call]") {
  const auto type = provider();
  Call call(type, "{}", 1);
  std::atomic<pid_t> sleeper{0};
  auto slept = std::async(std::launch::async, [&] {
    sleeper = ::gettid();
    return call.sleep(2 * std::chrono::milliseconds(kPatience).count());
  });
  while (sleeper == 0 || pipeline::isRunnable(sleeper)) std::this_thread::yield();
  call.finish(0);
  REQUIRE(slept.wait_for(kPatience) == std::future_status::ready);
  CHECK_FALSE(slept.get());
}

TEST_CASE("cancel, on_cancel, emit, sleep and finish race without harm", "[call]") {
  const auto type = provider();
  for (int round = 0; round < 300; ++round) {
    Call call(type, "{}", 1);
    std::atomic<bool> inside{false}, over{false};
    struct Flags {
      std::atomic<bool>*inside, *over;
    } flags{&inside, &over};
    std::thread killer([&] { call.cancel(kStop); });
    std::thread second([&] { call.cancel(kStop); });
    std::thread sleeper([&] { call.sleep(1'000'000); });  // Ends with the cancel or the end.
    call.table()->on_cancel(
        call.table()->ctx,
        [](void* p) {
          auto& mine = *static_cast<Flags*>(p);
          if (mine.over->load()) std::abort();  // The host may not be inside after finish().
          mine.inside->store(true);
        },
        &flags);
    emit(call, TROUPE_VALUE, "candidate", "{}");
    if (round % 2 == 0) call.table()->on_cancel(call.table()->ctx, nullptr, nullptr);
    const auto result = call.finish(0);
    over.store(true);
    killer.join();
    second.join();
    call.cancel(kStop);
    sleeper.join();
    CHECK((result.failure.has_value() || result.values.size() == 1));
  }
}

TEST_CASE("a call's random numbers depend on its seed alone", "[call]") {
  const auto type = provider();
  Call one(type, "{}", 42), two(type, "{}", 42), other(type, "{}", 43);
  for (int i = 0; i < 5; ++i) {
    const auto number = one.random();
    CHECK(number == two.random());
    CHECK(number != other.random());
  }
}

TEST_CASE("deltas and usage and rates go to the listener and usage is kept when the call fails", "[call]") {
  const auto type = provider();
  std::vector<std::string> heard;
  Call call(type, "{}", 1, [&](std::uint32_t kind, std::string_view json) {
    heard.push_back(std::to_string(kind) + std::string(json));
  });
  emit(call, TROUPE_DELTA, "candidate", "{\"text\":\"a\"}");
  emit(call, TROUPE_USAGE, "", "{\"input\":1}");
  emit(call, TROUPE_RATE, "", "{\"requests\":{\"remaining\":0}}");
  const auto result = call.finish(6);
  CHECK(heard == std::vector<std::string>{"1{\"text\":\"a\"}", "3{\"input\":1}", "5{\"requests\":{\"remaining\":0}}"});
  CHECK(result.usage == "{\"input\":1}");
}

}  // namespace
}  // namespace troupe::test
