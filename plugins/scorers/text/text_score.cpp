#include "text_score.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "diversity.hpp"
#include "document.hpp"
#include "fit.hpp"
#include "language.hpp"
#include "overused.hpp"
#include "prose.hpp"
#include "readability.hpp"
#include "repetition.hpp"

namespace troupe::text {

namespace {

LanguageGuess languageOf(const Document& document, Rules rules) {
  switch (rules) {
    case Rules::kEnglish:
      return {};
    case Rules::kOther:
      return {false, "another language, says the option"};
    case Rules::kAuto:
      break;
  }
  return guessLanguage(document);
}

std::vector<TextScore::Line> judge(const TextRequest& request, const TextOptions& options, const Document& document) {
  const auto language = languageOf(document, options.rules);
  const auto english = [&language](auto signal) {
    if (language.english) return signal();
    return notCounted("the text is not English (" + std::string(language.other) + ")");
  };
  std::array<Part, kSignals.size()> parts = {
      repetition(document),
      quality(document, options.quality, language.english),
      diversity(document),
      english([&] { return readability(document); }),
      length(static_cast<double>(document.words.size()), options.length),
      english([&] { return promptFit(document, request.prompt, request.genre); }),
      english([&] { return genreFit(document, request.genre); }),
      english([&] { return overused(document); }),
      english([&] { return prose(document); }),
  };
  std::vector<TextScore::Line> out;
  out.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].value = std::clamp(parts[i].value, 0.0, 10.0);
    out.push_back({kSignals[i].name, parts[i].counted ? options.weights[i] : 0, std::move(parts[i])});
  }
  return out;
}

std::string describe(const TextScore::Line& line) {
  return std::string(line.name) + " " + fixed(line.part.value, 1) + " (" + line.part.reason + ")";
}

}  // namespace

TextScore scoreText(const TextRequest& request, const TextOptions& options) {
  TextScore out;
  const auto document = readDocument(request.text);
  out.parts = judge(request, options, document);

  const TextScore::Line* strongest = nullptr;
  const TextScore::Line* weakest = nullptr;
  const TextScore::Line* capping = nullptr;
  double weights = 0;
  double sum = 0;
  for (const auto& line : out.parts) {
    if (line.weight <= 0) continue;
    weights += line.weight;
    sum += line.weight * line.part.value;
    if (strongest == nullptr || line.part.value > strongest->part.value) strongest = &line;
    if (weakest == nullptr || line.part.value < weakest->part.value) weakest = &line;
    if (line.part.cap < 10 && (capping == nullptr || line.part.cap < capping->part.cap)) capping = &line;
  }
  if (strongest == nullptr) {
    out.abstained = true;
    out.reason = "text signals only: no signal with a weight has anything to say about this text";
    return out;
  }
  if (document.words.empty()) {
    out.reason =
        document.chars == 0 ? "text signals only: the text is empty" : "text signals only: the text has no words";
    return out;
  }

  constexpr double kPullOfTheWeakest = .15;
  const double mean = sum / weights;
  double value = mean - kPullOfTheWeakest * (mean - weakest->part.value);
  const bool capped = capping != nullptr && capping->part.cap < value;
  if (capped) value = std::max(capping->part.cap, 0.0);
  out.value = std::round(std::clamp(value, 0.0, 10.0) * 1e4) / 1e4;
  out.reason = "text signals only: strongest " + describe(*strongest) + ", weakest " + describe(*weakest);
  if (capped) out.reason += "; held at " + fixed(out.value, 1) + " by a hard fault in " + std::string(capping->name);
  if (document.cut) out.reason += "; only the first 4 MiB were read";
  return out;
}

}  // namespace troupe::text
