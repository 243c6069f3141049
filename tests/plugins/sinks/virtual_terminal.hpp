#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/log_line.hpp>
#include "text.hpp"

namespace troupe::test {

/// As much of a terminal as the panel may use; anything else throws. Shows what a person would see.
class VirtualTerminal {
 public:
  VirtualTerminal(int width, int height) { resize(width, height); }

  /// As terminals do that cut and do not reflow.
  void resize(int width, int height) {
    width_ = width;
    height_ = height;
    rows_.resize(static_cast<std::size_t>(height));
    for (auto& row : rows_) row.resize(static_cast<std::size_t>(width), " ");
    row_ = std::min(row_, height - 1);
    column_ = std::min(column_, width - 1);
  }

  void feed(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      if (bytes[at] == '\x1b') {
        at = escape(bytes, at);
      } else if (bytes[at] == '\r') {
        column_ = 0;
        ++at;
      } else if (bytes[at] == '\n') {
        lineFeed();
        ++at;
      } else {
        const std::size_t from = at;
        const auto code = sinks::nextCodePoint(bytes, at);
        if (code < 0x20) throw std::runtime_error("a control character on the screen");
        put(std::string(bytes.substr(from, at - from)), console::columns(static_cast<char32_t>(code)));
      }
    }
  }

  /// The screen without blanks at the ends of its lines and without empty lines below.
  std::string screen() const {
    std::string out;
    std::string empty;
    for (const auto& cells : rows_) {
      std::string line;
      for (const auto& cell : cells) line += cell;
      line.erase(line.find_last_not_of(' ') + 1);
      empty += '\n';
      if (line.empty()) continue;
      out += out.empty() ? empty.substr(1) : empty;
      out += line;
      empty.clear();
    }
    return out;
  }
  const std::string& scrolledOff() const { return scrolled_off_; }
  bool cursorVisible() const { return cursor_visible_; }
  bool coloured() const { return coloured_; }
  int row() const { return row_; }
  int column() const { return column_; }

 private:
  std::size_t escape(std::string_view bytes, std::size_t at) {
    const std::size_t end = bytes.find_first_not_of("0123456789;?", at + 2);
    if (bytes.substr(at, 2) != "\x1b[" || end == std::string_view::npos)
      throw std::runtime_error("an unknown escape sequence");
    const std::string parameters(bytes.substr(at + 2, end - at - 2));
    const int number = parameters.empty() || parameters[0] == '?' ? 0 : std::stoi(parameters);
    const std::string sequence = parameters + bytes[end];
    if (bytes[end] == 'm') {
      coloured_ = number != 0;
    } else if (bytes[end] == 'A') {
      row_ = std::max(0, row_ - number);
    } else if (sequence == "K") {
      eraseLine(row_, column_);
    } else if (sequence == "J") {
      eraseLine(row_, column_);
      for (int row = row_ + 1; row < height_; ++row) eraseLine(row, 0);
    } else if (sequence == "H") {
      row_ = column_ = 0;
    } else if (sequence == "?25l" || sequence == "?25h") {
      cursor_visible_ = bytes[end] == 'h';
    } else {
      throw std::runtime_error("an escape sequence that the panel has no use for: " + sequence);
    }
    return end + 1;
  }
  void eraseLine(int row, int from) {
    for (int column = from; column < width_; ++column) cell(row, column) = " ";
  }
  void lineFeed() {
    if (row_ + 1 < height_) {
      ++row_;
      return;
    }
    for (const auto& text : rows_.front()) scrolled_off_ += text;
    scrolled_off_ += '\n';
    rows_.erase(rows_.begin());
    rows_.emplace_back(static_cast<std::size_t>(width_), " ");
  }
  void put(const std::string& text, int wide) {
    if (wide == 0) {
      cell(row_, std::max(0, column_ - 1)) += text;
      return;
    }
    if (column_ + wide > width_) {  // the panel must never need this
      column_ = 0;
      lineFeed();
    }
    cell(row_, column_) = text;
    if (wide == 2) cell(row_, column_ + 1) = "";
    column_ += wide;
  }
  std::string& cell(int row, int column) {
    return rows_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
  }

  int width_ = 0;
  int height_ = 0;
  int row_ = 0;
  int column_ = 0;  // may be width_: the next character wraps
  bool cursor_visible_ = true;
  bool coloured_ = false;
  std::vector<std::vector<std::string>> rows_;
  std::string scrolled_off_;
};

}  // namespace troupe::test
