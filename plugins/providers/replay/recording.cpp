#include "recording.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <troupe/troupe.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <stdexcept>

namespace troupe::replay {
namespace {

constexpr std::size_t kShownProblems = 20;
constexpr std::uint64_t kLongestLine = 64U << 20U;

std::uint64_t hashOf(std::string_view text) { return std::hash<std::string_view>()(text); }

bool isBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

[[noreturn]] void unusable(const std::string& message) { throw Error(TROUPE_E_PERMANENT_REQUEST, message); }

std::string describe(const Query& query, std::size_t in_turn) {
  std::string out = "no recorded answer for sample " + std::to_string(query.index) + ": no line has its prompt";
  if (!query.key.empty()) out += ", the key \"" + std::string(query.key) + "\"";
  out += ", the index " + std::to_string(query.index);
  if (!query.genre.empty()) out += ", or a free answer of the genre \"" + std::string(query.genre) + "\"";
  out += in_turn == 0 ? "; and there are no lines to be taken in turn"
                      : "; and the " + std::to_string(in_turn) +
                            " lines taken in turn are used up (option loop: true begins again)";
  return out;
}

}  // namespace

Recording::Recording(const std::string& path, std::uint64_t keep_bytes) : path_(path) {
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) unusable("cannot read the recording " + path + ": " + std::strerror(errno));
  struct stat info {};
  if (::fstat(file_, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(file_);
    unusable("the recording " + path + " is not a file");
  }
  keeps_ = static_cast<std::uint64_t>(info.st_size) <= keep_bytes;

  std::vector<std::string> problems;
  try {
    std::ifstream in(path, std::ios::binary);
    std::string line;
    std::uint64_t offset = 0;
    for (std::uint64_t number = 1; std::getline(in, line); ++number) {
      const std::uint64_t begin = offset;
      offset += line.size() + 1;
      if (isBlank(line)) continue;
      try {
        if (line.size() > kLongestLine) throw std::invalid_argument("longer than 64 MiB");
        const auto recorded = readLine(line);
        offsets_.push_back(begin);
        add(recorded, problems, number);
      } catch (const std::invalid_argument& e) {
        problems.push_back("line " + std::to_string(number) + ": " + e.what());
      }
    }
    if (in.bad()) problems.emplace_back("it cannot be read to its end");
    if (!problems.empty()) {
      std::string message = "the recording " + path + " has " + std::to_string(problems.size()) +
                            (problems.size() == 1 ? " bad line:" : " bad lines:");
      for (std::size_t i = 0; i < std::min(problems.size(), kShownProblems); ++i) message += "\n  " + problems[i];
      if (problems.size() > kShownProblems)
        message += "\n  and " + std::to_string(problems.size() - kShownProblems) + " more";
      unusable(message);
    }
    if (offsets_.empty()) unusable("the recording " + path + " holds no answer");
  } catch (...) {
    ::close(file_);
    throw;
  }
  for (Entries* entries : {&prompts_, &keys_, &indices_}) {
    std::sort(entries->begin(), entries->end(),
              [](const Entry& a, const Entry& b) { return a.hash != b.hash ? a.hash < b.hash : a.line < b.line; });
  }
}

Recording::~Recording() { ::close(file_); }

void Recording::add(const RecordedLine& line, std::vector<std::string>& problems, std::uint64_t number) {
  if (offsets_.size() > std::numeric_limits<std::uint32_t>::max()) {
    problems.push_back("line " + std::to_string(number) + ": more than four thousand million answers");
    return;
  }
  const auto at = static_cast<std::uint32_t>(offsets_.size() - 1);
  switch (line.match) {
    case Match::kPrompt:
      prompts_.push_back({hashOf(line.text), at});
      break;
    case Match::kKey:
      keys_.push_back({hashOf(line.text), at});
      break;
    case Match::kIndex:
      indices_.push_back({static_cast<std::uint64_t>(line.index), at});
      break;
    case Match::kGenre:
      genres_[line.text].push_back(at);
      break;
    case Match::kInTurn:
      in_turn_.push_back(at);
      break;
  }
  if (!keeps_) return;
  answers_.push_back(std::make_shared<Answer>(line.answer));
  texts_.push_back(line.text);
}

std::string Recording::readText(std::size_t line) const {
  // The next line's offset bounds this one; blank lines between them are harmless. The last one ends with the file.
  std::uint64_t end = 0;
  if (line + 1 < offsets_.size()) {
    end = offsets_[line + 1];
  } else {
    struct stat info {};
    if (::fstat(file_, &info) == 0) end = static_cast<std::uint64_t>(info.st_size);
  }
  std::string text(end > offsets_[line] ? end - offsets_[line] : 0, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const auto got = ::pread(file_, text.data() + have, text.size() - have, static_cast<off_t>(offsets_[line] + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(std::min(have, text.find('\n')));
  return text;
}

std::shared_ptr<const Answer> Recording::answerAt(std::size_t line) const {
  if (keeps_) return answers_[line];
  try {
    return std::make_shared<Answer>(readLine(readText(line)).answer);
  } catch (const std::invalid_argument& e) {
    throw Error(TROUPE_E_INTERNAL, "the recording " + path_ + " has changed since it was opened: " + e.what());
  }
}

bool Recording::says(std::size_t line, Match match, std::string_view text) const {
  if (keeps_) return texts_[line] == text;
  try {
    const auto recorded = readLine(readText(line));
    return recorded.match == match && recorded.text == text;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

std::shared_ptr<const Answer> Recording::findByText(const Entries& entries, Match match, std::string_view text) const {
  if (entries.empty()) return nullptr;
  const std::uint64_t hash = hashOf(text);
  auto it = std::lower_bound(entries.begin(), entries.end(), hash,
                             [](const Entry& entry, std::uint64_t h) { return entry.hash < h; });
  for (; it != entries.end() && it->hash == hash; ++it) {
    if (says(it->line, match, text)) return answerAt(it->line);
  }
  return nullptr;
}

std::shared_ptr<const Answer> Recording::find(const Query& query, bool loop) const {
  if (auto answer = findByText(prompts_, Match::kPrompt, query.prompt)) return answer;
  if (auto answer = findByText(keys_, Match::kKey, query.key)) return answer;
  const auto index = static_cast<std::uint64_t>(query.index);
  const auto it = std::lower_bound(indices_.begin(), indices_.end(), index,
                                   [](const Entry& entry, std::uint64_t i) { return entry.hash < i; });
  if (it != indices_.end() && it->hash == index) return answerAt(it->line);
  const auto inTurn = [&](const std::vector<std::uint32_t>& lines) -> std::shared_ptr<const Answer> {
    if (lines.empty() || (!loop && index >= lines.size())) return nullptr;
    return answerAt(lines[index % lines.size()]);
  };
  if (!genres_.empty()) {
    const auto genre = genres_.find(std::string(query.genre));
    if (genre != genres_.end()) {
      if (auto answer = inTurn(genre->second)) return answer;
    }
  }
  if (auto answer = inTurn(in_turn_)) return answer;
  unusable(describe(query, in_turn_.size()));
}

}  // namespace troupe::replay
