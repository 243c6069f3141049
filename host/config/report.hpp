#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::config {

/// The mistakes found in a file, each with its place in the text.
class Report {
 public:
  /// `text` must outlive the report.
  explicit Report(const JsonText& text) : text_(text) {}

  /// What stands at `pointer` is no longer what the text says there, but what the command line says.
  void changed(std::string pointer) { changed_.push_back(std::move(pointer)); }

  void add(std::string_view pointer, std::string fact, std::string repair = {});
  /// Problems whose places are pointers into the document.
  void add(std::vector<Problem> problems);

  /// A mistake that is not in the text: `place` says where it is.
  void addElsewhere(std::string place, std::string fact, std::string repair = {});

  /// Something to think about that keeps nothing from running.
  void warn(std::string_view pointer, std::string fact, std::string repair);
  /// All of them, likewise.
  std::vector<Problem> takeWarnings();

  bool empty() const { return problems_.empty(); }
  std::size_t size() const { return problems_.size() + left_out_; }
  /// All of them, in the order of the text; beyond a hundred only their number.
  std::vector<Problem> take();

 private:
  struct Found {
    std::size_t offset = 0;
    Problem problem;
  };

  void keep(std::size_t offset, Problem problem);
  std::vector<Problem> placed(std::vector<Found> found) const;

  const JsonText& text_;
  std::vector<std::string> changed_;
  std::vector<Found> problems_;
  std::vector<Found> warnings_;
  std::size_t left_out_ = 0;
};

}  // namespace troupe::config
