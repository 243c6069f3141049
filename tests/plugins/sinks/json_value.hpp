#pragma once

#include <rapidjson/document.h>

#include <stdexcept>
#include <string>

#include <troupe/troupe.hpp>

namespace troupe::test {

/// An object of JSON text, for the classes that read events.
class JsonValue {
 public:
  explicit JsonValue(const std::string& text) {
    document_.Parse(text.data(), text.size());
    if (document_.HasParseError()) throw std::invalid_argument("no JSON: " + text);
  }
  Object object() const { return Object(document_); }

 private:
  rapidjson::Document document_;
};

}  // namespace troupe::test
