#pragma once

#include <string>

#include "api_rig.hpp"

namespace troupe::test {

/// The pipeline of POST /auto-train-stream in tests: the bundled prompts, scripted providers, the bundled stores.
inline std::string autoTrainPipeline(const Board& board, const std::string& options_of_a = "") {
  const auto hook = [&](const std::string& label, const std::string& more) {
    return R"("options":{"hook":")" + board.address() + R"(","label":")" + label + "\"" +
           (more.empty() ? "" : "," + more) + "}";
  };
  return R"(// what the server trains with
{"name":"auto","run":{"samples":50,"in_flight":1,"seed":7},"nodes":{
  "ideas":{"type":"troupe.prompts.genres","inputs":{"examples":{"from":"memory","lag":1}}},
  "a":{"type":"org.example.scripted.provider","inputs":["ideas"],)" +
         hook("a", options_of_a) + R"(},
  "score":{"type":"org.example.scripted.scorer","inputs":["a"],)" +
         hook("score", R"("value":8.5)") + R"(},
  "vote":{"type":"org.example.scripted.selector","inputs":["score"],)" +
         hook("vote", "") + R"(},
  "memory":{"type":"troupe.store.memory","inputs":["vote"],"enabled":false},
  "stories":{"type":"troupe.store.sqlite","inputs":["vote"],"options":{"path":"stories.db"}}
}})";
}

}  // namespace troupe::test
