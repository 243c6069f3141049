#pragma once

#include <systemd/sd-bus.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

/// A session bus of its own, for this process and those that are given its address.
class PrivateBus {
 public:
  PrivateBus() {
    dir_.write(
        "bus.conf",
        R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd"><busconfig><type>session</type><listen>unix:path=)" +
            (dir_ / "bus").string() +
            R"(</listen><auth>EXTERNAL</auth><policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>)");
    ProcessOptions options;
    options.folder = dir_.path();
    daemon_ = std::make_unique<Process>(
        std::vector<std::string>{"/usr/bin/dbus-daemon", "--config-file=" + (dir_ / "bus.conf").string(), "--nofork",
                                 "--nopidfile", "--print-address"},
        options);
    daemon_->waitFor("\n");
    address_ = daemon_->out().substr(0, daemon_->out().find('\n'));
    ::setenv("DBUS_SESSION_BUS_ADDRESS", address_.c_str(), 1);
  }
  ~PrivateBus() { ::unsetenv("DBUS_SESSION_BUS_ADDRESS"); }
  const std::string& address() const { return address_; }

 private:
  const TempDir dir_;
  std::unique_ptr<Process> daemon_;
  std::string address_;
};

/// What Notify was given.
struct Notified {
  std::uint32_t replaces = 0;
  std::string app, title, body, sound;
  int urgency = -1;
};

/// org.freedesktop.Notifications as a test wants it.
class FakeDaemon {
 public:
  enum class Manner { good, silent, refusing };
  explicit FakeDaemon(Manner manner = Manner::good, std::vector<std::string> capabilities = {"body", "body-markup"})
      : manner_(manner), capabilities_(std::move(capabilities)) {
    sd_bus* bus = nullptr;
    check(sd_bus_open_user(&bus));
    bus_.reset(bus);
    static const sd_bus_vtable kTable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("GetCapabilities", "", "as", &FakeDaemon::getCapabilities, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Notify", "susssasa{sv}i", "u", &FakeDaemon::notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END};
    check(sd_bus_add_object_vtable(bus, nullptr, "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                                   kTable, this));
    check(sd_bus_request_name(bus, "org.freedesktop.Notifications", 0));
    thread_ = std::thread([this] {
      while (!stop_) {
        const int result = sd_bus_process(bus_.get(), nullptr);
        if (result < 0) return;
        if (result == 0) sd_bus_wait(bus_.get(), 20'000);
      }
    });
  }
  ~FakeDaemon() {
    stop_ = true;
    thread_.join();
  }
  std::vector<Notified> shown() const {
    const std::lock_guard lock(mutex_);
    return shown_;
  }

 private:
  static int check(int result) {
    if (result < 0) throw std::runtime_error(std::string("the fake daemon: ") + std::strerror(-result));
    return result;
  }
  static int getCapabilities(sd_bus_message* call, void* self, sd_bus_error*) {
    auto& daemon = *static_cast<FakeDaemon*>(self);
    if (daemon.manner_ == Manner::silent) return 1;
    sd_bus_message* reply = nullptr;
    check(sd_bus_message_new_method_return(call, &reply));
    check(sd_bus_message_open_container(reply, 'a', "s"));
    for (const auto& capability : daemon.capabilities_)
      check(sd_bus_message_append_basic(reply, 's', capability.c_str()));
    check(sd_bus_message_close_container(reply));
    check(sd_bus_send(nullptr, reply, nullptr));
    sd_bus_message_unref(reply);
    return 1;
  }
  static int notify(sd_bus_message* call, void* self, sd_bus_error* error) {
    auto& daemon = *static_cast<FakeDaemon*>(self);
    if (daemon.manner_ == Manner::refusing)
      return sd_bus_error_set(error, "org.example.Busy", "too many notifications");
    const char *app = nullptr, *icon = nullptr, *title = nullptr, *body = nullptr;
    Notified got;
    check(sd_bus_message_read(call, "susss", &app, &got.replaces, &icon, &title, &body));
    got.app = app;
    got.title = title;
    got.body = body;
    check(sd_bus_message_skip(call, "as"));
    check(sd_bus_message_enter_container(call, 'a', "{sv}"));
    while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
      const char* name = nullptr;
      check(sd_bus_message_read_basic(call, 's', &name));
      if (std::string(name) == "urgency") {
        std::uint8_t urgency = 0;
        check(sd_bus_message_read(call, "v", "y", &urgency));
        got.urgency = urgency;
      } else {
        const char* sound = nullptr;
        check(sd_bus_message_read(call, "v", "s", &sound));
        got.sound = sound;
      }
      check(sd_bus_message_exit_container(call));
    }
    const auto id = got.replaces != 0 ? got.replaces : ++daemon.last_id_;
    {
      const std::lock_guard lock(daemon.mutex_);
      daemon.shown_.push_back(std::move(got));
    }
    return sd_bus_reply_method_return(call, "u", id);
  }

  struct Close {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
  };
  const Manner manner_;
  const std::vector<std::string> capabilities_;
  std::unique_ptr<sd_bus, Close> bus_;
  std::uint32_t last_id_ = 6;
  std::atomic<bool> stop_{false};
  std::thread thread_;
  mutable std::mutex mutex_;  // Guards shown_.
  std::vector<Notified> shown_;
};

}  // namespace troupe::test
