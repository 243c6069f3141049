#pragma once

#include <memory>
#include <string>

#include "server/exchange.hpp"
#include "services/web_mount.hpp"

namespace troupe::server {

/// Handler of a file that a plugin has given: with an ETag, so that a browser that has it is told so. [any thread]
class WebAsset {
 public:
  explicit WebAsset(services::WebMount::Asset asset);
  void operator()(Exchange& exchange) const;

 private:
  std::shared_ptr<const services::WebMount::Asset> asset_;
  std::string etag_;
};

/// Whether a value of If-None-Match names the tag, or any ("*").
bool matchesTag(std::string_view if_none_match, std::string_view etag);

}  // namespace troupe::server
