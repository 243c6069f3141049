#pragma once

#include <string>

#include <troupe/troupe.hpp>

#include "support/fake_host.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

/// A kept sample as it reaches a store: two candidates, of which wren won.
struct SampleText {
  std::string run = "stories-7f3a";
  int index = 0;
  std::string genre = "fantasy";
  double quality = 8.5;
  std::string text = "Once there was a lamp.";

  /// The input of a store's call.
  std::string input() const { return R"({"sample":)" + json() + "}"; }
  std::string json() const {
    const std::string id = std::to_string(index);
    JsonWriter w;
    w.beginObject().member("run", run).member("index", index).member("seed", 40 + index);
    w.key("prompt").beginObject().member("id", id).member("index", index).member("seed", 40 + index);
    w.key("messages").beginArray();
    message(w, "system", "You write.");
    message(w, "user", "Write a " + genre + " story.");
    w.endArray().key("vars").beginObject().member("genre", genre).endObject().endObject();
    w.key("candidates").beginArray();
    candidate(w, "wren", text, quality);
    candidate(w, "quill", "Another.", 6.0);
    w.endArray().member("winner", id + "/wren").member("quality", quality);
    w.key("ranking").beginArray().value(id + "/wren").value(id + "/quill").endArray();
    w.member("margin", quality - 6.0).key("ties").beginArray().endArray().key("abstained").beginArray().endArray();
    w.key("votes").beginArray().endArray().member("reason", "wren is better").endObject();
    return std::string(w.text());
  }

 private:
  static void message(JsonWriter& w, const char* role, const std::string& content) {
    w.beginObject().member("role", role).member("content", content).endObject();
  }
  void candidate(JsonWriter& w, const std::string& node, const std::string& words, double value) const {
    const std::string id = std::to_string(index) + "/" + node;
    w.beginObject().member("id", id).member("node", node).member("model", "model of " + node).member("text", words);
    w.member("finish", "stop").member("quality", value).key("scores").beginArray();
    w.beginObject().member("candidate", id).member("scorer", "craft").member("value", value).endObject();
    w.endArray().endObject();
  }
};

/// Runs one call on the node and returns it, for looking at what it did.
class StoreCall : public FakeCall {
 public:
  StoreCall(FakeHost& host, FakeNode& node, const SampleText& sample) : FakeCall(host, sample.input()) {
    returned = node.run(*this);
  }
  int returned;
};

}  // namespace troupe::test
