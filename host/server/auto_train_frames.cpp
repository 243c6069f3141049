#include "server/auto_train_frames.hpp"

#include <troupe/troupe.hpp>

#include <cmath>
#include <cstdio>
#include <memory>

#include "support/json_text.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kMost = 199;  // Bytes of "data: {…}".

// Whole code points, with an ellipsis, at most `bytes` long.
std::string cut(const std::string& text, std::size_t bytes) {
  constexpr std::string_view kEllipsis = "…";
  if (bytes < kEllipsis.size()) return {};
  auto end = bytes - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end) + std::string(kEllipsis);
}

// Cut, not rounded: 7.996 is below 8 and must not read as 8.
double hundredths(double value) {
  const double cut = std::floor(value * 100) / 100;
  const double next = (std::floor(value * 100) + 1) / 100;
  return next <= value ? next : cut;
}

std::string written(const Object& progress, const std::string& genre, const std::string& model) {
  JsonWriter json;
  json.beginObject();
  json.member("current", progress.integer("current", 0)).member("total", progress.integer("total", 0));
  json.member("percentage", std::round(progress.number("percentage", 0.0) * 100) / 100);
  json.member("latest_quality", hundredths(progress.number("latest_quality", 0.0)));
  json.member("current_genre", genre).member("best_model", model);
  json.member("successful", progress.integer("successful", 0)).member("failed", progress.integer("failed", 0));
  json.member("stories_saved", progress.integer("stories_saved", 0))
      .member("phase", progress.text("phase", "generating"));
  json.endObject();
  return "data: " + std::string(json.text());
}

StreamFrame frame(const journal::Event& event, const std::string& message, bool last) {
  StreamFrame frame;
  frame.id = event.id;
  frame.run = event.run;
  frame.last = last;
  frame.bytes = std::make_shared<const std::string>(chunk(message) + (last ? std::string(kLastChunk) : ""));
  return frame;
}

std::string reasonOf(const Object& event, std::string_view state) {
  const auto reason = event.text("reason", "");
  return "the run was " + std::string(state) + (reason.empty() ? "" : ": " + std::string(reason));
}

}  // namespace

std::string chunk(std::string_view data) {
  char size[20];
  const int n = std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return std::string(size, static_cast<std::size_t>(n)).append(data).append("\r\n");
}

std::string progressMessage(const rapidjson::Value& value) {
  const Object progress(value);
  std::string genre(progress.text("current_genre", "-")), model(progress.text("best_model", "-"));
  for (auto* name : {&genre, &model})
    if (name->size() > kMost) *name = cut(*name, kMost);
  auto message = written(progress, genre, model);
  while (message.size() > kMost && (!genre.empty() || !model.empty())) {
    auto& longer = genre.size() > model.size() ? genre : model;
    const auto excess = message.size() - kMost;
    longer = cut(longer, longer.size() > excess ? longer.size() - excess : longer.size() / 2);
    message = written(progress, genre, model);
  }
  return message + "\n\n";
}

std::string errorMessage(std::string_view error) {
  JsonWriter json;
  json.beginObject().member("type", "error").member("error", error).endObject();
  return "data: " + std::string(json.text()) + "\n\n";
}

std::optional<StreamFrame> autoTrainFrame(const journal::Event& event) {
  const bool told = event.type == "sample" || event.type == "complete" || event.type == "failed" || event.type == "run";
  if (!told) return std::nullopt;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(event.json.data(), event.json.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  const Object object(document);
  if (event.type == "sample") {
    const auto* progress = object.find("progress");
    if (progress == nullptr || !progress->IsObject()) return std::nullopt;
    return frame(event, progressMessage(*progress), false);
  }
  if (event.type == "complete") {
    JsonWriter json;
    json.beginObject().member("type", "complete").key("result");
    object.has("result") ? json.value(*object.find("result")) : json.beginObject().endObject();
    json.endObject();
    return frame(event, "data: " + std::string(json.text()) + "\n\n", true);
  }
  if (event.type == "failed") return frame(event, errorMessage(object.text("error", "the run failed")), true);
  const auto state = object.text("state", "");
  if (state != "paused" && state != "cancelled") return std::nullopt;
  return frame(event, errorMessage(reasonOf(object, state)), true);
}

}  // namespace troupe::server
