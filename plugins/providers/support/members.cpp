#include "support/members.hpp"

#include <algorithm>

namespace troupe::providers {

void Members::set(std::string_view name, Json value) {
  Json key(name.data(), static_cast<rapidjson::SizeType>(name.size()), pool());
  if (const auto known = json_->FindMember(key); known != json_->MemberEnd())
    known->value = std::move(value);
  else
    json_->AddMember(std::move(key), std::move(value), pool());
}

void Members::remove(std::string_view name) {
  const Json key(rapidjson::StringRef(name.data(), name.size()));
  if (const auto known = json_->FindMember(key); known != json_->MemberEnd()) json_->EraseMember(known);
}

void Members::merge(const Json& object, std::initializer_list<std::string_view> without) {
  for (const auto& entry : object.GetObject()) {
    const std::string_view name(entry.name.GetString(), entry.name.GetStringLength());
    if (std::find(without.begin(), without.end(), name) == without.end()) copy(name, entry.value);
  }
}

void Members::writeMembers(JsonWriter& json, const Json& object) {
  for (const auto& entry : object.GetObject())
    json.member({entry.name.GetString(), entry.name.GetStringLength()}, entry.value);
}

}  // namespace troupe::providers
