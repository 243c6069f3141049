#include "console.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "console_events.hpp"
#include "support/fake_host.hpp"
#include "virtual_terminal.hpp"

using namespace troupe::console;
using namespace troupe::test;
using std::chrono::milliseconds;

namespace {

/// A clock that a test turns.
struct TestClock {
  std::chrono::nanoseconds now{0};
  Console::Clock clock() {
    return [this] { return now; };
  }
};

/// Two connected descriptors, closed at the end.
struct Ends {
  int ours = -1;
  int theirs = -1;
  Ends() = default;
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    closeOurs();
    if (theirs >= 0) ::close(theirs);
  }
  void closeOurs() {
    if (ours >= 0) ::close(ours);
    ours = -1;
  }
};

/// A pipe's end that reads, and the other that the console writes to.
struct Pipe : Ends {
  Pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    ours = fds[0];
    theirs = fds[1];
  }
  std::string readAll() {
    ::close(theirs);
    theirs = -1;
    std::string out;
    char buffer[4096];
    for (ssize_t n; (n = ::read(ours, buffer, sizeof(buffer))) > 0;) out.append(buffer, static_cast<std::size_t>(n));
    return out;
  }
};

/// Each write is one message, so that frames can be counted.
struct Messages : Ends {
  Messages() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds) != 0) throw std::runtime_error("socketpair failed");
    ours = fds[0];
    theirs = fds[1];
  }
  std::vector<std::string> take() {
    std::vector<std::string> out;
    std::string buffer(65536, '\0');
    for (ssize_t n; (n = ::recv(ours, buffer.data(), buffer.size(), MSG_DONTWAIT)) >= 0;)
      out.push_back(buffer.substr(0, static_cast<std::size_t>(n)));
    return out;
  }
};

/// A pseudo-terminal and what is to be seen on it.
struct Pty : Ends {
  Pty(int width, int height) : screen(width, height) {
    winsize window{};
    window.ws_col = static_cast<unsigned short>(width);
    window.ws_row = static_cast<unsigned short>(height);
    if (::openpty(&ours, &theirs, nullptr, nullptr, &window) != 0) throw std::runtime_error("openpty failed");
    ::fcntl(ours, F_SETFL, O_NONBLOCK);
  }
  void resize(int width, int height) {
    winsize window{};
    window.ws_col = static_cast<unsigned short>(width);
    window.ws_row = static_cast<unsigned short>(height);
    ::ioctl(ours, TIOCSWINSZ, &window);
    screen.resize(width, height);
  }
  /// What has been written is in the terminal's buffer when the write returns.
  std::string look() {
    char buffer[4096];
    for (ssize_t n; (n = ::read(ours, buffer, sizeof(buffer))) > 0;) screen.feed({buffer, static_cast<std::size_t>(n)});
    return screen.screen();
  }
  VirtualTerminal screen;
};

std::string text(const Frame& frame) {
  std::string out;
  for (const auto& line : frame) out.append(&line == &frame.front() ? "" : "\n").append(line.text);
  return out;
}

void send(Console& console, const std::string& event) { console.handle(JsonValue(event).object()); }

}  // namespace

TEST_CASE("the mode follows the option, then the output", "[console]") {
  CHECK(modeOf("auto", true, "xterm-256color") == Mode::kTerminal);
  CHECK(modeOf("auto", false, "xterm-256color") == Mode::kPipe);
  CHECK(modeOf("auto", true, "dumb") == Mode::kPipe);
  CHECK(modeOf("auto", true, "") == Mode::kPipe);
  CHECK(modeOf("tty", false, "dumb") == Mode::kTerminal);
  CHECK(modeOf("pipe", true, "xterm") == Mode::kPipe);
  CHECK(modeOf("off", true, "xterm") == Mode::kOff);
}

TEST_CASE("colours follow the option, NO_COLOR, TERM and COLORTERM", "[console]") {
  using Color = Style::Color;
  CHECK(styleOf("auto", true, {"xterm", "", "", ""}).color == Color::k16);
  CHECK(styleOf("auto", true, {"xterm-256color", "", "", ""}).color == Color::k256);
  CHECK(styleOf("auto", true, {"xterm-256color", "truecolor", "", ""}).color == Color::k24Bit);
  CHECK(styleOf("auto", true, {"xterm", "", "1", ""}).color == Color::kNone);
  CHECK(styleOf("auto", true, {"dumb", "truecolor", "", ""}).color == Color::kNone);
  CHECK(styleOf("auto", false, {"xterm", "truecolor", "", ""}).color == Color::kNone);
  CHECK(styleOf("always", false, {"xterm", "", "1", ""}).color == Color::k16);
  CHECK(styleOf("never", true, {"xterm", "truecolor", "", ""}).color == Color::kNone);
  CHECK(styleOf("auto", true, {"xterm", "", "", "en_US.UTF-8"}).unicode);
  CHECK(styleOf("auto", true, {"xterm", "", "", "C"}).unicode);
  CHECK_FALSE(styleOf("auto", true, {"xterm", "", "", "de_DE.ISO-8859-1"}).unicode);
}

TEST_CASE("a pipe gets the seed's lines", "[console]") {
  const TimeZone tz("UTC");
  Pipe pipe;
  TestClock clock;
  {
    Console console(pipe.theirs, Mode::kPipe, Style(), clock.clock());
    send(console, runEvent("running"));
    for (int number = 1; number <= 20; ++number) send(console, sampleEvent(number));
    send(console, progressOf(20, ""));
    send(console, R"({"type":"log","level":"warning","source":"judge","message":"slow\nanswer"})");
    send(console, R"({"type":"log","level":"info","source":"judge","message":"hidden"})");
    send(console, runEvent("paused", "budget: 2.00 usd are spent"));
    send(console, runEvent("resumed"));
    send(console, sampleEvent(49));
    send(console, sampleEvent(50));
    send(console, completeEvent());
  }
  CHECK(pipe.readAll() == R"([AutoTrainer] 🚀 Starting batch generation: 50 examples
[AutoTrainer] 💾 Saved story #102 to database
[AutoTrainer] 💾 Saved story #104 to database
[AutoTrainer] 💾 Saved story #106 to database
[AutoTrainer] 💾 Saved story #108 to database
[AutoTrainer] 💾 Saved story #110 to database
[AutoTrainer] 📈 Progress: 10/50 (9 successful)
[AutoTrainer] 💾 Saved story #112 to database
[AutoTrainer] 💾 Saved story #114 to database
[AutoTrainer] 💾 Saved story #116 to database
[AutoTrainer] 💾 Saved story #118 to database
[AutoTrainer] 💾 Saved story #120 to database
[AutoTrainer] 📈 Progress: 20/50 (19 successful)
[AutoTrainer] Warning: judge: slow answer
[AutoTrainer] Paused: budget: 2.00 usd are spent
[AutoTrainer] To go on: troupe resume stories-7f3a
[AutoTrainer] Run stories-7f3a resumed
[AutoTrainer] 💾 Saved story #150 to database
[AutoTrainer] 📈 Progress: 50/50 (48 successful)

Training Completed!
Successfully generated 48 out of 50 examples in 150.0 seconds
Generated: 48   Saved: 31   Below threshold: 17   Failed: 2

Model          Wins  Mean quality  Failures  Mean time
gemini-2.0       20           8.4         0     310 ms
claude-sonnet    16           8.3         1     12.4 s
groq-llama       12             -         3          -

Best story: sample 16, sci-fi, by gemini-2.0, quality 9.2/10
Why it won: craft and judge both put it first (ahead of the next by 0.60)

The lamp had burned for a thousand years, and no one in the valley knew who trimmed it.

Then one night it [2Jwent out.
)");
}

TEST_CASE("the panel is redrawn in place, one write a frame, at most twenty a second", "[console]") {
  const TimeZone tz("UTC");
  Messages messages;
  TestClock clock;
  {
    Console console(messages.theirs, Mode::kTerminal, Style(), clock.clock());
    send(console, runEvent("running"));
    for (int number = 1; number <= 9; ++number) send(console, sampleEvent(number));
    const auto first = messages.take();
    REQUIRE(first.size() == 1);
    CHECK(first[0].rfind("\x1b[?25l\rTraining Progress", 0) == 0);
    clock.now += milliseconds(49);
    send(console, sampleEvent(10));
    CHECK(messages.take().empty());
    clock.now += milliseconds(1);
    send(console, sampleEvent(11));
    const auto second = messages.take();
    REQUIRE(second.size() == 1);
    CHECK(second[0].rfind("\x1b[?25l\x1b[8A\rTraining Progress", 0) == 0);
    CHECK(second[0].find("2J") == std::string::npos);
    CHECK_THAT(second[0], Catch::Contains("Sample 11 of 50") && Catch::EndsWith("\x1b[J\x1b[?25h"));
    send(console, sampleEvent(12));
    CHECK(messages.take().empty());
  }
  const auto last = messages.take();  // what was kept back is drawn at the end
  REQUIRE(last.size() == 1);
  CHECK_THAT(last[0], Catch::Contains("Sample 12 of 50"));
}

TEST_CASE("a terminal shows the panel, follows its size, and keeps the report", "[console]") {
  const TimeZone tz("UTC");
  Pty pty(80, 24);
  TestClock clock;
  Console console(pty.theirs, Mode::kTerminal, Style(), clock.clock());
  Story story;
  const auto feed = [&](const std::string& event) {
    clock.now += milliseconds(50);
    story.add(event);
    send(console, event);
  };
  const auto clean_cursor = [&] {
    return pty.screen.cursorVisible() && pty.screen.column() == 0 && !pty.screen.coloured();
  };

  feed(runEvent("running"));
  CHECK(pty.look() == text(render(story.state(), 80, 24, Style())));
  for (int number = 1; number <= 25; ++number) {
    feed(sampleEvent(number));
    REQUIRE(pty.look() == text(render(story.state(), 80, 24, Style())));
    REQUIRE(clean_cursor());
  }
  using Size = std::pair<int, int>;
  for (const auto& [width, height] :
       {Size{40, 24}, Size{20, 24}, Size{20, 6}, Size{20, 2}, Size{120, 40}, Size{80, 24}}) {
    CAPTURE(width, height);
    pty.resize(width, height);
    feed(sampleEvent(25));
    CHECK(pty.look() == text(render(story.state(), width, height, Style())));
    CHECK(pty.screen.row() == static_cast<int>(render(story.state(), width, height, Style()).size()));
    feed(sampleEvent(26));
    CHECK(pty.look() == text(render(story.state(), width, height, Style())));
    CHECK(clean_cursor());
  }
  CHECK(pty.screen.scrolledOff().empty());

  pty.resize(80, 60);
  feed(completeEvent());
  CHECK(pty.look() == text(render(story.state(), 80, 60, Style())) + "\n" + text(report(story.state(), 80, Style())));
  CHECK(clean_cursor());
}

TEST_CASE("a stopped terminal holds nobody up", "[console]") {
  const TimeZone tz("UTC");
  Pty pty(80, 24);
  TestClock clock;
  Console console(pty.theirs, Mode::kTerminal, Style(), clock.clock());
  send(console, runEvent("running"));
  const std::string before = pty.look();
  REQUIRE(::write(pty.ours, "\x13", 1) == 1);  // Ctrl-S
  for (int number = 1; number <= 40; ++number) {
    clock.now += milliseconds(50);
    send(console, sampleEvent(number));
  }
  CHECK(pty.look() == before);
  REQUIRE(::write(pty.ours, "\x11", 1) == 1);  // Ctrl-Q
  clock.now += milliseconds(50);
  send(console, sampleEvent(41));
  CHECK_THAT(pty.look(), Catch::Contains("Sample 41 of 50"));
}

TEST_CASE("output that cannot be written to never harms", "[console]") {
  const TimeZone tz("UTC");
  const auto mode = GENERATE(Mode::kPipe, Mode::kTerminal);
  TestClock clock;
  const auto whole_run = [&](int fd) {
    Console console(fd, mode, Style(), clock.clock());
    send(console, runEvent("running"));
    for (int number = 1; number <= 50; ++number) {
      clock.now += milliseconds(50);
      send(console, sampleEvent(number));
    }
    send(console, completeEvent());
  };
  SECTION("the reader has gone") {
    Pipe pipe;
    pipe.closeOurs();
    CHECK_NOTHROW(whole_run(pipe.theirs));  // SIGPIPE would end the program
  }
  SECTION("full") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    CHECK_NOTHROW(whole_run(full));
    ::close(full);
  }
  SECTION("closed") { CHECK_NOTHROW(whole_run(-1)); }
  SECTION("the terminal was closed") {
    Pty pty(80, 24);
    pty.closeOurs();
    CHECK_NOTHROW(whole_run(pty.theirs));
  }
}

TEST_CASE("off is silent", "[console]") {
  Pipe pipe;
  TestClock clock;
  {
    Console console(pipe.theirs, Mode::kOff, Style(), clock.clock());
    send(console, runEvent("running"));
    send(console, completeEvent());
  }
  CHECK(pipe.readAll().empty());
}

TEST_CASE("the plugin draws on a real terminal and leaves it in order when killed", "[console][plugin]") {
  const TimeZone tz("UTC");
  const PluginFile plugin(TROUPE_PLUGIN_DIR "/sink.console.troupe");
  winsize window{};
  window.ws_col = 80;
  window.ws_row = 60;
  int master = -1;
  const bool killed = GENERATE(false, true);
  std::fflush(nullptr);  // Or the child would write what is buffered here too, when a sanitizer flushes at its end.
  const pid_t child = ::forkpty(&master, nullptr, nullptr, &window);
  REQUIRE(child >= 0);
  if (child == 0) {
    ::setenv("TERM", "xterm-256color", 1);
    ::setenv("COLORTERM", "truecolor", 1);
    ::unsetenv("NO_COLOR");
    ::setenv("LC_ALL", "C.UTF-8", 1);
    {
      FakeHost host;
      FakeNode node(host, plugin.node("troupe.sink.console"), R"({"mode":"auto","color":"auto"})");
      const auto run = [&](const std::string& event) {
        host.setNowMs(host.nowMs() + 50);
        FakeCall call(host, R"({"event":)" + event + "}");
        if (node.run(call) != TROUPE_OK) ::_exit(3);
      };
      run(runEvent("running"));
      for (int number = 1; number <= 50; ++number) {
        run(sampleEvent(number));
        if (killed && number == 25) ::raise(SIGKILL);
      }
      run(completeEvent());
    }
    ::_exit(0);
  }
  VirtualTerminal screen(80, 60);
  std::string output;
  char buffer[4096];
  for (;;) {
    const ssize_t n = ::read(master, buffer, sizeof(buffer));  // EIO once the child has gone
    if (n <= 0 && errno != EINTR) break;
    if (n > 0) output.append(buffer, static_cast<std::size_t>(n));
  }
  screen.feed(output);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  ::close(master);
  Story story;
  story.add(runEvent("running"));
  if (killed) {
    story.samples(1, 25);
    CHECK(WIFSIGNALED(status));
    CHECK(screen.screen() == text(render(story.state(), 80, 60, Style())));
  } else {
    story.samples(1, 50).add(completeEvent());
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(screen.screen() ==
          text(render(story.state(), 80, 60, Style())) + "\n" + text(report(story.state(), 80, Style())));
  }
  CHECK(output.find("\x1b[38;2;59;130;246m") != std::string::npos);
  CHECK(screen.cursorVisible());
  CHECK_FALSE(screen.coloured());
  CHECK(screen.column() == 0);
}

TEST_CASE("an event that is none fails its call and nothing else", "[console][plugin]") {
  FakeHost host;
  const PluginFile plugin(TROUPE_PLUGIN_DIR "/sink.console.troupe");
  FakeNode node(host, plugin.node("troupe.sink.console"), R"({"mode":"off"})");
  FakeCall none(host, "{}");
  CHECK(node.run(none) == TROUPE_E_INTERNAL);
  FakeCall odd(host, R"({"event":[1,2]})");
  CHECK(node.run(odd) == TROUPE_OK);
}
