#include "signature_list.hpp"

#include <string_view>

namespace troupe::text {

namespace {

constexpr std::string_view kFormat = "minhash-14x8";

}  // namespace

std::string signatureListJson(const std::vector<KeptStory>& stories) {
  JsonWriter json;
  json.beginObject().member("format", kFormat).key("signatures").beginArray();
  for (const auto& story : stories) {
    json.beginObject().member("index", story.index);
    json.member("signature", std::string_view(encoded(story.signature))).endObject();
  }
  json.endArray().endObject();
  return std::string(json.text());
}

std::vector<KeptStory> readSignatureList(const rapidjson::Value* json) {
  std::vector<KeptStory> out;
  if (json == nullptr || json->IsNull()) return out;
  const Object list(*json);
  if (list.text("format", "") != kFormat)
    throw Error(TROUPE_E_PERMANENT_REQUEST,
                "what it is given is no list of signatures; name a node of the type troupe.store.signatures");
  for (const auto& value : list.array("signatures")) {
    const Object object(value);
    const auto signature = decoded(object.text("signature"));
    if (!signature) throw Error(TROUPE_E_INTERNAL, "a signature in the list is cut or changed");
    out.push_back({object.integer("index"), *signature});
  }
  return out;
}

}  // namespace troupe::text
