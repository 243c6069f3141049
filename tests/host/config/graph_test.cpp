#include "cli/graph.hpp"

#include <catch2/catch.hpp>

#include "host/config/test_types.hpp"

using namespace troupe;

namespace {

const std::string kText = R"({ "name": "say \"hi\"\\", "nodes": {
  "genres": { "type": "test.prompts", "inputs": { "examples": { "from": "memory", "lag": 8 } } },
  "end": { "type": "test.provider", "inputs": ["genres"] },
  "judge-1": { "type": "test.judge", "inputs": ["end"], "models": { "judge": "end" } },
  "vote": { "type": "test.selector", "inputs": ["judge-1"] },
  "good": { "type": "test.filter", "inputs": ["vote"] },
  "memory": { "type": "test.memory", "inputs": ["good"] },
  "log": { "type": "test.sink" } } })";

config::Pipeline pipeline() {
  static const test::TestTypes kTypes;
  return config::checkPipeline(kText, "p.json", kTypes, {"/base", {}, false});
}

}  // namespace

TEST_CASE("a pipeline as a Mermaid flowchart", "[cli]") {
  CHECK(cli::mermaid(pipeline()) == R"(flowchart LR
  n0(["genres<br>test.prompts"])
  n1["end<br>test.provider"]
  n2("judge-1<br>test.judge")
  n3{{"vote<br>test.selector"}}
  n4{"good<br>test.filter"}
  n5[("memory<br>test.memory")]
  n6>"log<br>test.sink"]
  n5 -.->|"examples, 8 samples before"| n0
  n0 --> n1
  n1 -->|"candidate"| n2
  n1 -.->|"answers as judge"| n2
  n2 --> n3
  n3 --> n4
  n4 -->|"sample"| n5
)");
}

TEST_CASE("a pipeline as a DOT graph", "[cli]") {
  CHECK(cli::dot(pipeline()) == R"(digraph "say \"hi\"\\" {
  rankdir=LR;
  "genres" [label="genres\ntest.prompts", shape="oval"];
  "end" [label="end\ntest.provider", shape="box"];
  "judge-1" [label="judge-1\ntest.judge", shape="box", style="rounded"];
  "vote" [label="vote\ntest.selector", shape="hexagon"];
  "good" [label="good\ntest.filter", shape="diamond"];
  "memory" [label="memory\ntest.memory", shape="cylinder"];
  "log" [label="log\ntest.sink", shape="note"];
  "memory" -> "genres" [label="examples, 8 samples before", style="dotted"];
  "genres" -> "end";
  "end" -> "judge-1" [label="candidate"];
  "end" -> "judge-1" [label="answers as judge", style="dotted"];
  "judge-1" -> "vote";
  "vote" -> "good";
  "good" -> "memory" [label="sample"];
}
)");
}

TEST_CASE("names that are markup stay names in a graph", "[cli]") {
  config::Pipeline hostile;
  hostile.name = "a\"];\nb";
  config::Node node;
  node.name = "x\"]; click \\";
  node.type = "<script>&#35;`";
  hostile.nodes.push_back(node);
  CHECK(cli::mermaid(hostile) ==
        "flowchart LR\n  n0[\"x#34;#93;#59; click #92;<br>#60;script#62;#38;#35;35#59;#96;\"]\n");
  CHECK(cli::dot(hostile) ==
        "digraph \"a\\\"];\\nb\" {\n  rankdir=LR;\n"
        "  \"x\\\"]; click \\\\\" [label=\"x\\\"]; click \\\\\\n<script>&#35;`\", shape=\"box\"];\n}\n");
}
