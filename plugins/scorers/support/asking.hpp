#pragma once

#include <troupe/model.hpp>

#include <atomic>
#include <optional>
#include <string>

#include "rating.hpp"
#include "rubric.hpp"

namespace troupe::judging {

/// How a judge is asked, as the options say.
struct Manner {
  enum class Form { automatic, schema, text };

  explicit Manner(const Options& options);

  std::size_t max_chars;
  std::int64_t max_tokens;
  std::optional<double> temperature;
  Form form;
  int samples;  ///< opinions that one judge is asked for
};

/// A question, whoever is asked.
struct Question {
  Messages messages;
  std::string schema;
  std::string key;
};

/// One judge's answer: its text, or why there is none.
struct Said {
  std::string text, model;
  std::optional<Error> failure;
};

/// Asks models, by schema where they take one. [any thread]
class Interviewer {
 public:
  Interviewer(Host host, Manner manner) : models_(host), manner_(std::move(manner)) {}

  const Manner& manner() const { return manner_; }
  Cast cast(Call& call) const { return models_.cast(call); }
  /// Never throws but for a cancel, which it gives as a failure too.
  Said ask(Call& call, const std::string& role, int at, const Question& question) const;

 private:
  const Models models_;
  const Manner manner_;
  // A provider that has refused a schema is not asked with one again: the answers are the same, and it saves a request.
  mutable std::atomic<std::uint64_t> without_schema_{0};  // By `at`, the first 64.
};

/// What one judge makes of a text: its opinions as one.
struct Opinion {
  std::optional<Rating> rating;  ///< of each number the median
  double lowest = 0, highest = 0;
  int heard = 0;                 ///< opinions that could be read
  std::string why_not;           ///< when there is no rating
  std::string model;             ///< that answered
  std::optional<Error> failure;  ///< when nobody answered at all
};

/// Asks one judge about one text as often as the manner says. Throws troupe::Error when the call is cancelled.
Opinion opinionOf(const Interviewer& interviewer, Call& call, const std::string& role, int at, const Rubric& rubric,
                  const Messages& messages);

double median(std::vector<double> values);

}  // namespace troupe::judging
