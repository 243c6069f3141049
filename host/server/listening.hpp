#pragma once

#include <Poco/Net/ServerSocket.h>

#include "server/server_config.hpp"
#include "server/server_log.hpp"

namespace troupe::server {

/// Whether only this machine reaches the address.
bool isLoopback(const std::string& address);

/// A socket that listens as configured, with TLS where it is on. Throws Failure(usage) with a sentence; warns of a key
/// that others can read.
Poco::Net::ServerSocket listenAs(const ServerConfig& config, ServerLog& log);

}  // namespace troupe::server
