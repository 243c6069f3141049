#include <catch2/catch.hpp>

#include "dataset_support.hpp"

using namespace troupe;
using namespace troupe::reports;
using namespace troupe::test;

TEST_CASE("a data set goes over all pages, and is the same twice", "[reports]") {
  DatasetFixture fixture;
  for (int i = 0; i < 1300; ++i)
    fixture.add(i, "g", user("p" + std::to_string(i % 40)), "a",
                {{"a", "A" + std::to_string(i % 700), 9}, {"b", "B", 4}});
  fixture.journal->flush();
  const auto format = GENERATE(ExportFormat::sft, ExportFormat::dpo, ExportFormat::kto);
  CAPTURE(nameOf(format));
  auto options = DatasetFixture::options(format);
  CHECK(linesOf(fixture.text(options)).size() == (format == ExportFormat::kto ? 2600 : 1300));
  options.without_duplicates = true;
  const auto text = fixture.text(options);
  CHECK(linesOf(text).size() == (format == ExportFormat::kto ? 701 : 700));
  const journal::Journal reader(reading(fixture.folder / "j.db"));
  std::ostringstream again;
  writeDataset(reader, reader.findRun("last"), options, again);
  CHECK(again.str() == text);
}

TEST_CASE("a data set ends with a stream that takes no more", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  std::ostringstream full;
  full.setstate(std::ios::badbit);
  CHECK(writeDataset(*fixture.journal, fixture.run, DatasetFixture::options(ExportFormat::sft), full).samples == 1);
}
