#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <troupe/model.hpp>

#include "script.hpp"

namespace troupe::scripted {
namespace {

std::int64_t indexOf(Call& call) { return call.input().object("sample").integer("index"); }

std::uint64_t hash(std::string_view text) {  // FNV-1a
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

/// Options: count (dry after so many; -1 never), genres.
class Source final : public Node {
 public:
  explicit Source(const Options& options) : script_(options), count_(options.integer("count", -1)) {
    if (options.has("genres")) genres_ = options.texts("genres");
  }
  void run(Call& call) override {
    const auto index = call.input().integer("index");
    const Told told(script_, call, index);
    script_.begin(call, index);
    if (count_ >= 0 && index >= count_) return;
    const auto act = script_.act(index);
    if (act == "rubbish") return call.emit("prompt", "no json");
    std::string content = "prompt " + std::to_string(index);
    if (call.input().has("examples")) {
      JsonWriter examples;
      examples.value(*call.input().find("examples"));
      content += " after " + std::string(examples.text());
    }
    JsonWriter json;
    json.beginObject()
        .key("messages")
        .beginArray()
        .beginObject()
        .member("role", "user")
        .member("content", content)
        .endObject()
        .endArray();
    json.key("vars").beginObject();
    if (!genres_.empty()) json.member("genre", genres_[static_cast<std::size_t>(index) % genres_.size()]);
    json.endObject().endObject();
    call.emit("prompt", json);
    if (act == "twice") call.emit("prompt", json);
  }

 private:
  Script script_;
  const std::int64_t count_;
  std::vector<std::string> genres_;
};

/// Options: text (the answer's beginning; the prompt follows), exactly (the whole answer), pieces (sent as deltas
/// before anything else; each is told as "piece"), usage {input, output, cached} and cost_usd of the answer, told
/// {input, output}: usage that is told before the call may fail.
class Provider final : public Node {
 public:
  explicit Provider(const Options& options)
      : script_(options), text_(options.text("text", "story")), exactly_(options.text("exactly", "")) {
    if (options.has("pieces")) pieces_ = options.texts("pieces");
    if (options.has("usage")) usage_ = jsonOf(options, "usage");
    if (options.has("told")) told_ = jsonOf(options, "told");
    cost_usd_ = options.number("cost_usd", -1.0);
  }
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    if (!told_.empty()) call.raw()->emit(call.raw()->ctx, TROUPE_USAGE, str(""), str(told_));
    for (const auto& piece : pieces_) {
      call.delta("candidate", piece);
      script_.tell("piece", index, piece);
    }
    script_.begin(call, index);
    const auto act = script_.act(index);
    if (act == "none") return;
    if (act == "rubbish") return call.emit("candidate", "{\"text\":");
    if (act == "wrong_type") return call.emit("candidate", "{\"text\":7}");
    if (act == "invalid_utf8") return call.emit("candidate", "{\"text\":\"a\xff\xfe\"}");
    if (act == "too_big") return call.emit("candidate", "{\"text\":\"" + std::string((64u << 20) + 1, 'x') + "\"}");
    if (act == "fail_zero") {
      call.raw()->fail(call.raw()->ctx, TROUPE_E_TRANSIENT, str("said no"), -1);
      return;
    }
    const auto content = Object(*Object(call.in("prompt")).array("messages").Begin()).text("content");
    auto text = text_ + " for " + std::string(content);
    if (!exactly_.empty()) text = exactly_;
    if (act == "huge") text += std::string(1u << 20, 'x');
    if (act == "random") text += " " + std::to_string(call.random());
    JsonWriter json;
    json.beginObject().member("text", text).member("model", script_.label() + "-1");
    if (!usage_.empty()) json.key("usage").raw(usage_);
    if (cost_usd_ >= 0)
      json.key("cost").beginObject().member("usd", cost_usd_).member("source", "reported").endObject();
    json.endObject();
    call.emit("candidate", json);
    if (act == "twice") call.emit("candidate", json);
  }

 private:
  static std::string jsonOf(const Options& options, const char* name) {
    JsonWriter json;
    json.value(*options.find(name));
    return std::string(json.text());
  }
  Script script_;
  const std::string text_, exactly_;
  std::vector<std::string> pieces_;
  std::string usage_, told_;
  double cost_usd_ = -1;
};

/// Options: values {provider node: value}, rates {provider node: share of 9 against 5}, hard {genre: factor on the
/// rates}, value (default: drawn from the text).
class ScorerBase : public Node {
 public:
  explicit ScorerBase(const Options& options) : script_(options) {
    if (options.has("value")) value_ = options.number("value");
    numbers(options, "values", values_);
    numbers(options, "rates", rates_);
    numbers(options, "hard", hard_);
  }

 protected:
  static void numbers(const Options& options, const char* name, std::map<std::string, double>& target) {
    if (!options.has(name)) return;
    for (const auto& member : options.object(name).json().GetObject())
      target[member.name.GetString()] = member.value.GetDouble();
  }
  static double factorOf(Call& call, const std::map<std::string, double>& hard) {
    if (hard.empty()) return 1;
    const auto vars = call.input().object("sample").object("prompt").object("vars");
    const auto found = hard.find(std::string(vars.text("genre", "")));
    return found == hard.end() ? 1 : found->second;
  }
  double valueOf(Call& call, const Object& candidate) const {
    if (const auto found = rates_.find(std::string(candidate.text("node"))); found != rates_.end()) {
      const auto drawn = static_cast<double>((hash(candidate.text("text")) * 0x9e3779b97f4a7c15ULL) >> 11) * 0x1p-53;
      return drawn < found->second * factorOf(call, hard_) ? 9 : 5;
    }
    if (const auto found = values_.find(std::string(candidate.text("node"))); found != values_.end())
      return found->second;
    return value_ >= 0 ? value_ : static_cast<double>(hash(candidate.text("text")) % 1001) / 100.0;
  }
  void score(Call& call, const std::string& act, const Object& candidate, bool named) const {
    JsonWriter json;
    json.beginObject();
    if (named) json.member("candidate", act == "unknown" ? std::string_view("0/nobody") : candidate.text("id"));
    if (act == "abstain") {
      json.member("abstained", true);
    } else {
      json.member("value", act == "high" ? 11.0 : valueOf(call, candidate));
    }
    if (act == "compare") {
      json.key("pairs")
          .beginArray()
          .beginObject()
          .member("other", "0/nobody")
          .member("result", 1)
          .endObject()
          .endArray();
    }
    json.member("reason", "scripted").endObject();
    if (act == "nan") return call.emit("score", "{\"value\":NaN}");
    call.emit("score", json);
    if (act == "twice") call.emit("score", json);
  }
  Script script_;

 private:
  double value_ = -1;
  std::map<std::string, double> values_, rates_, hard_;
};

class Scorer final : public ScorerBase {
 public:
  using ScorerBase::ScorerBase;
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    script_.begin(call, index);
    if (script_.act(index) == "none") return;
    score(call, script_.act(index), Object(call.in("candidate")), false);
  }
};

class SampleScorer final : public ScorerBase {
 public:
  using ScorerBase::ScorerBase;
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    script_.begin(call, index);
    if (script_.act(index) == "none") return;
    for (const auto& candidate : call.input().array("candidates"))
      score(call, script_.act(index), Object(candidate), true);
  }
};

/// Options beside those of ScorerBase: request (members of the request), requests (how many times), threads (all at
/// once), swallow (a failure is a score of 1).
class JudgeBase : public ScorerBase {
 public:
  JudgeBase(const Options& options, Host host)
      : ScorerBase(options),
        models_(host),
        times_(static_cast<int>(options.integer("requests", 1))),
        threads_(options.boolean("threads", false)),
        swallow_(options.boolean("swallow", false)) {
    if (!options.has("request")) return;
    const auto request = options.object("request");
    has_role_ = request.has("role");
    has_messages_ = request.has("messages");
    JsonWriter writer;
    writer.value(request.json());
    extra_ = std::string(writer.text().substr(1, writer.text().size() - 2));
  }

 protected:
  /// Tells "cast", and every answer as "answer".
  void ask(Call& call, std::int64_t index, std::string_view about) {
    const auto cast = models_.cast(call);
    script_.tell("cast", index, cast.of("judge").empty() ? "" : cast.of("judge").front().node);
    auto request = "{" + extra_;
    const auto add = [&](const std::string& member) { request += (request.size() > 1 ? "," : "") + member; };
    if (!has_role_) add(R"("role":"judge")");
    if (!has_messages_) add(R"("messages":[{"role":"user","content":"rate )" + std::string(about) + "\"}]");
    request += '}';
    if (!threads_) {
      for (int i = 0; i < times_; ++i) askOnce(call, index, request);
      return;
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < times_; ++i) threads.emplace_back([&] { askOnce(call, index, request); });
    for (auto& thread : threads) thread.join();
  }

 private:
  void askOnce(Call& call, std::int64_t index, const std::string& request) {
    const auto* table = call.host().extension<troupe_model>(TROUPE_MODEL_ID);
    struct Heard {
      std::string json;
      std::uint32_t part = 99;
    } heard;
    script_.tell("ask", index);
    const int code = table->complete(
        table->ctx, call.raw(), str(request),
        [](void* arg, std::uint32_t part, troupe_str json) {
          *static_cast<Heard*>(arg) = {std::string(view(json)), part};
        },
        &heard);
    script_.tell(code == TROUPE_OK ? "answer" : "refused", index, heard.json);
    if (code != TROUPE_OK && !swallow_) throw Error(code, heard.json);
  }

  const Models models_;
  const int times_;
  const bool threads_, swallow_;
  std::string extra_;
  bool has_role_ = false, has_messages_ = false;
};

class Judge final : public JudgeBase {
 public:
  using JudgeBase::JudgeBase;
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    ask(call, index, Object(call.in("candidate")).text("node"));
    script_.begin(call, index);
    score(call, script_.act(index), Object(call.in("candidate")), false);
  }
};

class SampleJudge final : public JudgeBase {
 public:
  using JudgeBase::JudgeBase;
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    ask(call, index, "all");
    script_.begin(call, index);
    for (const auto& candidate : call.input().array("candidates"))
      score(call, script_.act(index), Object(candidate), true);
  }
};

/// Chooses the highest quality, the first among equals.
class Selector final : public Node {
 public:
  explicit Selector(const Options& options) : script_(options) {}
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    script_.begin(call, index);
    std::string winner;
    double best = -1, second = -1;
    for (const auto& value : call.input().array("candidates")) {
      const Object candidate(value);
      const double quality = candidate.number("quality", -1.0);
      if (quality > best) {
        second = best;
        best = quality;
        winner = candidate.text("id");
      } else {
        second = std::max(second, quality);
      }
      if (script_.act(index) == "unscored" && quality < 0) {
        winner = candidate.text("id");
        break;
      }
    }
    if (script_.act(index) == "unknown") winner = "0/nobody";
    JsonWriter json;
    json.beginObject().member("winner", winner).member("margin", second < 0 ? 0.0 : std::max(0.0, best - second));
    json.member("reason", "highest").endObject();
    call.emit("sample", json);
  }

 private:
  Script script_;
};

/// Options: min (drops what is below), until_ms (of a hold, from now; -1: for ever), default.
class Filter final : public Node {
 public:
  explicit Filter(const Options& options)
      : script_(options),
        min_(options.number("min", 0.0)),
        until_ms_(options.integer("until_ms", -1)),
        pass_(options.text("default", "drop") == "pass") {}
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    script_.begin(call, index);
    if (script_.act(index) == "hold")
      return call.hold("sample", until_ms_ < 0 ? -1 : call.unixMs() + until_ms_, pass_, "scripted");
    if (script_.act(index) == "rubbish") return call.emit("sample", "[]");
    const double quality = Object(call.in("sample")).number("quality");
    JsonWriter json;
    json.beginObject().member("pass", quality >= min_).member("reason", "scripted").endObject();
    call.emit("sample", json);
  }

 private:
  Script script_;
  const double min_;
  const std::int64_t until_ms_;
  const bool pass_;
};

/// Emits on `saved` the index, and on `examples` the indices that it has been given, by its previous emission.
class Store final : public Node {
 public:
  explicit Store(const Options& options) : script_(options), feeds_(options.boolean("feeds", false)) {}
  void run(Call& call) override {
    const auto index = indexOf(call);
    const Told told(script_, call, index);
    script_.begin(call, index);
    if (script_.act(index) == "none") return;
    if (!feeds_) return call.emit("saved", "{\"id\": " + std::to_string(index + 1) + ", \"where\": \"scripted\"}");
    JsonWriter json;
    json.beginObject().key("seen").beginArray();
    if (call.input().has("previous"))
      for (const auto& seen : call.input().object("previous").array("seen")) json.value(seen);
    json.value(index).endArray().endObject();
    call.emit("examples", json);
  }

 private:
  Script script_;
  const bool feeds_;
};

/// Tells the test every event, as "event".
class Sink final : public Node {
 public:
  explicit Sink(const Options& options) : script_(options) {}
  void run(Call& call) override {
    JsonWriter json;
    json.value(call.in("event"));
    const auto n = Object(call.in("event")).integer("n", 0);
    const Told told(script_, call, n);
    script_.begin(call, n);
    script_.tell("event", n, json.text());
  }

 private:
  Script script_;
};

}  // namespace
}  // namespace troupe::scripted

using namespace troupe::scripted;
TROUPE_MODULE(
    TROUPE_NODE(Source, "org.example.scripted.source"), TROUPE_NODE(Provider, "org.example.scripted.provider"),
    TROUPE_NODE(Provider, "org.example.scripted.provider_remote"),
    TROUPE_NODE(Provider, "org.example.scripted.provider_one"),
    TROUPE_NODE(Provider, "org.example.scripted.provider_three"), TROUPE_NODE(Provider, "org.example.scripted.editor"),
    TROUPE_NODE(Scorer, "org.example.scripted.scorer"), TROUPE_NODE(SampleScorer, "org.example.scripted.sample_scorer"),
    TROUPE_NODE(Judge, "org.example.scripted.judge"), TROUPE_NODE(SampleJudge, "org.example.scripted.sample_judge"),
    TROUPE_NODE(Selector, "org.example.scripted.selector"), TROUPE_NODE(Filter, "org.example.scripted.filter"),
    TROUPE_NODE(Store, "org.example.scripted.store"), TROUPE_NODE(Store, "org.example.scripted.store_three"),
    TROUPE_NODE(Sink, "org.example.scripted.sink"), TROUPE_NODE(Sink, "org.example.scripted.sink_progress"))
