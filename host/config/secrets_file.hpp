#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace troupe::config {

/// Keeps a secret in the secrets file, which is made with mode 0600 when there is none; all others stay as they are.
/// `hosts`: where it may go; nothing: as before. Returns them. Throws Failure(usage) with the reason for a file that is
/// not one's own or is broken, which stays as it is. Safe against a crash and against others who do the same.
std::vector<std::string> keepSecret(const std::filesystem::path& file, const std::string& name,
                                    const std::string& value, const std::optional<std::vector<std::string>>& hosts);

/// Takes one out; false when it was not there. Throws as above.
bool removeSecret(const std::filesystem::path& file, const std::string& name);

/// Why it is no host that a secret can be bound to ("api.example.com", "*.example.com"), or nothing.
std::optional<std::string> notAHost(std::string_view host);

}  // namespace troupe::config
