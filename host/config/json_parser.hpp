#pragma once

#include <rapidjson/document.h>

#include <string_view>
#include <vector>

#include "config/json_text.hpp"

namespace troupe::config {

/// Fills a document and the spans of its values from a text; a generator for rapidjson::Document::Populate(). Keeps its
/// place in a stack of its own, so that nesting costs no stack of the thread.
class JsonParser {
 public:
  /// All references must outlive the parser. `text` is valid UTF-8.
  JsonParser(std::string_view text, std::vector<ValueSpan>& spans, std::vector<Problem>& problems);

  /// False when the text cannot be understood any further. A mistake that can be stepped over, such as a missing comma,
  /// is reported and the rest is read, so that one look at the report shows them all.
  bool operator()(rapidjson::Document& document);

 private:
  enum class Expect { value, element_or_end, key_or_end, comma_or_end };
  struct Level {
    bool object = false;
    std::uint32_t span = 0;     ///< of the container
    std::uint32_t members = 0;  ///< complete or begun
    std::uint32_t first = 0;    ///< span of its first member
    std::uint32_t last = 0;     ///< span of its latest member
  };

  bool skipSpace();
  bool step(rapidjson::Document& document);
  bool readKey(rapidjson::Document& document);
  bool readValue(rapidjson::Document& document);
  bool readString(rapidjson::Document& document);
  bool readWord(rapidjson::Document& document);
  bool readBareKey(rapidjson::Document& document);
  bool afterValue(rapidjson::Document& document);
  bool open(rapidjson::Document& document, bool object);
  bool close(rapidjson::Document& document);
  bool beginValue();
  void endValue(std::uint32_t span);
  void reportDuplicates(const Level& level);
  bool endOfText();
  bool missingValue();
  bool unexpected();

  enum class Where {
    container,
    member
  };  ///< whose pointer a problem names: the innermost open object or list, or its latest member
  /// Reports; false once there are too many to go on.
  bool report(std::size_t offset, std::string fact, std::string repair, Where where = Where::container);
  const LineIndex& lines();
  std::string placeOf(std::uint32_t span) const;

  std::string_view text_;
  std::vector<ValueSpan>& spans_;
  std::vector<Problem>& problems_;
  std::optional<LineIndex> lines_;  ///< made for the first problem
  std::size_t at_ = 0;
  Expect expect_ = Expect::value;
  Span key_;  ///< of the member that is being read
  std::vector<Level> levels_;
};

/// A key span of the text as the name it stands for.
std::string keyName(std::string_view text, const Span& key);

}  // namespace troupe::config
