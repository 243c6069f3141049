#pragma once

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::test {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  std::string type, body;
  std::string header(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
  Poco::Net::MessageHeader fields;
};

/// One request to a server on this machine.
inline Answer ask(std::uint16_t port, const std::string& method, const std::string& path, const std::string& body = {},
                  const HeaderList& headers = {}) {
  Poco::Net::HTTPClientSession session("127.0.0.1", port);
  session.setTimeout(Poco::Timespan(60, 0));
  Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
  if (!body.empty()) request.setContentType("application/json");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.setContentLength(static_cast<std::streamsize>(body.size()));
  session.sendRequest(request) << body;
  Poco::Net::HTTPResponse response;
  auto& stream = session.receiveResponse(response);
  Answer answer;
  answer.body.assign(std::istreambuf_iterator<char>(stream), {});
  answer.status = response.getStatus();
  answer.type = response.getContentType();
  answer.fields = response;
  return answer;
}

struct StreamEvent {
  std::string id, name, data;
};

/// Reads an event stream as a browser does, from a plain socket, so that a test sees where it was cut.
class EventReader {
 public:
  /// `host`: of the server, when `port` is a proxy's.
  EventReader(std::uint16_t port, const std::string& path, const std::string& last_event_id = {},
              const std::string& host = {}) {
    socket_.connect(Poco::Net::SocketAddress("127.0.0.1", port), Poco::Timespan(30, 0));
    socket_.setReceiveTimeout(Poco::Timespan(60, 0));
    std::string head = "GET " + path +
                       " HTTP/1.1\r\nHost: " + (host.empty() ? "127.0.0.1:" + std::to_string(port) : host) +
                       "\r\nAccept: text/event-stream\r\n";
    if (!last_event_id.empty()) head += "Last-Event-ID: " + last_event_id + "\r\n";
    head += "\r\n";
    socket_.sendBytes(head.data(), static_cast<int>(head.size()));
    while (buffer_.find("\r\n\r\n") == std::string::npos)
      if (!fill()) throw std::runtime_error("the server closed before its head was there: " + buffer_);
    const auto end = buffer_.find("\r\n\r\n") + 4;
    head_ = buffer_.substr(0, end);
    buffer_.erase(0, end);
  }

  const std::string& head() const { return head_; }
  int status() const { return head_.size() > 12 ? std::atoi(head_.c_str() + 9) : 0; }
  /// The id of the newest event that had one.
  const std::string& lastId() const { return last_id_; }

  /// The next event, comments and retry lines left out; nothing when the stream has ended or was cut. Throws when
  /// nothing comes for a minute.
  std::optional<StreamEvent> next() {
    for (;;) {
      const auto end = buffer_.find("\n\n");
      if (end == std::string::npos) {
        if (!fill()) return std::nullopt;
        continue;
      }
      const auto block = buffer_.substr(0, end);
      buffer_.erase(0, end + 2);
      StreamEvent event;
      for (std::size_t from = 0; from <= block.size();) {
        const auto stop = std::min(block.find('\n', from), block.size());
        const std::string_view line(block.data() + from, stop - from);
        from = stop + 1;
        if (line.substr(0, 4) == "id: ") event.id = line.substr(4);
        if (line.substr(0, 7) == "event: ") event.name = line.substr(7);
        if (line.substr(0, 6) == "data: ") event.data += line.substr(6);
      }
      if (!event.id.empty()) last_id_ = event.id;
      if (!event.data.empty()) return event;
    }
  }

 private:
  bool fill() {
    char bytes[65536];
    int got = 0;
    try {
      got = socket_.receiveBytes(bytes, sizeof bytes);
    } catch (const Poco::TimeoutException&) {
      throw std::runtime_error("nothing came for a minute; so far: " + buffer_.substr(0, 2000));
    } catch (const Poco::Exception&) {
      return false;  // Cut.
    }
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  Poco::Net::StreamSocket socket_;
  std::string head_, buffer_, last_id_;
};

}  // namespace troupe::test
