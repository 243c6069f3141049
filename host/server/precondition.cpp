#include "server/precondition.hpp"

#include <algorithm>
#include <vector>

namespace troupe::server {
namespace {

// The tags of a list, the weak ones with their W/; empty when it is no list of tags.
std::vector<std::string> tagsOf(std::string_view list) {
  std::vector<std::string> tags;
  while (!list.empty()) {
    if (list[0] == ' ' || list[0] == '\t' || list[0] == ',') {
      list.remove_prefix(1);
      continue;
    }
    const auto open = list.substr(0, 2) == "W/" ? std::size_t{2} : 0;
    const auto close = list.size() > open && list[open] == '"' ? list.find('"', open + 1) : std::string_view::npos;
    if (close == std::string_view::npos) return {};
    tags.emplace_back(list.substr(0, close + 1));
    list.remove_prefix(close + 1);
  }
  return tags;
}

}  // namespace

bool matches(std::string_view list, std::string_view etag) {
  if (list == "*") return true;
  const auto tags = tagsOf(list);
  return std::any_of(tags.begin(), tags.end(),
                     [&](const auto& tag) { return tag == etag || tag == "W/" + std::string(etag); });
}

PipelineStore::Condition conditionOf(const Exchange& exchange, bool may_be_new) {
  PipelineStore::Condition condition;
  const auto match = exchange.header("If-Match"), none = exchange.header("If-None-Match");
  const std::string repair = may_be_new
                                 ? "send If-Match with the ETag that you have read, or If-None-Match: * for a new one"
                                 : "send If-Match with the ETag that you have read";
  if (match.empty() && may_be_new && none == "*") {
    condition.must_be_absent = true;
    return condition;
  }
  if (match.empty()) throw HttpError(none.empty() || !may_be_new ? 428 : 400, "the condition is missing; " + repair);
  condition.may_be_any = match == "*";
  condition.etags = tagsOf(match);
  if (!condition.may_be_any && condition.etags.empty()) throw HttpError(400, "If-Match holds no entity tag; " + repair);
  return condition;
}

}  // namespace troupe::server
