// The plugin on a session bus of the test's own: a fake daemon for the protocol, dunst for what a person sees.
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "notification_bus.hpp"
#include "program/sandbox.hpp"
#include "session_bus.hpp"
#include "support/fake_host.hpp"

using namespace troupe;
using namespace troupe::test;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

const char* const kComplete =
    R"({"type":"complete","run":"stories-7f3a","at":1,"id":9,"n":9,"result":{"samples":50,"successful":48,"failed":2,"stories_saved":30}})";
const char* const kPaused =
    R"({"type":"run","state":"paused","run":"stories-7f3a","at":1,"id":8,"n":8,"reason":"no provider is left: <a> & b","progress":{"current":3,"total":9,"successful":3,"failed":0,"stories_saved":1}})";

/// The plugin as the host loads it.
struct Plugin {
  explicit Plugin(std::string_view options =
                      R"({"events":["complete","failed","paused"],"min_interval_s":5,"sound":"","urgency":{}})")
      : file(TROUPE_PLUGIN_DIR "/sink.desktop.troupe"), node(host, file.node("troupe.sink.desktop"), options) {}
  void give(const std::string& event) {
    FakeCall call(host, R"({"event":)" + event + "}");
    CHECK(node.run(call) == TROUPE_OK);
    CHECK_FALSE(call.failed());
  }
  FakeHost host;
  PluginFile file;
  FakeNode node;
};

std::string warning(const Plugin& plugin) { return plugin.host.log().empty() ? "" : plugin.host.log().front().second; }

}  // namespace

TEST_CASE("a notification as it goes over the bus", "[desktop][bus]") {
  const PrivateBus bus;
  const FakeDaemon daemon;
  Plugin plugin(
      R"({"events":["complete","paused"],"min_interval_s":0,"sound":"complete","urgency":{"paused":"critical"}})");
  plugin.give(kPaused);
  plugin.give(kComplete);
  const auto shown = daemon.shown();
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].app == "Troupe");
  CHECK(shown[0].title == "Run stories-7f3a is paused");
  CHECK(shown[0].body == "no provider is left: &lt;a&gt; &amp; b; 3 of 9 generated, 1 saved");
  CHECK(shown[0].sound == "complete");
  CHECK(shown[0].urgency == 2);
  CHECK(shown[0].replaces == 0);
  CHECK(shown[1].body == "48 of 50 generated, 30 saved, 2 failed");
  CHECK(shown[1].urgency == 1);
  CHECK(shown[1].replaces == 7);
  CHECK(plugin.host.log().empty());
}

TEST_CASE("a daemon without markup gets plain text", "[desktop][bus]") {
  const PrivateBus bus;
  const FakeDaemon daemon(FakeDaemon::Manner::good, {"body"});
  Plugin plugin;
  plugin.give(kPaused);
  REQUIRE(daemon.shown().size() == 1);
  CHECK(daemon.shown()[0].body == "no provider is left: <a> & b; 3 of 9 generated, 1 saved");
}

TEST_CASE("a daemon that hangs or refuses holds up nobody", "[desktop][bus]") {
  const PrivateBus bus;
  {
    const FakeDaemon daemon(FakeDaemon::Manner::silent);
    const auto began = Clock::now();
    CHECK_THROWS_WITH(
        desktop::show({"t", "b", desktop::Urgency::normal, "", 0}, milliseconds(150), [] { return false; }),
        "the notification daemon does not answer");
    CHECK(Clock::now() - began < milliseconds(1500));
    CHECK_THROWS_WITH(
        desktop::show({"t", "b", desktop::Urgency::normal, "", 0}, milliseconds(60'000), [] { return true; }),
        "cancelled");
    Plugin plugin;
    plugin.give(kComplete);
    CHECK(warning(plugin) ==
          "no notification can be shown: the notification daemon does not answer; the run goes on without");
    CHECK(Clock::now() - began < milliseconds(4500));
  }
  const FakeDaemon daemon(FakeDaemon::Manner::refusing);
  Plugin plugin;
  plugin.give(kComplete);
  CHECK(
      warning(plugin) ==
      "no notification can be shown: the notification daemon says no: too many notifications; the run goes on without");
}

TEST_CASE("no daemon, no bus, a bus that hangs: one notice and no harm", "[desktop][bus]") {
  {
    const PrivateBus bus;
    Plugin plugin;
    plugin.give(kPaused);
    plugin.give(kComplete);
    REQUIRE(plugin.host.log().size() == 1);
    CHECK(plugin.host.log()[0].first == TROUPE_WARNING);
    CHECK_THAT(warning(plugin), Catch::StartsWith("no notification can be shown: the notification daemon says no: ") &&
                                    Catch::EndsWith("; the run goes on without"));
  }
  ::unsetenv("XDG_RUNTIME_DIR");
  Plugin none;
  none.give(kPaused);
  none.give(kComplete);
  REQUIRE(none.host.log().size() == 1);
  CHECK_THAT(warning(none), Catch::StartsWith("no notification can be shown: there is no session bus: "));

  const TempDir dir;
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (dir / "bus").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener, 4) == 0);  // And nobody accepts.
  ::setenv("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + (dir / "bus").string()).c_str(), 1);
  CHECK_THROWS_WITH(desktop::show({"t", "b", desktop::Urgency::normal, "", 0}, milliseconds(150), [] { return false; }),
                    "the session bus does not answer");
  ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
  ::close(listener);
}

TEST_CASE("dunst shows the end of a real run, with its counts", "[desktop][bus][program]") {
  const PrivateBus bus;
  const TempDir dir;
  ProcessOptions options;
  options.folder = dir.path();
  options.environment = {"PATH=/usr/bin:/bin",
                         "HOME=" + dir.path().string(),
                         "XDG_RUNTIME_DIR=" + dir.path().string(),
                         "XDG_CACHE_HOME=" + dir.path().string(),
                         "LANG=C.UTF-8",
                         "DBUS_SESSION_BUS_ADDRESS=" + bus.address()};
  Process server({"/usr/bin/Xvfb", "-displayfd", "1", "-screen", "0", "640x200x24", "-nolisten", "tcp"}, options);
  server.waitFor("\n");
  options.environment.push_back("DISPLAY=:" + server.out().substr(0, server.out().find('\n')));
  const auto config = dir.write("dunstrc",
                                "[global]\nwidth = 560\noffset = 20x20\nfont = DejaVu Sans 14\nmarkup = full\nformat = "
                                "\"<b>%s</b>\\n%b\"\nnotification_limit = 2\n");
  const Process dunst({"/usr/bin/dunst", "-conf", config.string(), "-verbosity", "mesg"}, options);

  // Until its name is on the bus; then the run, with the demo's pipeline.
  const auto until = Clock::now() + std::chrono::seconds(20);
  const auto ask = [&](std::vector<std::string> command) {
    Process process(std::move(command), options);
    process.wait();
    return process.out();
  };
  while (ask({"/usr/bin/dbus-send", "--session", "--dest=org.freedesktop.DBus", "--print-reply", "/",
              "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.Notifications"})
             .find("true") == std::string::npos)
    REQUIRE(Clock::now() < until);

  const Sandbox sandbox;
  auto pipeline = readFile(TROUPE_SOURCE_DIR "/config/stories.json");
  const std::string nodes = "\"nodes\": {";
  REQUIRE(pipeline.find(nodes) != std::string::npos);
  pipeline.insert(pipeline.find(nodes) + nodes.size(),
                  R"("desktop": { "type": "troupe.sink.desktop", "options": { "events": ["complete"] } },)");
  const auto file = sandbox.write("stories.json", pipeline);
  auto run = sandbox.options();
  run.environment.push_back("DBUS_SESSION_BUS_ADDRESS=" + bus.address());
  const auto result = sandbox.run({"run", file.string(), "--quiet", "--set", "nodes.marlow.options.pace_ms=0", "--set",
                                   "nodes.wren.options.pace_ms=0", "--set", "nodes.quill.options.pace_ms=0"},
                                  run);
  CAPTURE(result.err);
  CHECK(result.code == 0);
  CHECK_THAT(result.err, !Catch::Contains("no notification"));

  const auto screenshot = std::filesystem::path(TROUPE_BUILD_DIR) / "screenshots" / "desktop-notification.png";
  std::filesystem::create_directories(screenshot.parent_path());
  // Until it is drawn: a screen without a window has one colour.
  for (;;) {
    ask({"/usr/bin/import", "-window", "root", screenshot.string()});
    const auto colours = ask({"/usr/bin/identify", "-format", "%k", screenshot.string()});
    if (!colours.empty() && std::stoi(colours) > 20) break;
    REQUIRE(Clock::now() < until);
  }
  CHECK(std::filesystem::file_size(screenshot) > 1000);

  const auto dunst_says = [&](const std::string& member) {
    return ask({"/usr/bin/dbus-send", "--session", "--dest=org.freedesktop.Notifications", "--print-reply",
                "/org/freedesktop/Notifications", "org.dunstproject.cmd0." + member});
  };
  dunst_says("NotificationCloseAll");
  const auto history = dunst_says("NotificationListHistory");
  CHECK_THAT(history,
             Catch::Contains("is complete\"") && Catch::Contains("48 of 50 generated, 30 saved, 2 failed, in "));
}
