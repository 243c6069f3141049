#pragma once

#include <rapidjson/document.h>

namespace troupe::reports {

/// True when rows with this prompt belong to the validation part, which gets about `share` of all prompts. That follows
/// from the prompt's text alone: the same prompt is on the same side in every run and export, and a greater share takes
/// no prompt out.
bool forValidation(const rapidjson::Value& messages, double share);

}  // namespace troupe::reports
