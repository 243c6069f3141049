#include "services/http/secret_text.hpp"

#include <troupe/troupe.h>

#include <algorithm>

#include "services/http/message.hpp"
#include "services/http/url.hpp"
#include "support/json_text.hpp"

namespace troupe::services {
namespace {

constexpr std::string_view kOpen = "${secret:";
constexpr std::size_t kShortest = 4;  // A shorter value stands in any text by chance.

}  // namespace

const Secret& SecretText::use(const std::string& name) {
  for (const auto& entry : used_)
    if (entry.first == name) return entry.second;
  auto secret = source_ != nullptr ? source_->find(name) : std::nullopt;
  if (!secret)
    throw HttpFailure(TROUPE_E_AUTH, "the secret " + troupe::quoted(name) +
                                         " is not set; set it in the environment or in the secrets file");
  return used_.emplace_back(name, std::move(*secret)).second;
}

std::string SecretText::insert(std::string_view text) {
  std::string out;
  for (;;) {
    const auto open = text.find(kOpen);
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, open));
    out.append(use(std::string(text.substr(open + kOpen.size(), close - open - kOpen.size()))).value);
    text.remove_prefix(close + 1);
  }
}

void SecretText::checkHost(const std::string& host) const {
  for (const auto& entry : used_)
    if (!entry.second.hosts.empty() && !namesHost(entry.second.hosts, host))
      throw HttpFailure(TROUPE_E_PERMANENT_REQUEST,
                        "the secret " + troupe::quoted(entry.first) + " is not for host " + troupe::quoted(host) +
                            "; add the host to the secret's \"hosts\" in the secrets file, if it may go there");
}

bool SecretText::bindsTo(const std::string& host) const {
  return std::any_of(used_.begin(), used_.end(),
                     [&](const auto& entry) { return namesHost(entry.second.hosts, host); });
}

std::string SecretText::redact(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    std::size_t first = std::string_view::npos;
    const std::pair<std::string, Secret>* found = nullptr;
    for (const auto& entry : used_) {
      if (entry.second.value.size() < kShortest) continue;
      const auto at = text.find(entry.second.value);
      const bool better =
          at != std::string_view::npos &&
          (found == nullptr || at < first || (at == first && entry.second.value.size() > found->second.value.size()));
      if (!better) continue;
      first = at;
      found = &entry;
    }
    if (found == nullptr) break;
    out.append(text.substr(0, first)).append(kOpen).append(found->first).append("}");
    text.remove_prefix(first + found->second.value.size());
  }
  return out.append(text);
}

// Length of the longest end of the text that a value begins with.
std::size_t SecretText::keptBack(std::string_view text) const {
  std::size_t most = 0;
  for (const auto& entry : used_) {
    const std::string_view value = entry.second.value;
    if (value.size() < kShortest) continue;
    for (auto length = std::min(value.size() - 1, text.size()); length > most; --length)
      if (text.substr(text.size() - length) == value.substr(0, length)) most = length;
  }
  return most;
}

std::string SecretText::redactPiece(std::string_view piece, bool last) {
  if (used_.empty()) return std::string(piece);
  std::string text = std::exchange(tail_, {}).append(piece);
  // First whole values, so that the end of one is not taken for the beginning of another.
  text = redact(text);
  if (last) return text;
  const auto kept = keptBack(text);
  tail_ = text.substr(text.size() - kept);
  text.resize(text.size() - kept);
  return text;
}

}  // namespace troupe::services
