#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/rows.hpp"
#include "journal/sqlite.hpp"

/// What is read from a journal; see Journal, which has the same functions.
namespace troupe::journal::queries {

std::vector<Run> runs(sqlite::Connection& connection, std::size_t limit, RunKey before);
std::optional<Run> run(sqlite::Connection& connection, RunKey key);
std::optional<Run> runById(sqlite::Connection& connection, std::string_view id);
std::vector<Run> runsIn(sqlite::Connection& connection, std::string_view state);
std::optional<Run> lastEnded(sqlite::Connection& connection);
std::optional<OrderedRun> requestedRun(sqlite::Connection& connection, std::string_view request_key);
/// The ids that begin with `prefix`, newest first.
std::vector<std::string> runIds(sqlite::Connection& connection, std::string_view prefix, std::size_t limit);

std::optional<SampleRecord> sample(sqlite::Connection& connection, RunKey run, std::int64_t index);
std::vector<std::int64_t> unsettled(sqlite::Connection& connection, RunKey run, std::int64_t from, std::size_t limit);
std::vector<EnsembleDecided> ensembles(sqlite::Connection& connection, RunKey run, std::int64_t from,
                                       std::size_t limit);
std::int64_t lastStarted(sqlite::Connection& connection, RunKey run);
std::vector<std::int64_t> samples(sqlite::Connection& connection, RunKey run, std::int64_t from, std::size_t limit);
RunTotals totals(sqlite::Connection& connection, RunKey run);
std::vector<Spending> spending(sqlite::Connection& connection, RunKey run);
std::int64_t lastCharge(sqlite::Connection& connection, RunKey run);
std::optional<FeedbackEmitted> feedback(sqlite::Connection& connection, RunKey run, std::string_view node,
                                        std::int64_t index);
std::vector<Event> events(sqlite::Connection& connection, RunKey run, std::int64_t after, std::size_t limit);
std::vector<Event> eventsBefore(sqlite::Connection& connection, RunKey run, std::string_view type, std::int64_t before,
                                std::size_t limit);
std::int64_t head(sqlite::Connection& connection);
std::vector<SampleHeld> undecided(sqlite::Connection& connection, RunKey run, std::size_t limit);
std::optional<Event> lastEvent(sqlite::Connection& connection, RunKey run, std::string_view type);
std::optional<std::int64_t> bestSample(sqlite::Connection& connection, RunKey run, bool saved_only);
std::vector<std::string> saves(sqlite::Connection& connection, RunKey run, std::size_t limit);
std::int64_t cursor(sqlite::Connection& connection, RunKey run, std::string_view sink);

}  // namespace troupe::journal::queries
