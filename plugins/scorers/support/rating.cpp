#include "rating.hpp"

#include <algorithm>
#include <stdexcept>

#include "answer_scan.hpp"
#include "judged_text.hpp"

namespace troupe::judging {
namespace {

using rapidjson::Value;

// Why an answer is no rating.
class NoRating : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

double onScale(const std::string& said, const std::string& what) {
  const auto number = numberOfTen(said);
  if (!number) throw NoRating("the judge's " + what + " \"" + oneLine(said, 24) + "\" is no number on a scale of ten");
  if (!(*number >= 1 && *number <= 10))
    throw NoRating("the judge's " + what + " " + oneLine(said, 24) + " is not within 1 and 10");
  return *number;
}

double onScale(const Value& said, const std::string& what) {
  if (said.IsString()) return onScale(std::string(said.GetString(), said.GetStringLength()), what);
  if (!said.IsNumber()) throw NoRating("the judge's " + what + " is no number");
  JsonWriter text;
  text.value(said);
  if (!(said.GetDouble() >= 1 && said.GetDouble() <= 10))
    throw NoRating("the judge's " + what + " " + std::string(text.text()) + " is not within 1 and 10");
  return said.GetDouble();
}

const Value* ratingsOf(const Object& json) {
  const auto* ratings = json.find("ratings");
  return ratings != nullptr && ratings->IsObject() ? ratings : nullptr;
}

// The number for the whole, whatever it is called.
const Value* overallOf(const Object& json) {
  for (const auto name : {"rating", "overall", "score"})
    if (json.has(name)) return json.find(name);
  return nullptr;
}

// Nothing when the object speaks of no rating.
std::optional<Rating> fromJson(const Rubric& rubric, const Object& json) {
  Rating rating;
  rating.reason = oneLine(json.has("reason") && json.find("reason")->IsString() ? json.text("reason") : "");
  const auto* ratings = ratingsOf(json);
  const Object rated(ratings != nullptr ? *ratings : json.json());
  double sum = 0, weights = 0;
  std::string missing;
  for (const auto& criterion : rubric.criteria) {
    if (!rated.has(criterion.name)) {
      missing = criterion.name;
      continue;
    }
    rating.criteria.push_back(onScale(*rated.find(criterion.name), "rating of " + criterion.name));
    sum += criterion.weight * rating.criteria.back();
    weights += criterion.weight;
  }
  if (!rating.criteria.empty() && !missing.empty()) throw NoRating("the judge did not rate \"" + missing + "\"");
  if (!rating.criteria.empty()) {
    rating.overall = sum / weights;
    return rating;
  }
  const auto* overall = overallOf(json);
  if (overall == nullptr) return std::nullopt;
  rating.overall = onScale(*overall, "rating");
  return rating;
}

bool differ(const Rating& a, const Rating& b) { return a.overall != b.overall || a.criteria != b.criteria; }

Rating fromTexts(const std::vector<std::string>& said, std::string_view answer) {
  std::optional<double> value;
  for (const auto& one : said) {
    const auto rating = onScale(one, "rating");
    if (value && *value != rating) throw NoRating("the judge's ratings contradict each other");
    value = rating;
  }
  const auto end = std::min(answer.find("[["), answer.size());
  return {*value, {}, oneLine(end > 0 ? answer.substr(0, end) : answer)};
}

}  // namespace

ReadRating readRating(const Rubric& rubric, std::string_view answer) try {
  std::optional<Rating> found;
  for (const auto& document : jsonObjects(answer)) {
    auto rating = fromJson(rubric, Object(document));
    if (!rating) continue;
    if (found && differ(*found, *rating)) throw NoRating("the judge's ratings contradict each other");
    if (!found) found = std::move(rating);
  }
  if (found) return {std::move(found), {}};
  auto said = bracketed(answer);
  const auto labels = labelled(answer);
  said.insert(said.end(), labels.begin(), labels.end());
  if (said.empty()) throw NoRating("the judge's answer has no rating: \"" + oneLine(answer, 80) + "\"");
  return {fromTexts(said, answer), {}};
} catch (const NoRating& e) {
  return {std::nullopt, e.what()};
}

}  // namespace troupe::judging
