#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/json_view.hpp"

/// Checks of what judges and selectors add to a score or a selection; each throws BadValue.
namespace troupe::pipeline {

void checkArray(JsonView value, std::string_view name);
/// The ids of the candidates that a judge compared one with.
std::vector<std::string> checkPairs(JsonView pairs);
/// What the judges of a panel said.
void checkJudgements(JsonView votes);
/// What a selector's rule gave the candidates.
void checkPoints(JsonView points);

// Of members that flow on as they are, so that a null is a mistake as well.
inline bool isOptionalText(JsonView value) { return !value || value.isString(); }
inline bool isGrade(JsonView value) { return value.isNumber() && value.number() >= 0 && value.number() <= 10; }

}  // namespace troupe::pipeline
