#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

#include "support/json_reader.hpp"

namespace troupe::providers {

/// The members of a JSON object that is made piece by piece.
class Members {
 public:
  Members() = default;
  /// A copy, to be changed for one call.
  explicit Members(const Json& object) { json_->CopyFrom(object, pool()); }

  /// The value of an option, where it is given, under this name.
  void copy(const Object& options, const char* option, const char* name) {
    if (options.has(option)) copy(name, *options.find(option));
  }
  void copy(std::string_view name, const Json& value) { set(name, Json(value, pool())); }
  /// A member of the same name is replaced.
  void set(std::string_view name, Json value);
  void remove(std::string_view name);
  /// All members of an object, but those `without`.
  void merge(const Json& object, std::initializer_list<std::string_view> without = {});

  rapidjson::Document::AllocatorType& pool() { return json_->GetAllocator(); }
  bool has(std::string_view name) const { return Object(*json_).find(name) != nullptr; }
  bool empty() const { return json_->ObjectEmpty(); }
  const Json& object() const { return *json_; }
  std::shared_ptr<const rapidjson::Document> json() const { return json_; }
  /// Writes them into an object that is begun.
  void write(JsonWriter& json) const { writeMembers(json, *json_); }

  static void writeMembers(JsonWriter& json, const Json& object);

 private:
  std::shared_ptr<rapidjson::Document> json_ = std::make_shared<rapidjson::Document>(rapidjson::kObjectType);
};

}  // namespace troupe::providers
