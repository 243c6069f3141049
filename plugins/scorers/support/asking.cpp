#include "asking.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "in_parallel.hpp"

namespace troupe::judging {

Manner::Manner(const Options& options)
    : max_chars(static_cast<std::size_t>(options.integer("max_chars", 4000))),
      max_tokens(options.integer("max_tokens", 600)),
      samples(static_cast<int>(options.integer("samples", 1))) {
  if (options.has("temperature")) temperature = options.number("temperature");
  const auto how = options.text("structured", "auto");
  form = how == "schema" ? Form::schema : how == "text" ? Form::text : Form::automatic;
}

Said Interviewer::ask(Call& call, const std::string& role, int at, const Question& question) const {
  const auto bit = at < 64 ? std::uint64_t{1} << at : 0;
  const auto once = [&](bool with_schema) -> Said {
    try {
      ModelRequest request;
      request.role = role;
      request.at = at;
      request.messages = question.messages;
      request.max_tokens = manner_.max_tokens;
      request.temperature = manner_.temperature;
      request.key = question.key;
      if (with_schema) request.response_schema = question.schema;
      auto answer = models_.complete(call, request);
      return {std::move(answer.text), std::move(answer.model), std::nullopt};
    } catch (const Error& e) {
      return {{}, {}, e};
    } catch (const std::exception& e) {
      return {{}, {}, Error(TROUPE_E_INTERNAL, e.what())};
    }
  };
  if (manner_.form == Manner::Form::text) return once(false);
  if (manner_.form == Manner::Form::automatic && (without_schema_.load() & bit) != 0) return once(false);
  auto said = once(true);
  if (!said.failure || manner_.form == Manner::Form::schema) return said;
  const auto code = said.failure->code();
  const bool refused = code == TROUPE_E_PERMANENT_REQUEST || code == TROUPE_E_UNSUPPORTED;
  if (!refused && code != TROUPE_E_MALFORMED && code != TROUPE_E_TRUNCATED) return said;
  auto plain = once(false);
  if (refused && !plain.failure) without_schema_.fetch_or(bit);
  return plain;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Opinion opinionOf(const Interviewer& interviewer, Call& call, const std::string& role, int at, const Rubric& rubric,
                  const Messages& messages) {
  const auto schema = ratingSchema(rubric);
  std::vector<Said> said(static_cast<std::size_t>(interviewer.manner().samples));
  inParallel(said.size(), [&](std::size_t i) {
    // The first one is asked like the only one.
    said[i] = interviewer.ask(call, role, at, {messages, schema, i == 0 ? "" : "opinion " + std::to_string(i + 1)});
  });
  Opinion opinion;
  std::vector<Rating> ratings;
  for (const auto& one : said) {
    if (one.failure) {
      if (one.failure->code() == TROUPE_E_CANCELLED) throw Error(*one.failure);
      if (!opinion.failure) opinion.failure = one.failure;
      continue;
    }
    opinion.model = one.model;
    auto read = readRating(rubric, one.text);
    if (read.rating) {
      ratings.push_back(std::move(*read.rating));
    } else if (opinion.why_not.empty()) {
      opinion.why_not = read.why_not;
    }
  }
  if (ratings.empty()) {
    if (!opinion.why_not.empty()) opinion.failure.reset();
    return opinion;
  }
  opinion.failure.reset();
  opinion.why_not.clear();
  opinion.heard = static_cast<int>(ratings.size());
  const auto middle = [&ratings](auto get) {
    std::vector<double> values;
    for (const auto& rating : ratings)
      if (const std::optional<double> value = get(rating)) values.push_back(*value);
    return median(std::move(values));
  };
  Rating whole;
  whole.overall = middle([](const Rating& r) { return std::optional(r.overall); });
  const bool all_parts = std::all_of(ratings.begin(), ratings.end(),
                                     [&](const Rating& r) { return r.criteria.size() == rubric.criteria.size(); });
  for (std::size_t c = 0; all_parts && c < rubric.criteria.size(); ++c)
    whole.criteria.push_back(middle([c](const Rating& r) { return std::optional(r.criteria[c]); }));
  const auto by = [](const Rating& a, const Rating& b) { return a.overall < b.overall; };
  opinion.lowest = std::min_element(ratings.begin(), ratings.end(), by)->overall;
  opinion.highest = std::max_element(ratings.begin(), ratings.end(), by)->overall;
  // The words of whoever is nearest to the median.
  whole.reason = std::min_element(ratings.begin(), ratings.end(), [&](const Rating& a, const Rating& b) {
                   return std::abs(a.overall - whole.overall) < std::abs(b.overall - whole.overall);
                 })->reason;
  opinion.rating = std::move(whole);
  return opinion;
}

}  // namespace troupe::judging
