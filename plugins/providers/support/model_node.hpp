#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/answer.hpp"
#include "support/ask.hpp"
#include "support/models.hpp"

namespace troupe::providers {

/// What is special to a service: how it is asked, and what its answers mean. Called by several threads at once.
class Wire {
 public:
  enum class Framing { events, lines };

  virtual ~Wire() = default;
  virtual const Settings& settings() const = 0;
  /// How a stream comes.
  virtual Framing framing() const { return Framing::events; }

  virtual HttpRequest request(const Ask& ask) const = 0;
  virtual Answer read(std::string_view body) const = 0;
  virtual std::unique_ptr<StreamReader> stream() const = 0;
  virtual std::string candidate(const Answer& answer) const = 0;
  /// The error that an answer of a bad status is; `now_ms` is the time, for a Retry-After that is a date.
  virtual Error error(const HttpResponse& answer, std::int64_t now_ms) const = 0;

  /// The request for the list of models; `page` is what readModels() returned, "" for the first.
  virtual HttpRequest modelsRequest(const std::string& page) const = 0;
  /// Adds the models of a page. Returns the next page, or "".
  virtual std::string readModels(std::string_view body, std::vector<Model>& models) const = 0;
};

/// A provider of a service over HTTP: one request a call. The host repeats, waits and cancels.
class ModelNode : public Node {
 public:
  ModelNode(std::unique_ptr<const Wire> wire, Host host) : wire_(std::move(wire)), http_(host) {}
  void run(Call& call) override;

 private:
  void answer(Call& call) const;
  void takeAnswer(Call& call, const HttpResponse& response, const StreamReader& stream) const;
  void listModels(Call& call) const;
  HttpResponse ask(Call& call, const HttpRequest& request) const;
  HttpResponse follow(Call& call, const HttpRequest& request, StreamReader& stream) const;
  std::string_view place() const { return wire_->settings().place; }

  const std::unique_ptr<const Wire> wire_;
  const Http http_;
};

/// The node of a wire format, as TROUPE_PLUGIN takes it.
template <typename T>
class Provider final : public ModelNode {
 public:
  Provider(const Options& options, Host host) : ModelNode(std::make_unique<const T>(options), host) {}
};

}  // namespace troupe::providers
