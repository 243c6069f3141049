#ifndef TROUPE_NOVELTY_KNOWN_STORIES_HPP
#define TROUPE_NOVELTY_KNOWN_STORIES_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "novelty.hpp"

namespace troupe::novelty {

/// A story of an earlier run, as a file has it.
struct FiledStory {
  std::string run;  // "" when the file does not say
  std::string name;
  std::string text;
};

/// Bound of what is read: the newest stories, and bytes of text.
struct Bound {
  std::size_t stories = 5000;
  std::size_t bytes = 256U << 20U;
};

using Progress = std::function<void()>;  // may throw to give up

/// The newest stories of other runs in a file, oldest first: a database of store.sqlite, or JSON Lines of store.jsonl
/// or `troupe runs export`. Those of `run` itself are left out: otherwise a resume would find what the run has saved.
/// Throws troupe::Error.
std::vector<Story> knownStories(const std::string& path, const std::string& run, const Bound& bound,
                                const Progress& progress);

/// Whether the file can be read and is one of these; throws troupe::Error when not.
void checkKnown(const std::string& path);

// By format; `each` is given the stories from the newest on and returns whether it wants more.
bool isDatabase(const std::string& path);
void readTable(const std::string& path, const std::string& other_than_run, std::size_t limit,
               const std::function<bool(FiledStory)>& each);
void checkTable(const std::string& path);
std::vector<FiledStory> readLines(const std::string& path, const std::string& other_than_run, const Bound& bound,
                                  const Progress& progress);

}  // namespace troupe::novelty

#endif
