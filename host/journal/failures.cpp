#include "journal/failures.hpp"

#include <cstring>

namespace troupe::journal {
namespace {

std::string cause(const sqlite::Error& error) {
  std::string text = error.what();
  if (error.systemError() != 0) text += ": " + std::string(std::strerror(error.systemError()));
  return text;
}

bool isRead(int code) {
  return code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_FSTAT ||
         code == SQLITE_IOERR_ACCESS;
}

}  // namespace

std::string explain(const std::filesystem::path& file, const sqlite::Error& error) {
  const auto name = file.string();
  switch (error.primaryCode()) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "the journal " + name + " is damaged (" + error.what() +
             "); move it aside together with its companions, for example: mkdir damaged && mv " + name +
             "* damaged/; the next run begins a new one";
    case SQLITE_FULL:
      return "the journal " + name + " cannot be written: the disk is full; free some space, then resume the run";
    case SQLITE_IOERR:
      if (isRead(error.code())) {
        return "the journal " + name + " cannot be read (" + cause(error) + "); check the disk";
      }
      return "the journal " + name + " cannot be written: " + cause(error) +
             "; check the disk and the space that is left on it, then resume the run";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "the journal " + name + " cannot be opened (" + cause(error) +
             "); make the file and its folder readable and writable, or name another file with --journal";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "the journal " + name + " is locked by another program (" + cause(error) +
             "); end what has it open, for example a sqlite3 shell inside a transaction";
    default:
      return "the journal " + name + ": " + cause(error);
  }
}

}  // namespace troupe::journal
