#pragma once

#include <Poco/Net/StreamSocket.h>
#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::test {

/// One request on a connection of its own, read as it comes.
class WebClient {
 public:
  WebClient(std::uint16_t port, const std::string& target, const std::string& headers = "",
            const std::string& method = "GET", const std::string& body = "")
      : socket_(Poco::Net::SocketAddress("127.0.0.1", port)) {
    socket_.setReceiveTimeout(Poco::Timespan(20, 0));
    auto text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n" + headers;
    if (!body.empty())
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n" + body;
    socket_.sendBytes(text.data(), static_cast<int>(text.size()));
    for (;;) {
      const auto line = next();
      if (!line) throw std::runtime_error("no answer");
      if (*line == "\r") break;
      head += *line + "\n";
    }
  }
  int status() const { return std::stoi(head.substr(9, 3)); }
  bool has(const std::string& line) const { return head.find(line + "\r\n") != std::string::npos; }

  /// The next line without its LF; nothing at the end. Throws when none comes.
  std::optional<std::string> next() {
    for (;;) {
      if (const auto end = buffer_.find('\n'); end != std::string::npos) {
        auto line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      if (!fill()) return std::nullopt;
    }
  }
  /// Of a length that the head names.
  std::string body() {
    const auto at = head.find("Content-Length: ");
    const auto length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    while (buffer_.size() < length && fill()) {
    }
    return buffer_.substr(0, length);
  }

  /// One event of a text/event-stream.
  struct Event {
    std::string id, type, data, retry;
    rapidjson::Document json;
  };
  std::optional<Event> event() {
    Event event;
    for (;;) {
      const auto line = next();
      if (!line) return std::nullopt;
      if (line->empty()) break;
      const auto colon = line->find(": ");
      const auto value = line->substr(colon + 2);
      if (line->compare(0, colon, "id") == 0)
        event.id = value;
      else if (line->compare(0, colon, "event") == 0)
        event.type = value;
      else if (line->compare(0, colon, "data") == 0)
        event.data += value;
      else if (line->compare(0, colon, "retry") == 0)
        event.retry = value;
      else
        throw std::runtime_error("a line that is no field: " + *line);
    }
    event.json.Parse(event.data.data(), event.data.size());
    if (event.json.HasParseError()) throw std::runtime_error("no JSON: " + event.data);
    return event;
  }
  /// The next event of a type.
  Event until(const std::string& type) {
    for (;;) {
      auto next_event = event();
      if (!next_event) throw std::runtime_error("the stream has ended without " + type);
      if (next_event->type == type) return std::move(*next_event);
    }
  }
  Poco::Net::StreamSocket& socket() { return socket_; }

  std::string head;

 private:
  bool fill() {
    char chunk[8192];
    const auto got = socket_.receiveBytes(chunk, sizeof chunk);
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }
  Poco::Net::StreamSocket socket_;
  std::string buffer_;
};

}  // namespace troupe::test
