#include "record_reader.hpp"

#include <algorithm>
#include <cstring>

#include "csv.hpp"

namespace troupe::file_prompts {
namespace {

void dropCarriageReturn(std::string& text) {
  if (!text.empty() && text.back() == '\r') text.pop_back();
}

}  // namespace

RecordReader::RecordReader(const InputFile& file, Layout layout, std::uint64_t offset, std::uint64_t line,
                           std::size_t piece)
    : file_(file), layout_(layout), buffer_(piece) {
  seek(offset, line);
}

bool RecordReader::next(Record& record) {
  bool too_long = false;
  do {
    record = Record();
    record.offset = buffer_at_ + used_;
    record.line = line_;
    if (!readLine(record.text, too_long)) return false;
  } while (!too_long && record.text.find_first_not_of(" \t\r") == std::string::npos);
  second_line_offset_ = buffer_at_ + used_;
  second_line_ = line_;
  if (layout_.format == Format::kCsv && !too_long) {
    CsvQuotes quotes(layout_.delimiter);
    std::size_t seen = 0;
    while (!too_long && quotes.open(std::string_view(record.text).substr(seen))) {
      record.text += '\n';
      seen = record.text.size();
      if (readLine(record.text, too_long)) continue;
      record.text.pop_back();
      break;
    }
  }
  dropCarriageReturn(record.text);
  if (too_long)
    record.fault = "longer than 4 MiB" + std::string(layout_.format == Format::kCsv ? ", or a quote is missing" : "");
  return true;
}

void RecordReader::resumeAfterFirstLine() { seek(second_line_offset_, second_line_); }

bool RecordReader::readLine(std::string& text, bool& too_long) {
  if (used_ == filled_ && !fillBuffer()) return false;
  ++line_;
  while (true) {
    const char* begin = buffer_.data() + used_;
    const auto* end = static_cast<const char*>(std::memchr(begin, '\n', filled_ - used_));
    const std::size_t size = end == nullptr ? filled_ - used_ : static_cast<std::size_t>(end - begin);
    const std::size_t room = kMaxRecord - std::min(kMaxRecord, text.size());
    if (size > room) too_long = true;
    text.append(begin, std::min(size, room));
    used_ += size;
    if (end != nullptr) {
      ++used_;
      return true;
    }
    if (!fillBuffer()) return true;
  }
}

bool RecordReader::fillBuffer() {
  buffer_at_ += filled_;
  used_ = 0;
  filled_ = file_.read(buffer_at_, buffer_.data(), buffer_.size());
  return filled_ > 0;
}

void RecordReader::seek(std::uint64_t offset, std::uint64_t line) {
  if (offset >= buffer_at_ && offset <= buffer_at_ + filled_) {
    used_ = static_cast<std::size_t>(offset - buffer_at_);
  } else {
    buffer_at_ = offset;
    filled_ = 0;
    used_ = 0;
  }
  line_ = line;
}

}  // namespace troupe::file_prompts
