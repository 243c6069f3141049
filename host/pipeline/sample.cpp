#include "pipeline/sample.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <utility>

#include "pipeline/json_view.hpp"
#include "pipeline/judging.hpp"

namespace troupe::pipeline {
namespace {

std::size_t at(int position) { return static_cast<std::size_t>(position); }

// The position of a candidate's node in Graph::candidates, or -1.
int candidatePosition(const Graph& graph, int node) {
  const auto found = std::find(graph.candidates.begin(), graph.candidates.end(), node);
  return found == graph.candidates.end() ? -1 : static_cast<int>(found - graph.candidates.begin());
}

template <typename Visit>
void eachScore(const Graph& graph, const Sample& sample, Visit visit) {
  for (const int scorer : graph.scorers)
    for (const auto& scoring : sample.scorings[at(scorer)])
      for (const auto& score : scoring.scores) visit(scorer, score);
}

// Inputs are made for every call of every sample, so they are written into one text that is long enough from the start.
constexpr std::size_t kAround = 256;  // Bytes for what stands around the values.

void appendQuality(std::string& out, const std::optional<double>& quality) {
  out += "\"quality\":";
  out += quality ? jsonNumber(*quality) : "null";
}

void appendScores(std::string& out, const Graph& graph, const Sample& sample, std::string_view candidate) {
  out += '[';
  bool first = true;
  eachScore(graph, sample, [&](int, const ScoreValue& score) {
    if (!candidate.empty() && score.candidate != candidate) return;
    if (!first) out += ',';
    first = false;
    out += score.json;
  });
  out += ']';
}

// With the qualities put before the closing brace of each; and the scores.
void appendCandidates(std::string& out, const Graph& graph, const Sample& sample, bool with_scores) {
  out += '[';
  bool first = true;
  for (std::size_t c = 0; c < graph.candidates.size(); ++c) {
    const auto& answer = sample.answers[at(graph.candidates[c])];
    if (answer.state != Sample::State::value) continue;
    if (!first) out += ',';
    first = false;
    out += std::string_view(answer.json).substr(0, answer.json.size() - 1);
    if (answer.json.size() > 2) out += ',';
    appendQuality(out, c < sample.qualities.size() ? sample.qualities[c] : std::nullopt);
    if (with_scores) {
      out += ",\"scores\":";
      appendScores(out, graph, sample, sample.candidateId(graph, graph.candidates[c]));
    }
    out += '}';
  }
  out += ']';
}

// The sample as filters and stores see it.
void appendSample(std::string& out, const Graph& graph, const Sample& sample, std::string_view run_id) {
  (out += "{\"run\":") += jsonString(run_id);
  (out += ",\"index\":") += std::to_string(sample.index);
  (out += ",\"seed\":") += std::to_string(sample.seed);
  (out += ",\"prompt\":") += sample.prompt;
  out += ",\"candidates\":";
  appendCandidates(out, graph, sample, true);
  out += ',';
  appendQuality(out, sample.winner >= 0 ? sample.qualities[at(sample.winner)] : std::nullopt);
  if (!sample.selection.empty()) (out += ',') += sample.selection;
  out += '}';
}

void appendPort(std::string& out, std::string_view port) { (out += jsonString(port)) += ':'; }

// Of the delayed references; each with a comma behind it.
std::string_view delayedOf(const Sample& sample, int node) {
  const auto found = sample.delayed.find(node);
  return found == sample.delayed.end() ? std::string_view() : std::string_view(found->second);
}

// Bytes of all candidates and scores.
std::size_t sizeOfAnswers(const Graph& graph, const Sample& sample) {
  std::size_t size = 0;
  for (const int node : graph.candidates) size += sample.answers[at(node)].json.size() + 48;
  eachScore(graph, sample, [&](int, const ScoreValue& score) { size += score.json.size() + 1; });
  return size;
}

}  // namespace

Sample::Sample(const Graph& graph, std::int64_t index_, std::int64_t seed_)
    : index(index_),
      seed(seed_),
      answers(graph.nodes.size()),
      scorings(graph.nodes.size()),
      verdicts(graph.nodes.size()),
      saves(graph.nodes.size()),
      stored(graph.nodes.size(), false) {
  for (const int provider : graph.providers) answers[at(provider)].asked = !graph.ensemble->stopsEarly();
  for (const int scorer : graph.scorers)
    scorings[at(scorer)].resize(graph.nodes[at(scorer)].per_candidate ? graph.candidates.size() : 1);
}

void setPrompt(Sample& sample, std::string_view run_id, std::string prompt, std::string genre) {
  sample.prompt = std::move(prompt);
  sample.genre = std::move(genre);
  sample.context = "\"sample\":{\"run\":" + jsonString(run_id) + ",\"index\":" + std::to_string(sample.index) +
                   ",\"seed\":" + std::to_string(sample.seed) + ",\"prompt\":" + sample.prompt + "}";
}

std::string delayedMembers(const Graph& graph, int node, std::int64_t index,
                           const std::function<std::string(int from, std::int64_t index)>& value) {
  std::string members;
  for (const auto& delayed : graph.nodes[at(node)].delayed) {
    const auto emitted = value(delayed.from, index - delayed.lag);
    if (emitted.empty()) continue;
    appendPort(members, delayed.port);
    (members += emitted) += ',';
  }
  return members;
}

void setDelayed(const Graph& graph, Sample& sample,
                const std::function<std::string(int from, std::int64_t index)>& value) {
  for (int node = 0; node < static_cast<int>(graph.nodes.size()); ++node) {
    if (node == graph.source || graph.nodes[at(node)].delayed.empty()) continue;
    sample.delayed[node] = delayedMembers(graph, node, sample.index, value);
  }
}

std::vector<std::optional<double>> computeQualities(const Graph& graph, const Sample& sample) {
  std::vector<std::optional<double>> qualities(graph.candidates.size());
  std::vector<double> sums(graph.candidates.size()), weights(graph.candidates.size());
  for (std::size_t c = 0; c < graph.candidates.size(); ++c) {
    const auto id = sample.candidateId(graph, graph.candidates[c]);
    eachScore(graph, sample, [&](int scorer, const ScoreValue& score) {
      if (score.candidate != id || !score.value) return;
      const double weight = graph.nodes[at(scorer)].config->weight;
      sums[c] += weight * *score.value;
      weights[c] += weight;
    });
    if (weights[c] > 0) qualities[c] = sums[c] / weights[c];
  }
  return qualities;
}

std::string providerInput(const Graph& graph, const Sample& sample, int node) {
  const auto valueOf = [&](const Graph::Edge& edge) -> const std::string& {
    return edge.from == graph.source ? sample.prompt : sample.answers[at(edge.from)].json;
  };
  const auto& edges = graph.nodes[at(node)].inputs;
  const auto delayed = delayedOf(sample, node);
  std::size_t size = sample.context.size() + delayed.size() + kAround;
  for (const auto& edge : edges) size += valueOf(edge).size() + edge.port.size();
  std::string input;
  input.reserve(size);
  input += '{';
  for (const auto& edge : edges) {
    appendPort(input, edge.port);
    (input += valueOf(edge)) += ',';
  }
  ((input += delayed) += sample.context) += '}';
  return input;
}

std::string scorerInput(const Graph& graph, const Sample& sample, int node, int candidate) {
  const auto& plan = graph.nodes[at(node)];
  const int provider = graph.candidates[at(candidate)];
  std::string_view port = plan.type->in.empty() ? std::string_view("candidate") : plan.type->in.front().name;
  for (const auto& edge : plan.inputs)
    if (edge.from == provider) port = edge.port;
  const auto& answer = sample.answers[at(provider)].json;
  const auto delayed = delayedOf(sample, node);
  std::string input;
  input.reserve(answer.size() + delayed.size() + sample.context.size() + port.size() + kAround);
  input += '{';
  appendPort(input, port);
  (input += answer) += ',';
  ((input += delayed) += sample.context) += '}';
  return input;
}

std::string sampleScorerInput(const Graph& graph, const Sample& sample, int node) {
  const auto& plan = graph.nodes[at(node)];
  const auto port = plan.inputs.empty() ? std::string("candidates") : plan.inputs.front().port;
  std::string list = "[";
  for (const auto& edge : plan.inputs) {
    const auto& answer = sample.answers[at(edge.from)];
    if (answer.state != Sample::State::value) continue;
    if (list.size() > 1) list += ',';
    list += answer.json;
  }
  list += ']';
  std::string input = "{" + jsonString(port) + ":" + list + ",";
  if (port != "candidates") input += "\"candidates\":" + list + ",";
  return (input += delayedOf(sample, node)) + sample.context + "}";
}

std::string selectorInput(const Graph& graph, const Sample& sample) {
  std::string input;
  input.reserve(sizeOfAnswers(graph, sample) + sample.context.size() + graph.scorers.size() * 48 + kAround);
  input += "{\"scores\":";
  appendScores(input, graph, sample, {});
  input += ",\"candidates\":";
  appendCandidates(input, graph, sample, false);
  input += ",\"weights\":{";
  for (const int scorer : graph.scorers) {
    if (input.back() != '{') input += ',';
    appendPort(input, graph.name(scorer));
    input += jsonNumber(graph.nodes[at(scorer)].config->weight);
  }
  input += "},";
  ((input += delayedOf(sample, graph.selector)) += sample.context) += '}';
  return input;
}

std::string sampleInput(const Graph& graph, const Sample& sample, int node, std::string_view run_id) {
  const std::string& port = graph.nodes[at(node)].inputs.front().port;
  const auto delayed = delayedOf(sample, node);
  std::string input;
  input.reserve(sizeOfAnswers(graph, sample) + sample.prompt.size() + sample.selection.size() + port.size() +
                delayed.size() + kAround);
  (input += '{') += delayed;
  appendPort(input, port);
  appendSample(input, graph, sample, run_id);
  input += '}';
  return input;
}

std::string sampleJson(const Graph& graph, const Sample& sample, std::string_view run_id) {
  std::string json;
  appendSample(json, graph, sample, run_id);
  return json;
}

std::string decisionJson(const Graph& graph, const Sample& sample) {
  std::string json = "{\"qualities\":{";
  for (std::size_t c = 0; c < graph.candidates.size(); ++c) {
    if (sample.answers[at(graph.candidates[c])].state != Sample::State::value) continue;
    if (json.back() != '{') json += ',';
    json += jsonString(graph.name(graph.candidates[c])) + ":" +
            (c < sample.qualities.size() && sample.qualities[c] ? jsonNumber(*sample.qualities[c]) : "null");
  }
  json += '}';
  if (!sample.selection.empty()) json += "," + sample.selection;
  return json + "}";
}

void restore(const Graph& graph, Sample& sample, const journal::SampleRecord& record, std::string_view run_id) {
  setPrompt(sample, run_id, record.prompt, record.genre);
  const auto position = [&](const std::string& name) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      if (graph.nodes[i].config->name == name) return static_cast<int>(i);
    return -1;
  };
  for (const auto& call : record.calls) {
    const int node = position(call.node);
    if (node < 0) continue;
    auto& answer = sample.answers[at(node)];
    answer.asked = true;
    answer.state = call.ok ? Sample::State::value : Sample::State::failed;
    answer.json = call.answer;
    answer.failure = {call.code, call.message, -1};
    answer.latency_ms = call.latency_ms;
    answer.attempts = call.attempts;
  }
  for (const auto& call : record.model_calls)
    if (call.ok) sample.models.put(call, call.answer);
  for (const auto& row : record.scores) {
    const int scorer = position(row.scorer);
    const int provider = position(row.node);
    if (scorer < 0 || provider < 0) continue;
    const int candidate = candidatePosition(graph, provider);
    if (candidate < 0) continue;
    // A scorer of whole samples emits several rows; they were appended together, so one of them means all.
    auto& scoring = sample.scorings[at(scorer)][graph.nodes[at(scorer)].per_candidate ? at(candidate) : 0];
    scoring.state = Sample::State::value;
    const auto reason = JsonMembers(JsonView(row.json)).at("reason");
    scoring.scores.push_back(
        {row.json, sample.candidateId(graph, provider), row.value, reason.isString() ? reason.text() : std::string()});
  }
  for (const int scorer : graph.scorers)
    for (auto& scoring : sample.scorings[at(scorer)]) inOrder(graph, sample, scoring.scores);
  for (const auto& save : record.saves) {
    const int node = position(save.node);
    if (node < 0) continue;
    sample.saves[at(node)] = save.json;
    sample.stored[at(node)] = true;
  }
  if (!record.decided) return;
  sample.decided = true;
  sample.ok = record.ok;
  sample.reason = record.reason;
  sample.qualities = computeQualities(graph, sample);
  if (record.ok) sample.winner = candidatePosition(graph, position(record.winner));
  rapidjson::Document decision;
  decision.Parse<rapidjson::kParseFullPrecisionFlag>(record.decision.data(), record.decision.size());
  if (!decision.HasParseError() && decision.IsObject()) {
    if (const auto margin = std::as_const(decision).FindMember("margin");
        margin != std::as_const(decision).MemberEnd() && margin->value.IsNumber())
      sample.margin = margin->value.GetDouble();
    if (const auto ensemble = std::as_const(decision).FindMember("ensemble");
        ensemble != std::as_const(decision).MemberEnd())
      sample.ensemble = readEnsembleRecord(ensemble->value);
    // {"qualities":{…},<members>}: what follows the first object.
    const auto qualities = std::as_const(decision).FindMember("qualities");
    if (qualities != std::as_const(decision).MemberEnd()) decision.EraseMember(qualities);
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    decision.Accept(writer);
    if (buffer.GetSize() > 2) sample.selection = std::string(buffer.GetString() + 1, buffer.GetSize() - 2);
  }
  for (const auto& verdict : record.verdicts)
    if (const int node = position(verdict.node); node >= 0)
      sample.verdicts[at(node)] = Sample::Verdict{verdict.pass, verdict.reason};
  for (const auto& decision_row : record.decisions)
    if (const int node = position(decision_row.node); node >= 0)
      sample.verdicts[at(node)] = Sample::Verdict{decision_row.pass, "decided by " + decision_row.by};
}

}  // namespace troupe::pipeline
