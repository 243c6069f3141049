#include "server/web_asset.hpp"

#include <algorithm>
#include <utility>

#include "server/request_head.hpp"
#include "support/sha256.hpp"

namespace troupe::server {

WebAsset::WebAsset(services::WebMount::Asset asset)
    : asset_(std::make_shared<const services::WebMount::Asset>(std::move(asset))),
      etag_("\"" + sha256(asset_->body).substr(0, 32) + "\"") {}

void WebAsset::operator()(Exchange& exchange) const {
  // A new version of the program may have another file: the browser asks each time.
  const Headers headers = {{"ETag", etag_}, {"Cache-Control", "no-cache"}};
  if (matchesTag(exchange.header("if-none-match"), etag_)) return exchange.empty(304, headers);
  exchange.send(200, asset_->content_type, asset_->body, headers);
}

bool matchesTag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const auto end = std::min(if_none_match.find(','), if_none_match.size());
    auto tag = trimmed(if_none_match.substr(0, end));
    if (tag == "*") return true;
    if (tag.substr(0, 2) == "W/") tag.remove_prefix(2);
    if (tag == etag) return true;
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
  }
  return false;
}

}  // namespace troupe::server
