#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::webhook {

/// Text that Slack shows as it is: no mention, no <!channel>, no link.
std::string slackText(std::string_view text);

/// The same for Discord, where the signs of Markdown mean something too. At most `most` UTF-16 units (what Discord
/// counts), then "…".
std::string discordText(std::string_view text, std::size_t most);

}  // namespace troupe::webhook
