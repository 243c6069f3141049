#pragma once

#include <troupe/ext/http.h>

#include "services/http/http_service.hpp"

namespace troupe::services {

/// troupe.http/1 as one node sees it. Does not move.
class HttpExtension {
 public:
  explicit HttpExtension(NodeNetwork node);
  HttpExtension(const HttpExtension&) = delete;
  HttpExtension& operator=(const HttpExtension&) = delete;

  const troupe_http* table() const { return &table_; }

 private:
  using OnPart = int (*)(void* arg, std::uint32_t part, troupe_str bytes);
  int request(troupe_call* call, std::string_view json, OnPart on_part, void* arg) const;

  const NodeNetwork node_;
  troupe_http table_;
};

}  // namespace troupe::services
