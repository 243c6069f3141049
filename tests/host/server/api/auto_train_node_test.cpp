#include <catch2/catch.hpp>
#include <sstream>

#include "auto_train_rig.hpp"
#include "support/process.hpp"

using namespace troupe::test;

namespace {

// How a page reads the stream: fetch, getReader, TextDecoder, split on blank lines. Prints what it understands, a line
// each.
constexpr const char* kReader = R"(
const [url, count] = process.argv.slice(1);
try {
  const response = await fetch(url, {
    method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({user_id: 'node', num_examples: Number(count), genres: ['fantasy', 'mystery'], store_in_memory: false, save_to_database: true}),
  });
  console.log('status ' + response.status + ' ' + response.headers.get('content-type'));
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  while (true) {
    const {done, value} = await reader.read();
    if (done) break;
    buffer += decoder.decode(value, {stream: true});
    const parts = buffer.split('\n\n');
    buffer = parts.pop();
    for (const part of parts) {
      if (!part.startsWith('data: ')) continue;
      const data = JSON.parse(part.slice(6));
      if (data.type === 'complete') console.log('complete ' + data.result.successful + ' saved ' + data.result.saved_ids.length);
      else if (data.type === 'error') console.log('error ' + data.error);
      else console.log('progress ' + data.current + '/' + data.total + ' ' + data.current_genre + ' ' + data.latest_quality.toFixed(1) + ' ' + data.best_model);
    }
  }
  console.log('done ' + JSON.stringify(buffer));
} catch (error) {
  console.log('caught ' + error.name);
}
)";

std::vector<std::string> command(const ApiRig& rig, int count) {
  return {TROUPE_NODE,
          "--input-type=module",
          "-e",
          kReader,
          "http://127.0.0.1:" + std::to_string(rig.port()) + "/auto-train-stream",
          std::to_string(count)};
}

}  // namespace

TEST_CASE("a reader in Node with fetch, getReader and TextDecoder gets it all", "[server][auto_train][node]") {
  Board board;
  ApiSetup setup;
  setup.auto_train = autoTrainPipeline(board);
  const ApiRig rig(setup);
  Process node(command(rig, 4), {});
  CHECK(node.wait().code == 0);
  INFO(node.out() << node.err());
  std::istringstream out(node.out());
  std::vector<std::string> lines;
  for (std::string line; std::getline(out, line);) lines.push_back(line);
  REQUIRE(lines.size() == 7);
  CHECK(lines[0] == "status 200 text/event-stream");
  for (int i = 1; i <= 4; ++i) {
    const auto start = "progress " + std::to_string(i) + "/4 ";
    CHECK((lines[static_cast<std::size_t>(i)] == start + "fantasy 8.5 a" ||
           lines[static_cast<std::size_t>(i)] == start + "mystery 8.5 a"));
  }
  CHECK(lines[5] == "complete 4 saved 4");
  CHECK(lines[6] == "done \"\"");
}

TEST_CASE("a stream that is cut ends in the reader's catch, not in its end", "[server][auto_train][node]") {
  Board board;
  ApiSetup setup;
  setup.auto_train = autoTrainPipeline(board);
  ApiRig rig(setup);
  board.on("a", "run", [&](std::int64_t index) {
    if (index == 2) board.close("a", "run");
  });
  Process node(command(rig, 5), {});
  node.waitFor("progress 2/5");
  rig.cutStreams();
  CHECK(node.wait().code == 0);
  INFO(node.out() << node.err());
  CHECK(node.out().find("caught TypeError") != std::string::npos);
  CHECK(node.out().find("done") == std::string::npos);
  board.open("a", "run");
}
