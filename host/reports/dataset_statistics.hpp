#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "journal/rows.hpp"
#include "reports/dataset_rows.hpp"

namespace troupe::reports {

/// Numbers within 0 and 10.
class Distribution {
 public:
  void add(double value) { values_.push_back(value); }
  std::size_t count() const { return values_.size(); }
  /// None of these without a value.
  double least() const;
  double median() const;
  double mean() const;
  double greatest() const;
  /// How many lie in [0, 1), [1, 2), … and [9, 10].
  std::array<std::int64_t, 10> buckets() const;

 private:
  std::vector<double> values_;
};

/// What a data card tells of a data set. Memory grows with the rows, by a number or two each.
struct DatasetStatistics {
  /// Who answered: model, node, key of the plugin.
  using Model = std::tuple<std::string, std::string, journal::PluginKey>;
  struct ModelRows {
    std::int64_t learnt = 0, rejected = 0;
  };
  /// What one node was paid for, over all settled samples, used or not.
  struct Usage {
    std::int64_t calls = 0;    ///< that gave an answer
    std::int64_t counted = 0;  ///< of these: with both numbers of tokens
    std::int64_t input = 0, output = 0;
    std::int64_t priced = 0;  ///< of these: with a price that is reported or estimated
    double usd = 0;
  };

  Distribution quality;        ///< of what is learnt from
  Distribution margin;         ///< dpo
  std::int64_t good = 0;       ///< kto: rows with label true
  std::int64_t truncated = 0;  ///< rows whose answer ended at a length limit
  std::map<std::string, std::int64_t> genres;
  std::map<Model, ModelRows> models;
  std::map<journal::PluginKey, std::int64_t> plugins;  ///< samples with rows on which it worked
  std::map<std::string, Usage> usage;                  ///< by node

  void settled(const journal::SampleRecord& record);
  void used(const journal::SampleRecord& record, const std::vector<DatasetRow>& rows);
};

}  // namespace troupe::reports
