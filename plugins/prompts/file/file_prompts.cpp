#include "file_prompts.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "csv.hpp"
#include "support/random.hpp"
#include "utf8.hpp"

namespace troupe::file_prompts {
namespace {

constexpr std::size_t kScanPiece = 256 * 1024;
constexpr std::size_t kRowPiece = 8 * 1024;

[[noreturn]] void refuse(const std::string& message) { throw Error(TROUPE_E_PERMANENT_REQUEST, message); }

Layout layoutOf(const Options& options) {
  const std::string extension = std::filesystem::path(options.text("path")).extension().string();
  const std::string_view format = options.text("format");
  Layout layout;
  if (format == "jsonl" || (format == "auto" && (extension == ".jsonl" || extension == ".ndjson")))
    layout.format = Format::kJsonl;
  if (format == "csv" || (format == "auto" && (extension == ".csv" || extension == ".tsv")))
    layout.format = Format::kCsv;
  const std::string_view delimiter = options.text("delimiter");
  if (delimiter != "auto") {
    layout.delimiter = delimiter.front();
  } else if (extension == ".tsv") {
    layout.delimiter = '\t';
  }
  return layout;
}

/// Where the first row begins: behind a byte order mark.
std::uint64_t startOf(const InputFile& file) {
  char mark[3] = {};
  const std::string_view read(mark, file.read(0, mark, sizeof mark));
  if (read == "\xef\xbb\xbf") return 3;
  if (read.substr(0, 2) == "\xff\xfe" || read.substr(0, 2) == "\xfe\xff")
    refuse(file.path() + ": this file is UTF-16; save it as UTF-8");
  return 0;
}

/// True when a quote that is missing, or one too many, has probably made one record of several rows.
bool isStrayQuote(const Layout& layout, const Record& record) {
  if (layout.format != Format::kCsv) return false;
  std::vector<std::string> fields;
  return !record.fault.empty() || !splitCsv(record.text, layout.delimiter, fields).empty();
}

}  // namespace

/// Collects bad rows and reports them, the first of them one by one.
class FilePrompts::BadRows {
 public:
  BadRows(const std::string& path, bool fatal, const Log& log) : path_(path), fatal_(fatal), log_(log) {}

  void add(std::uint64_t line, const std::string& fault) {
    const std::string sentence = "line " + std::to_string(line) + ": " + fault;
    if (++count_ <= kShown) shown_.push_back(path_ + ": " + sentence + "; skipped");
    if (count_ <= kNamed) named_ += (count_ == 1 ? "" : "; ") + sentence;
  }
  void finish(std::size_t good) const {
    if (good == 0) refuse(path_ + ": no row can be used" + (count_ == 0 ? "" : ": " + summary()));
    if (fatal_ && count_ > 0) refuse(path_ + ": " + summary());
    for (const auto& sentence : shown_) log_(TROUPE_WARNING, sentence);
    if (count_ > kShown)
      log_(TROUPE_WARNING, path_ + ": " + std::to_string(count_ - kShown) + " more bad rows skipped");
  }

 private:
  static constexpr std::uint64_t kShown = 20;
  static constexpr std::uint64_t kNamed = 3;

  std::string summary() const {
    return std::to_string(count_) + (count_ == 1 ? " bad row: " : " bad rows: ") + named_ +
           (count_ > kNamed ? "; …" : "");
  }

  const std::string& path_;
  const bool fatal_;
  const Log& log_;
  std::uint64_t count_ = 0;
  std::string named_;
  std::vector<std::string> shown_;
};

FilePrompts::FilePrompts(const Options& options, const Log& log)
    : file_(std::string(options.text("path"))),
      layout_(layoutOf(options)),
      has_template_(!options.text("template").empty()),
      template_(options.text("template"), "template"),
      has_system_(!options.text("system").empty()),
      system_(options.text("system"), "system"),
      shuffle_(options.boolean("shuffle")),
      shuffle_seed_(static_cast<std::uint64_t>(options.integer("shuffle_seed"))),
      repeat_(static_cast<std::uint64_t>(options.integer("repeat"))) {
  if (file_.size() == 0) refuse(file_.path() + ": the file is empty");
  scan(options, log);
}

std::uint64_t FilePrompts::readHeader(RecordReader& reader, bool has_header) {
  Record record;
  if (!reader.next(record)) refuse(file_.path() + ": the file has blank lines only");
  std::vector<std::string> fields;
  std::string fault = record.fault.empty() ? splitCsv(record.text, layout_.delimiter, fields) : record.fault;
  if (fault.empty() && !isUtf8(record.text)) fault = "not valid UTF-8";
  if (!fault.empty()) refuse(file_.path() + ": line " + std::to_string(record.line) + ", the header: " + fault);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string name = has_header && !fields[i].empty() ? std::move(fields[i]) : "column" + std::to_string(i + 1);
    if (std::find(header_.begin(), header_.end(), name) != header_.end())
      refuse(file_.path() + ": the header names the column \"" + name + "\" twice");
    header_.push_back(std::move(name));
  }
  return record.offset;
}

void FilePrompts::scan(const Options& options, const Log& log) {
  RecordReader reader(file_, layout_, startOf(file_), 1, kScanPiece);
  std::vector<std::string> columns = {"line"};
  if (layout_.format == Format::kCsv) {
    const bool has_header = options.boolean("header");
    const std::uint64_t first = readHeader(reader, has_header);
    if (!has_header) reader.seek(first, 1);
    columns = header_;
    checkTemplates(columns);
  } else if (layout_.format == Format::kLines) {
    checkTemplates(columns);
  } else {
    columns.clear();
  }

  BadRows bad(file_.path(), options.text("bad_rows") == "fail", log);
  std::unordered_set<std::string> known;  // columns of JSON Lines, for the check at the end
  constexpr std::size_t kMaxColumns = 1000;
  Record record;
  Row row;
  while (reader.next(record)) {
    std::string fault = readRow(record, layout_, header_, row);
    if (!fault.empty()) {
      bad.add(record.line, fault);
      if (isStrayQuote(layout_, record)) reader.resumeAfterFirstLine();
      continue;
    }
    if (layout_.format == Format::kJsonl) {
      for (const auto& [name, value] : row.columns) {
        if (columns.size() < kMaxColumns && known.insert(name).second) columns.push_back(name);
      }
    }
    fault = faultOf(row);
    if (fault.empty()) {
      offsets_.push_back(record.offset);
    } else {
      bad.add(record.line, fault);
    }
  }
  file_.throwIfChanged();
  if (layout_.format == Format::kJsonl && !columns.empty()) checkTemplates(columns);
  bad.finish(offsets_.size());
  offsets_.shrink_to_fit();
}

void FilePrompts::checkTemplates(const std::vector<std::string>& columns) const {
  system_.check(columns, "column");
  template_.check(columns, "column");
  const bool has_default =
      layout_.format != Format::kCsv || std::find(columns.begin(), columns.end(), "prompt") != columns.end();
  if (has_template_ || has_default) return;
  std::string names;
  for (const auto& column : columns) names += (names.empty() ? "" : ", ") + column;
  refuse(file_.path() + ": there is no column \"prompt\"; say with \"template\" what to ask, for example \"{{" +
         columns.front() + "}}\"; columns: " + names);
}

std::string FilePrompts::faultOf(const Row& row) const {
  for (const auto* used : {&system_, &template_}) {
    for (const auto& name : used->names()) {
      if (row.find(name) == nullptr) return "no column \"" + name + "\"";
    }
  }
  const bool has_message =
      has_template_ || !row.messages.empty() || row.find("prompt") != nullptr || row.find("line") != nullptr;
  return has_message ? "" : "neither \"messages\" nor \"prompt\"; say with \"template\" what to ask";
}

std::string FilePrompts::promptOf(const Row& row) const {
  const auto value = [&](const std::string& name) -> const std::string& { return *row.find(name); };
  const auto message = [](JsonWriter& json, std::string_view role, const std::string& content) {
    json.beginObject().member("role", role).member("content", content).endObject();
  };
  const bool given = !has_template_ && !row.messages.empty();
  JsonWriter json;
  json.beginObject().key("messages").beginArray();
  if (has_system_ && !(given && row.has_system)) message(json, "system", system_.fill(value));
  if (given) {
    rapidjson::Document messages;
    messages.Parse(row.messages.data(), row.messages.size());
    for (const auto& m : messages.GetArray()) json.value(m);
  } else if (has_template_) {
    message(json, "user", template_.fill(value));
  } else {
    const auto* prompt = row.find("prompt");
    message(json, "user", prompt != nullptr ? *prompt : *row.find("line"));
  }
  json.endArray().key("vars").beginObject();
  for (const auto& [name, text] : row.columns) json.member(name, text);
  json.endObject().endObject();
  return std::string(json.text());
}

std::optional<std::string> FilePrompts::make(std::uint64_t index) const {
  const std::uint64_t round = index / offsets_.size();
  if (repeat_ != 0 && round >= repeat_) return std::nullopt;
  std::uint64_t position = index % offsets_.size();
  if (shuffle_) position = prompts::shuffled(position, offsets_.size(), shuffle_seed_, round);
  file_.throwIfChanged();
  RecordReader reader(file_, layout_, offsets_[position], 0, kRowPiece);
  Record record;
  Row row;
  const bool read = reader.next(record) && readRow(record, layout_, header_, row).empty() && faultOf(row).empty();
  // A change between the two looks at size and time.
  file_.throwIfChanged();
  if (!read) throw Error(TROUPE_E_INTERNAL, file_.path() + ": a row that was good cannot be read any more");
  return promptOf(row);
}

}  // namespace troupe::file_prompts
