#include <catch2/catch.hpp>

#include "csv.hpp"
#include "record_reader.hpp"
#include "support/temp_dir.hpp"
#include "utf8.hpp"

using troupe::file_prompts::Format;
using troupe::file_prompts::InputFile;
using troupe::file_prompts::isUtf8;
using troupe::file_prompts::Layout;
using troupe::file_prompts::Record;
using troupe::file_prompts::RecordReader;
using troupe::file_prompts::splitCsv;
using Strings = std::vector<std::string>;

TEST_CASE("a CSV record is cut into fields", "[prompts][csv]") {
  const auto [record, expected] = GENERATE(table<std::string, Strings>({
      {"a,b,c", {"a", "b", "c"}},
      {"a", {"a"}},
      {"a,", {"a", ""}},
      {",", {"", ""}},
      {R"("a","b")", {"a", "b"}},
      {R"("a,b",c)", {"a,b", "c"}},
      {R"("say ""hi""",c)", {"say \"hi\"", "c"}},
      {R"("",c)", {"", "c"}},
      {R"("""",c)", {"\"", "c"}},
      {"\"two\r\nlines\",c", {"two\r\nlines", "c"}},
      {R"(5" pipe,c)", {"5\" pipe", "c"}},
      {" a , b ", {" a ", " b "}},
  }));
  CAPTURE(record);
  Strings fields;
  CHECK(splitCsv(record, ',', fields).empty());
  CHECK(fields == expected);
}

TEST_CASE("a CSV record with a mistake is named", "[prompts][csv]") {
  const auto [record, expected] = GENERATE(table<std::string, std::string>({
      {R"("a)", "a quoted field is never closed"},
      {R"(a,"b"")", "a quoted field is never closed"},
      {R"(")", "a quoted field is never closed"},
      {R"("a"b,c)", "text after the closing quote of a field"},
      {R"("a" ,c)", "text after the closing quote of a field"},
  }));
  CAPTURE(record);
  Strings fields;
  CHECK(splitCsv(record, ',', fields) == expected);
}

TEST_CASE("UTF-8 is told from other bytes", "[prompts][utf8]") {
  const auto [text, valid] = GENERATE(table<std::string, bool>({
      {"", true},
      {"plain", true},
      {"\xc3\xa9 \xe2\x98\x83 \xf0\x9f\x9a\x80", true},
      {"\xf4\x8f\xbf\xbf", true},
      {"\xff", false},
      {"\x80", false},
      {"\xc3", false},
      {"\xe2\x98", false},
      {"\xc0\xaf", false},
      {"\xe0\x80\x80", false},
      {"\xed\xa0\x80", false},
      {"\xf4\x90\x80\x80", false},
      {"\xf0\x80\x80\x80", false},
      {"caf\xe9", false},
  }));
  CAPTURE(text);
  CHECK(isUtf8(text) == valid);
}

TEST_CASE("records are the same however the file is read", "[prompts][csv]") {
  const troupe::test::TempDir dir;
  const auto path = dir.write("x.csv", "a,b\r\n\n\"1\r\n2\",3\n  \n\"x\"\"\ny\",z\r\nlast,one");
  const InputFile file(path.string());
  const auto piece = GENERATE(as<std::size_t>{}, 1, 2, 3, 7, 4096);
  CAPTURE(piece);
  RecordReader reader(file, Layout{Format::kCsv, ','}, 0, 1, piece);
  Strings texts;
  std::vector<std::uint64_t> lines;
  Record record;
  while (reader.next(record)) {
    texts.push_back(record.text);
    lines.push_back(record.line);
    Record again;
    RecordReader from_there(file, Layout{Format::kCsv, ','}, record.offset, record.line, 5);
    REQUIRE(from_there.next(again));
    CHECK(again.text == record.text);
  }
  CHECK(texts == Strings{"a,b", "\"1\r\n2\",3", "\"x\"\"\ny\",z", "last,one"});
  CHECK(lines == std::vector<std::uint64_t>{1, 3, 6, 8});
}
