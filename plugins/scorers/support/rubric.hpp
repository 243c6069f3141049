#pragma once

#include <troupe/model.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::judging {

struct Criterion {
  std::string name, description;
  double weight = 1;
};

/// What is judged by.
struct Rubric {
  std::string text;
  std::vector<Criterion> criteria;  ///< may be empty: one rating for all
};

/// Of the options `rubric` and `criteria`; ours where they say nothing. Throws troupe::Error for names that are there
/// twice and weights that are all 0.
Rubric readRubric(const Options& options);

using Messages = std::vector<std::pair<std::string, std::string>>;

/// The messages of the sample's prompt, for people.
std::string promptText(const rapidjson::Value& prompt);

/// A judge's first message: its part, and that what is fenced is data.
std::string judgePart(const std::string& fence);

/// The question for one text.
Messages ratingMessages(const Rubric& rubric, const std::string& fence, std::string_view prompt, std::string_view text);
/// JSON Schema of its answer.
std::string ratingSchema(const Rubric& rubric);

}  // namespace troupe::judging
