#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "http_rig.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// Answers some requests on each connection, says that it keeps it open, and closes it all the same.
class FickleServer {
 public:
  enum class Closes { after_the_answer, on_the_next_request };

  FickleServer(int answers, Closes when)
      : answers_(answers),
        when_(when),
        socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
        port_(socket_.address().port()),
        server_(new Factory(*this), threads_, socket_) {
    server_.start();
  }
  ~FickleServer() { server_.stop(); }
  FickleServer(const FickleServer&) = delete;
  FickleServer& operator=(const FickleServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  int connections() const { return connections_; }
  int cut() const { return cut_; }

 private:
  struct Connection final : Poco::Net::TCPServerConnection {
    Connection(const Poco::Net::StreamSocket& socket, FickleServer& all) : TCPServerConnection(socket), server(all) {}
    void run() override try {
      ++server.connections_;
      for (int i = 0; i < server.answers_; ++i) {
        const auto got = request();
        if (got.empty()) return;
        const auto answer =
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: " + std::to_string(got.size()) + "\r\n\r\n" +
            got;
        socket().sendBytes(answer.data(), static_cast<int>(answer.size()));
      }
      if (server.when_ == Closes::on_the_next_request && !request().empty()) ++server.cut_;
    } catch (const Poco::Exception&) {  // The client has gone.
    }
    // The next request's body, which is three bytes; "" at the end of the connection.
    std::string request() {
      char piece[4096];
      for (;;) {
        const auto end = read.find("\r\n\r\n");
        if (end != std::string::npos && read.size() >= end + 7) {
          const auto body = read.substr(end + 4, 3);
          read.erase(0, end + 7);
          return body;
        }
        const int n = socket().receiveBytes(piece, sizeof piece);
        if (n <= 0) return {};
        read.append(piece, static_cast<std::size_t>(n));
      }
    }
    FickleServer& server;
    std::string read;
  };
  struct Factory final : Poco::Net::TCPServerConnectionFactory {
    explicit Factory(FickleServer& all) : server(all) {}
    Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
      return new Connection(socket, server);
    }
    FickleServer& server;
  };

  const int answers_;
  const Closes when_;
  std::atomic<int> connections_{0}, cut_{0};
  Poco::ThreadPool threads_{2, 256};
  Poco::Net::ServerSocket socket_;
  const std::uint16_t port_;
  Poco::Net::TCPServer server_;
};

std::string post(const FickleServer& server, int number) {
  const auto text = std::to_string(100 + number);
  return R"({"method":"POST","url":")" + server.url() + R"(","body":")" + text + "\"}";
}

}  // namespace

TEST_CASE("a connection that the server closes while it is kept is no failure of the next request", "[http]") {
  const auto when = GENERATE(FickleServer::Closes::after_the_answer, FickleServer::Closes::on_the_next_request);
  const auto answers = GENERATE(1, 3, 100);
  const FickleServer server(answers, when);
  HttpRig rig;
  SECTION("one request after another") {
    for (int i = 0; i < 250; ++i) {
      const auto answered = rig.request(post(server, i));
      CAPTURE(i, answered.problem);
      REQUIRE(answered.code == TROUPE_OK);
      REQUIRE(answered.body == std::to_string(100 + i));
    }
    CHECK(server.connections() >= 250 / answers);
    if (when == FickleServer::Closes::on_the_next_request) CHECK(server.cut() >= 250 / answers - 1);
  }
  SECTION("many at once") {
    std::vector<std::future<std::string>> answers_of;
    for (int worker = 0; worker < 16; ++worker)
      answers_of.push_back(std::async(std::launch::async, [&, worker] {
        for (int i = 0; i < 20; ++i) {
          const auto answered = rig.request(post(server, worker * 20 + i));
          if (answered.code != TROUPE_OK || answered.body != std::to_string(100 + worker * 20 + i))
            return answered.problem + " " + answered.body;
        }
        return std::string("fine");
      }));
    for (auto& one : answers_of) CHECK(one.get() == "fine");
  }
}
