#include <troupe/troupe.hpp>

#include "line_store.hpp"

namespace {

using troupe::jsonl_store::Line;
using troupe::jsonl_store::LineStore;
using troupe::jsonl_store::Shape;

Shape shapeOf(std::string_view name) {
  if (name == "text") return Shape::kText;
  return name == "messages" ? Shape::kMessages : Shape::kFull;
}

/// Appends samples to a JSON Lines file.
class JsonlStore final : public troupe::Node {
 public:
  JsonlStore(const troupe::Options& options, troupe::Host host)
      : path_(options.text("path")),
        shape_(shapeOf(options.text("shape"))),
        store_(path_, [host](int level, const std::string& message) { host.log(level, message); }) {}

  void run(troupe::Call& call) override {
    const Line line = Line::of(call.input().object("sample"), shape_);
    const std::int64_t number = store_.save(line, [&call] { return call.cancelled(); });
    troupe::JsonWriter saved;
    saved.beginObject().member("id", number).member("where", path_).endObject();
    call.emit("saved", saved);
  }

 private:
  const std::string path_;
  const Shape shape_;
  LineStore store_;  // Takes care of its threads, so any number may be inside run().
};

}  // namespace

TROUPE_PLUGIN(JsonlStore, "troupe.store.jsonl")
