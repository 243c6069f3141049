#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <memory>
#include <random>

#include "csv.hpp"
#include "file_prompts.hpp"
#include "support/temp_dir.hpp"

// Rows of any bytes: nothing crashes, and each row that the pass at the start has taken can be read at its turn.

namespace {

using troupe::file_prompts::FilePrompts;
using troupe::test::TempDir;

void quiet(int, const std::string&) {}

/// Options for a file without a header, shuffled.
std::string optionsFor(const std::filesystem::path& path, const std::string& format) {
  return R"({"path":")" + path.string() + R"(","format":")" + format + R"(","template":")" +
         (format == "csv" ? "{{column1}}" : "") +
         R"(","system":"","delimiter":",","header":false,"bad_rows":"skip","shuffle":true,"shuffle_seed":0,"repeat":1})";
}

}  // namespace

TEST_CASE("prompts.file reads what it has indexed, whatever the bytes", "[prompts][file][fuzz]") {
  const auto [format, alphabet] = GENERATE(table<std::string, std::string>({
      {"csv", "a,\"\r\n\xff b"},
      {"csv", ",\"\n"},
      {"lines", "a\r\n\xc3\xa9\xff "},
      {"jsonl", "{}[]\"prompt:1,\n\\"},
  }));
  const TempDir dir;
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 400; ++round) {
    std::string content;
    const std::size_t size = random() % 80 + 1;
    while (content.size() < size) content += alphabet[random() % alphabet.size()];
    CAPTURE(seed, round, content);
    const auto path = dir.write("x", content);
    std::unique_ptr<FilePrompts> prompts;
    try {
      rapidjson::Document document;
      document.Parse(optionsFor(path, format).c_str());
      prompts = std::make_unique<FilePrompts>(troupe::Options(document), quiet);
    } catch (const troupe::Error& refused) {
      CHECK(refused.code() == TROUPE_E_PERMANENT_REQUEST);
      continue;
    }
    for (std::uint64_t i = 0; i < prompts->rows(); ++i) CHECK(prompts->make(i).has_value());
    CHECK_FALSE(prompts->make(prompts->rows()).has_value());
  }
}

TEST_CASE("a CSV record gives the fields back that were written into it", "[prompts][csv][fuzz]") {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  const std::string alphabet = "ab,\"\r\n ";
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> fields(random() % 4 + 1);
    std::string record;
    for (auto& field : fields) {
      const std::size_t size = random() % 6;
      while (field.size() < size) field += alphabet[random() % alphabet.size()];
      std::string quoted;
      for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
      record += (&field == &fields.front() ? "\"" : ",\"") + quoted + "\"";
    }
    CAPTURE(seed, round, record);
    std::vector<std::string> read;
    CHECK(troupe::file_prompts::splitCsv(record, ',', read).empty());
    CHECK(read == fields);
  }
}

TEST_CASE("prompts.file: a million rows", "[.benchmark]") {
  const auto resident_kib = [] {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.rfind("VmRSS:", 0) == 0) return std::stol(line.substr(6));
    }
    return 0L;
  };
  const TempDir dir;
  const auto format = GENERATE(as<std::string>{}, "lines", "csv", "jsonl");
  {
    std::ofstream out(dir / "rows");
    for (int i = 0; i < 1000000; ++i) {
      const std::string text = "row " + std::to_string(i) + " " + std::string(100, 'x');
      out << (format == "jsonl" ? R"({"prompt":")" + text + "\"}" : text) << '\n';
    }
  }
  const long before = resident_kib();
  const auto start = std::chrono::steady_clock::now();
  rapidjson::Document document;
  document.Parse(optionsFor(dir / "rows", format).c_str());
  const FilePrompts prompts(troupe::Options(document), quiet);
  const std::chrono::duration<double> opened = std::chrono::steady_clock::now() - start;
  for (std::uint64_t i = 0; i < 100000; ++i) prompts.make(i);
  const std::chrono::duration<double> made = std::chrono::steady_clock::now() - start - opened;
  WARN(format << ": " << prompts.rows() << " rows opened in " << opened.count() << " s with "
              << (resident_kib() - before) / 1024 << " MiB; " << made.count() * 10 << " us a prompt");
}
