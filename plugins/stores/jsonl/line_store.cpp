#include "line_store.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::jsonl_store {
namespace {

constexpr std::int64_t kLockTimeoutMs = 5000;

}  // namespace

LineStore::LineStore(const std::string& path, Log log)
    : path_(path), log_(std::move(log)), groups_([this](const std::vector<Item*>& group) { commit(group); }) {
  open();
}

std::uint32_t LineStore::save(const Line& line, const std::function<bool()>& cancelled) {
  Item item{line, cancelled, 0, std::nullopt};
  groups_.submit(item);
  if (item.error && cancelled()) throw Error(TROUPE_E_CANCELLED, "cancelled before it was saved");
  if (item.error) throw *item.error;
  return item.number;
}

void LineStore::commit(const std::vector<Item*>& group) {
  try {
    write(group);
  } catch (const Error& error) {
    // On a disk that is nearly full there may be room for some of them.
    const bool separately = group.size() > 1 && error.code() == TROUPE_E_TRANSIENT;
    for (auto* item : group) {
      item->error = error;
      if (!separately) continue;
      try {
        write({item});
        item->error.reset();
      } catch (const Error& own) {
        item->error = own;
      }
    }
  }
}

void LineStore::write(const std::vector<Item*>& group) {
  const auto all_cancelled = [&] {
    return std::all_of(group.begin(), group.end(), [](const Item* i) { return i->cancelled(); });
  };
  if (file_->replaced()) {
    log_(TROUPE_WARNING, path_ + ": the file was moved or removed; going on with a new one");
    open();
  }
  const AppendFile::Lock lock(*file_, kLockTimeoutMs, all_cancelled);
  writeLocked(group);
}

void LineStore::writeLocked(const std::vector<Item*>& group) {
  catchUp();
  std::string text;
  KeyIndex in_group;
  std::uint32_t next = lines_;
  for (auto* item : group) {
    item->number = index_.find(item->line.key);
    if (item->number == 0) item->number = in_group.find(item->line.key);
    if (item->number != 0) continue;
    item->number = ++next;
    in_group.add(item->line.key, next);
    text += item->line.text;
  }
  if (!text.empty()) synced_ = false;
  file_->append(text);
  if (!synced_) {
    try {
      file_->sync();
    } catch (const Error&) {
      file_->truncate(known_size_);
      throw;
    }
  }
  synced_ = true;
  known_size_ += text.size();
  lines_ = next;
  for (const auto* item : group) index_.add(item->line.key, item->number);
}

void LineStore::open() {
  file_.reset();
  index_.clear();
  known_size_ = 0;
  lines_ = 0;
  file_ = std::make_unique<AppendFile>(path_);
  const AppendFile::Lock lock(*file_, kLockTimeoutMs, [] { return false; });
  catchUp();
  // A process that was killed between write and sync leaves lines that can be read and are not on the disk yet.
  file_->sync();
  synced_ = true;
}

/// Takes up what others, or an earlier run, have appended, and cuts a last line that has no end.
void LineStore::catchUp() {
  const std::uint64_t size = file_->size();
  if (size == known_size_) return;
  if (size < known_size_) {
    log_(TROUPE_WARNING, path_ + ": the file has become shorter; reading it again");
    index_.clear();
    known_size_ = 0;
    lines_ = 0;
  }
  synced_ = false;
  unreadable_ = 0;
  std::uint64_t position = known_size_;
  std::string unfinished;
  file_->read(known_size_, [&](std::string_view piece) {
    position += piece.size();
    for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      unfinished.append(piece.substr(0, end));
      takeLine(unfinished);
      unfinished.clear();
      piece.remove_prefix(end + 1);
    }
    unfinished.append(piece);
  });
  known_size_ = position - unfinished.size();
  if (unreadable_ > 0)
    log_(TROUPE_WARNING, path_ + ": " + std::to_string(unreadable_) + " of " + std::to_string(lines_) +
                             " lines are no samples; they are left as they are");
  if (unfinished.empty()) return;
  file_->truncate(known_size_);
  log_(TROUPE_WARNING,
       path_ + ": line " + std::to_string(lines_ + 1) + " was cut short (" + std::to_string(unfinished.size()) +
           " bytes, by a crash or a full disk) and is removed; its sample was never announced as saved");
}

void LineStore::takeLine(std::string_view line) {
  ++lines_;
  if (const auto key = keyOf(line)) {
    index_.add(*key, lines_);
  } else {
    ++unreadable_;
  }
}

}  // namespace troupe::jsonl_store
