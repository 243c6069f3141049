#include <catch2/catch.hpp>

#include "host/journal/journal_support.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

TEST_CASE("what attempts cost reads back by sample and by provider", "[journal][budget]") {
  const TempDir folder;
  RunKey run = 0;
  {
    Journal journal(writing(folder / "j.db"));
    run = journal.createRun(newRun()).key;
    const auto other = journal.createRun(newRun()).key;
    CHECK(journal.spending(run).empty());
    CHECK(journal.lastCharge(run) == 0);
    journal.append(batch(started(run, 0), started(run, 1), Reserved{run, 0, "wren", 1, 1, 900, 90, 10},
                         Reserved{run, 0, "wren", 2, 2, 900, 90, 11}, Reserved{run, 0, "quill", 3, 1, 500, 50, 12},
                         Reserved{run, 1, "wren", 4, 1, 800, 80, 13}, Reserved{run, 1, "wren", 5, 1, 800, 80, 14},
                         Charged{run, 0, "wren", 1, 1, 6, 900, 90, {}, {}, {}, "estimated", 15},
                         Charged{run, 0, "wren", 2, 2, 0, 300, 40, 30, 5, 10, "reported", 16},
                         Charged{run, 0, "quill", 3, 1, 0, 0, 7, 3, {}, 4, "unknown", 17},
                         Charged{run, 1, "wren", 5, 1, 10, 0, 0, {}, {}, {}, "released", 18},
                         Charged{other, 1, "wren", 9, 1, 0, 7, 7, 3, 0, 4, "reported", 18}));
  }
  const Journal journal(reading(folder / "j.db"));
  CHECK(journal.lastCharge(run) == 5);
  const auto spending = journal.spending(run);
  REQUIRE(spending.size() == 2);
  CHECK(spending[0].node == "quill");
  CHECK(spending[0].calls == 1);
  CHECK(spending[0].unknown == 1);
  CHECK(spending[0].tokens == 7);
  CHECK(spending[1].node == "wren");
  CHECK(spending[1].calls == 3);  // The one that died with its process counts, the one that never left does not.
  CHECK(spending[1].nano_usd == 900 + 300 + 800);
  CHECK(spending[1].tokens == 90 + 40 + 80);
  CHECK(spending[1].estimated_nano_usd == 900 + 800);
  CHECK(spending[1].open == 1);
  CHECK(spending[1].open_nano_usd == 800);

  const auto first = journal.sample(run, 0);
  REQUIRE(first->charges.size() == 3);
  CHECK(first->reservations.empty());
  CHECK(first->charges[0].node == "quill");
  CHECK(first->charges[1].mark == "estimated");
  CHECK_FALSE(first->charges[1].input);
  CHECK(first->charges[2].attempt == 2);
  CHECK(first->charges[2].nano_usd == 300);
  CHECK(first->charges[2].input == 30);
  CHECK(first->charges[2].cached == 5);
  CHECK(first->charges[2].output == 10);
  const auto second = journal.sample(run, 1);
  REQUIRE(second->reservations.size() == 1);
  CHECK(second->reservations[0].id == 4);
  CHECK(second->reservations[0].nano_usd == 800);
  CHECK(second->reservations[0].tokens == 80);
}
