#pragma once

struct sockaddr;

namespace troupe::services {

/// Whether an address belongs to the open network: no loopback, private, link-local, shared, multicast or unspecified
/// one, also when it is written as IPv6.
bool isPublicAddress(const sockaddr* address);

}  // namespace troupe::services
