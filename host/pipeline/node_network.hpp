#pragma once

#include "config/pipeline_config.hpp"
#include "loader/manifest.hpp"
#include "services/http/http_service.hpp"

namespace troupe::pipeline {

/// The network of a run as one node may use it: the hosts of its manifest, and those that its options name.
inline services::NodeNetwork nodeNetwork(const services::Network& network, const config::Node& node,
                                         const loader::NodeType& type) {
  services::NodeNetwork own;
  static_cast<services::Network&>(own) = network;
  own.hosts = type.net;
  own.hosts.insert(own.hosts.end(), node.hosts.begin(), node.hosts.end());
  return own;
}

}  // namespace troupe::pipeline
