#pragma once

/// Real HTTP servers on loopback, for tests of what speaks to one. Ports are the system's choice.

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace troupe::test {

/// A request as it came.
struct Received {
  std::string method, path, body;
  std::map<std::string, std::string> headers;  // names in lower case
};

/// Keeps every request, and answers as the test says.
class HttpServer {
 public:
  using Answer = std::function<void(const Received&, Poco::Net::HTTPServerResponse&)>;

  /// `socket` is a secure one for TLS.
  explicit HttpServer(Answer answer,
                      Poco::Net::ServerSocket socket = Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1",
                                                                                                        0)))
      : answer_(std::move(answer)), port_(socket.address().port()), threads_(2, 256) {
    auto* params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(256);
    params->setMaxQueued(512);
    params->setKeepAlive(true);
    params->setMaxKeepAliveRequests(0);
    server_ = std::make_unique<Poco::Net::HTTPServer>(new Factory(*this), threads_, socket, params);
    server_->start();
  }
  ~HttpServer() {
    release();
    server_->stopAll(true);
    threads_.joinAll();
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& path = "/", const std::string& scheme = "http",
                  const std::string& host = "127.0.0.1") const {
    return scheme + "://" + host + ":" + std::to_string(port_) + path;
  }
  std::vector<Received> received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  /// Waits until `count` requests have come.
  void waitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return received_.size() >= count; }))
      throw std::runtime_error("only " + std::to_string(received_.size()) + " requests have come");
  }
  /// For an answer that hangs: waits for release(), or the end of the server.
  void hold() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return released_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  /// Connections that requests have come on.
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
  }

 private:
  struct Handler : Poco::Net::HTTPRequestHandler {
    explicit Handler(HttpServer& s) : server(s) {}
    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
      Received got{request.getMethod(), request.getURI(), {}, {}};
      for (const auto& header : request) {
        auto name = header.first;
        for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        got.headers[name] = header.second;
      }
      Poco::StreamCopier::copyToString(request.stream(), got.body);
      {
        const std::lock_guard lock(server.mutex_);
        server.received_.push_back(got);
        server.clients_.insert(request.clientAddress().toString());
        server.changed_.notify_all();
      }
      server.answer_(got, response);
    }
    HttpServer& server;
  };
  struct Factory : Poco::Net::HTTPRequestHandlerFactory {
    explicit Factory(HttpServer& s) : server(s) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
      return new Handler(server);
    }
    HttpServer& server;
  };

  const Answer answer_;
  const std::uint16_t port_;
  Poco::ThreadPool threads_;
  std::unique_ptr<Poco::Net::HTTPServer> server_;
  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::vector<Received> received_;
  std::set<std::string> clients_;
  bool released_ = false;
};

/// Answers each connection with bytes of the test's, also what no server should send, after it has read the head of the
/// request.
class RawServer {
 public:
  explicit RawServer(std::function<void(Poco::Net::StreamSocket&)> answer)
      : socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
        port_(socket_.address().port()),
        thread_([this, answer = std::move(answer)] {
          try {
            for (;;) {
              auto client = socket_.acceptConnection();
              std::string head;
              char piece[4096];
              while (head.find("\r\n\r\n") == std::string::npos) {
                const int n = client.receiveBytes(piece, sizeof piece);
                if (n <= 0) break;
                head.append(piece, static_cast<std::size_t>(n));
              }
              if (stop_) return;
              try {
                answer(client);
              } catch (const Poco::Exception&) {  // The client has gone.
              }
            }
          } catch (const Poco::Exception&) {  // Closed.
          }
        }) {}
  ~RawServer() {
    stop_ = true;
    try {
      Poco::Net::StreamSocket knock(Poco::Net::SocketAddress("127.0.0.1", port_));
      knock.shutdownSend();
    } catch (const Poco::Exception&) {
    }
    thread_.join();
  }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

 private:
  Poco::Net::ServerSocket socket_;
  const std::uint16_t port_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// A port that nobody listens on.
inline std::uint16_t closedPort() {
  const Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
  return socket.address().port();
}

}  // namespace troupe::test
