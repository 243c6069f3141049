#include "session_bus.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace troupe::desktop {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kName = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";
constexpr std::chrono::milliseconds kSlice{50};  // how soon a cancel is seen

struct CloseBus {
  // Not flushed: that would wait for a bus that hangs.
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
struct FreeMessage {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, FreeMessage>;

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + std::strerror(std::abs(error)));
}

int check(int result) {
  if (result < 0) fail("the message cannot be made", result);
  return result;
}

/// A connection for one notification. Every wait is bounded, which sd_bus_call() is not before the connection stands.
class Connection {
 public:
  Connection(std::chrono::milliseconds limit, const std::function<bool()>& cancelled)
      : until_(Clock::now() + limit), cancelled_(cancelled) {
    sd_bus* bus = nullptr;
    if (const int result = sd_bus_open_user(&bus); result < 0) fail("there is no session bus", result);
    bus_.reset(bus);
    wait("the session bus does not answer", [this] {
      const int ready = sd_bus_is_ready(bus_.get());
      if (ready < 0) fail("there is no session bus", ready);
      return ready > 0;
    });
  }

  Message newCall(const char* member) {
    sd_bus_message* message = nullptr;
    check(sd_bus_message_new_method_call(bus_.get(), &message, kName, kPath, kName, member));
    return Message(message);
  }

  Message call(const Message& message) {
    sd_bus_message* reply = nullptr;
    // The slot ends with the bus: the reply's place is not written to after this function.
    sd_bus_slot* slot = nullptr;
    check(sd_bus_call_async(
        bus_.get(), &slot, message.get(),
        [](sd_bus_message* answer, void* to, sd_bus_error*) {
          *static_cast<sd_bus_message**>(to) = sd_bus_message_ref(answer);
          return 1;
        },
        &reply, UINT64_MAX));
    const std::unique_ptr<sd_bus_slot, sd_bus_slot* (*)(sd_bus_slot*)> held(slot, &sd_bus_slot_unref);
    wait("the notification daemon does not answer", [&] { return reply != nullptr; });
    Message owned(reply);
    if (const auto* error = sd_bus_message_get_error(owned.get()); error != nullptr)
      throw std::runtime_error(std::string("the notification daemon says no: ") +
                               (error->message != nullptr ? error->message : error->name));
    return owned;
  }

 private:
  template <typename Done>
  void wait(const char* what, Done done) {
    while (!done()) {
      const int processed = sd_bus_process(bus_.get(), nullptr);
      if (processed < 0) fail("the session bus has gone", processed);
      if (processed > 0) continue;
      const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until_ - Clock::now());
      if (left.count() <= 0) throw std::runtime_error(what);
      if (cancelled_()) throw std::runtime_error("cancelled");
      sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(std::min<std::chrono::microseconds>(left, kSlice).count()));
    }
  }

  const Clock::time_point until_;
  const std::function<bool()>& cancelled_;
  std::unique_ptr<sd_bus, CloseBus> bus_;
};

bool readsMarkup(Connection& connection) {
  const auto reply = connection.call(connection.newCall("GetCapabilities"));
  if (sd_bus_message_enter_container(reply.get(), 'a', "s") < 0) return false;
  const char* capability = nullptr;
  while (sd_bus_message_read_basic(reply.get(), 's', &capability) > 0)
    if (std::strcmp(capability, "body-markup") == 0) return true;
  return false;
}

void addHint(sd_bus_message* message, const char* name, char type, const void* value) {
  const char signature[2] = {type, '\0'};
  check(sd_bus_message_open_container(message, 'e', "sv"));
  check(sd_bus_message_append_basic(message, 's', name));
  check(sd_bus_message_open_container(message, 'v', signature));
  check(sd_bus_message_append_basic(message, type, value));
  check(sd_bus_message_close_container(message));
  check(sd_bus_message_close_container(message));
}

}  // namespace

std::string escapedMarkup(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::uint32_t show(const Notification& notification, std::chrono::milliseconds limit,
                   const std::function<bool()>& cancelled) {
  Connection connection(limit, cancelled);
  const auto body = readsMarkup(connection) ? escapedMarkup(notification.body) : notification.body;
  const auto message = connection.newCall("Notify");
  auto* const raw = message.get();
  check(sd_bus_message_append(raw, "susss", "Troupe", notification.replaces, "", notification.title.c_str(),
                              body.c_str()));
  check(sd_bus_message_open_container(raw, 'a', "s"));
  check(sd_bus_message_close_container(raw));
  check(sd_bus_message_open_container(raw, 'a', "{sv}"));
  const auto urgency = static_cast<std::uint8_t>(notification.urgency);
  addHint(raw, "urgency", 'y', &urgency);
  if (!notification.sound.empty()) addHint(raw, "sound-name", 's', notification.sound.c_str());
  check(sd_bus_message_close_container(raw));
  check(sd_bus_message_append(raw, "i", -1));
  const auto reply = connection.call(message);
  std::uint32_t id = 0;
  if (sd_bus_message_read_basic(reply.get(), 'u', &id) < 0)
    throw std::runtime_error("the notification daemon answers with something else");
  return id;
}

}  // namespace troupe::desktop
