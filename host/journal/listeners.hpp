#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace troupe::journal {

/// Keeps a listener registered; the listener is not called any more once this is gone, nor is it inside a call then
/// (unless it ends its own registration from within). Must not be destroyed with a lock held that the listener takes.
/// [any thread]
class Registration {
 public:
  Registration() = default;
  explicit Registration(std::function<void()> remove) : remove_(std::move(remove)) {}
  Registration(Registration&& other) noexcept : remove_(std::exchange(other.remove_, nullptr)) {}
  Registration& operator=(Registration&& other) noexcept {
    reset();
    remove_ = std::exchange(other.remove_, nullptr);
    return *this;
  }
  ~Registration() { reset(); }
  void reset() {
    if (const auto remove = std::exchange(remove_, nullptr)) remove();
  }

 private:
  std::function<void()> remove_;
};

/// Those who want to hear of something, in the order of their coming. A registration may outlive it.
template <typename... Values>
class Listeners {
  struct Entry {
    explicit Entry(std::function<void(Values...)> fn_) : fn(std::move(fn_)) {}
    const std::function<void(Values...)> fn;
    std::recursive_mutex mutex;  // Held while `fn` is called. Guards all below.
    bool gone = false;
  };
  using List = std::vector<std::shared_ptr<Entry>>;
  struct Shared {
    std::mutex mutex;  // Guards all below.
    std::shared_ptr<const List> list = std::make_shared<const List>();
  };

 public:
  /// [any thread]
  [[nodiscard]] Registration add(std::function<void(Values...)> fn) {
    auto entry = std::make_shared<Entry>(std::move(fn));
    change(*shared_, [&](List& list) { list.push_back(entry); });
    return Registration([weak = std::weak_ptr<Shared>(shared_), entry] {
      if (const auto shared = weak.lock())
        change(*shared, [&](List& list) { list.erase(std::remove(list.begin(), list.end(), entry), list.end()); });
      const std::lock_guard lock(entry->mutex);
      entry->gone = true;
    });
  }

  /// Those who are there now, for any number of calls.
  class Audience {
   public:
    void operator()(const Values&... values) const {
      for (const auto& entry : *list_) {
        const std::lock_guard lock(entry->mutex);
        if (!entry->gone) entry->fn(values...);
      }
    }

   private:
    friend class Listeners;
    explicit Audience(std::shared_ptr<const List> list) : list_(std::move(list)) {}
    std::shared_ptr<const List> list_;
  };
  Audience audience() const {
    const std::lock_guard lock(shared_->mutex);
    return Audience(shared_->list);
  }

 private:
  template <typename Change>
  static void change(Shared& shared, Change&& change) {
    const std::lock_guard lock(shared.mutex);
    auto list = std::make_shared<List>(*shared.list);
    change(*list);
    shared.list = std::move(list);
  }

  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace troupe::journal
