#include "config/edges.hpp"

#include <algorithm>
#include <set>

#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

using loader::InPort;
using loader::Kind;

const loader::OutPort* outputOf(const loader::NodeType& type, const std::string& port_type) {
  const auto found =
      std::find_if(type.out.begin(), type.out.end(), [&](const auto& port) { return port.type == port_type; });
  return found == type.out.end() ? nullptr : &*found;
}

std::string listed(const std::vector<std::string>& names, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 12; ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? std::string(last) : ", ") + troupe::quoted(names[i]);
  if (names.size() > 12) text += ", …";
  return text;
}

std::string outputTypes(const loader::NodeType& type) {
  std::string text;
  for (const auto& port : type.out) text += (text.empty() ? "" : " and ") + port.type;
  return text.empty() ? "nothing" : text;
}

/// The references of one node.
class Connector {
 public:
  Connector(Drafts& drafts, Draft& draft, int in_flight, Report& report)
      : drafts_(drafts), draft_(draft), type_(draft.node.info), in_flight_(in_flight), report_(report) {}

  void connect() {
    for (const auto& reference : draft_.references) connect(reference);
    if (!draft_.node.enabled || type_ == nullptr || type_->kind == Kind::sink || !draft_.sound) return;
    if (type_->kind == Kind::provider && draft_.references.empty()) return;  // On call only.
    for (const auto& port : type_->in)
      if (!port.optional && !port.previous && connected_.count(port.name) == 0) missing(port);
  }

 private:
  void connect(const Reference& reference) {
    const auto* source = drafts_.find(reference.from);
    if (source == nullptr) {
      std::vector<std::string> others;
      for (const auto& name : drafts_.names())
        if (name != draft_.node.name) others.push_back(name);
      return wrong(reference, "no node is called " + troupe::quoted(reference.from),
                   suggest(reference.from, others, "nodes"));
    }
    if (!draft_.node.enabled) return;
    if (type_ == nullptr) return;
    if (type_->kind == Kind::sink)
      return wrong(reference, "a sink takes no inputs: it is given every event of the run", "leave \"inputs\" out");
    const auto* port = portOf(reference);
    if (port == nullptr) return;
    if (reference.lag ? !fitsDelayed(reference, *port) : !fitsEdge(reference, *port)) return;
    if (!source->node.enabled) {
      dropped_[port->name].push_back(reference.from);
      return;
    }
    if (!reference.lag) draft_.upstream.push_back(reference.from);
    if (source->node.info == nullptr) {
      draft_.sound = false;
      return;
    }
    if (!fitsSource(reference, *port, *source)) return;
    const auto edge = std::make_pair(port->name, reference.from);
    if (!edges_.insert(edge).second)
      return wrong(reference, troupe::quoted(reference.from) + " is named twice", "remove one");
    const bool each_candidate = type_->per == loader::Per::candidate && port->type == "troupe:candidate/1";
    const auto& [position, is_first] = connected_.emplace(port->name, reference.from);
    if (!is_first && !port->many && !each_candidate)
      return wrong(reference,
                   "port " + troupe::quoted(port->name) + " takes one input, and has " +
                       troupe::quoted(position->second) + " already",
                   "name one of them");
    draft_.node.inputs.push_back({port->name, reference.from, reference.lag});
  }

  const InPort* portOf(const Reference& reference) {
    std::vector<std::string> names;
    const InPort* first = nullptr;
    for (const auto& port : type_->in) {
      if (port.previous) continue;
      names.push_back(port.name);
      if (first == nullptr || (first->delayed && !port.delayed)) first = &port;
    }
    if (first == nullptr) {
      wrong(reference, draft_.node.type + " takes no inputs", "leave \"inputs\" out");
      return nullptr;
    }
    if (reference.port.empty()) return first;
    const auto* port = type_->input(reference.port);
    if (port == nullptr)
      wrong(reference, draft_.node.type + " has no port " + troupe::quoted(reference.port),
            suggest(reference.port, names, "ports"));
    else if (port->previous)
      wrong(reference, "port " + troupe::quoted(port->name) + " is filled by the host", "leave it out");
    return port == nullptr || port->previous ? nullptr : port;
  }

  bool fitsEdge(const Reference& reference, const InPort& port) {
    if (!port.delayed) return true;
    wrong(reference, "port " + troupe::quoted(port.name) + " takes only the output of an earlier sample",
          "write " + delayed(reference.from));
    return false;
  }

  bool fitsDelayed(const Reference& reference, const InPort& port) {
    if (!port.delayed) {
      wrong(reference, "port " + troupe::quoted(port.name) + " takes no output of an earlier sample",
            "write " + troupe::quoted(reference.from));
      return false;
    }
    if (*reference.lag < 1) draft_.sound = false;  // Reported with the shape.
    if (*reference.lag < 1 || *reference.lag >= in_flight_) return *reference.lag >= 1;
    const auto needed = std::to_string(in_flight_);
    report_.add(reference.pointer + "/lag",
                "the lag " + std::to_string(*reference.lag) + " is less than run.in_flight, which is " + needed,
                "write at least " + needed + ", or lower run.in_flight");
    draft_.sound = false;
    return false;
  }

  bool fitsSource(const Reference& reference, const InPort& port, const Draft& source) {
    const auto& from = *source.node.info;
    if (outputOf(from, port.type) == nullptr) {
      wrong(reference,
            "port " + troupe::quoted(port.name) + " takes " + port.type + ", but " + troupe::quoted(reference.from) +
                " gives " + outputTypes(from),
            givers(port.type));
      return false;
    }
    if (reference.lag && from.kind != Kind::store) {
      wrong(reference, troupe::quoted(reference.from) + " gives nothing to later samples: only a store feeds back",
            "name a store");
      return false;
    }
    if (from.kind == Kind::provider && source.references.empty() && source.sound && !reference.lag) {
      wrong(reference, troupe::quoted(reference.from) + " has no inputs, so it is on call only and gives no candidate",
            "give it \"inputs\", or remove it here");
      return false;
    }
    return true;
  }

  void missing(const InPort& port) {
    draft_.sound = false;
    const auto at = draft_.pointer + (draft_.references.empty() ? "" : "/inputs");
    if (const auto dropped = dropped_.find(port.name); dropped != dropped_.end()) {
      const bool one = dropped->second.size() == 1;
      return report_.add(at,
                         "port " + troupe::quoted(port.name) + " is left without input: " +
                             listed(dropped->second, " and ") + (one ? " is disabled" : " are disabled"),
                         "enable " + std::string(one ? "it" : "one") + ", name another node, or disable this one too");
    }
    auto repair = givers(port.type);
    if (port.delayed) repair = "write " + delayed("NODE");
    report_.add(at, "port " + troupe::quoted(port.name) + " has no input; it takes " + port.type, repair);
  }

  std::string delayed(const std::string& from) const {
    return "{\"from\": " + troupe::quoted(from) + ", \"lag\": " + std::to_string(in_flight_) + "}";
  }

  /// The nodes that could stand there.
  std::string givers(const std::string& port_type) const {
    std::vector<std::string> names;
    for (const auto& other : drafts_.nodes)
      if (&other != &draft_ && other.node.enabled && other.node.info != nullptr &&
          outputOf(*other.node.info, port_type) != nullptr)
        names.push_back(other.node.name);
    return names.empty() ? "no enabled node gives that"
                         : "that is what " + listed(names, " and ") + (names.size() == 1 ? " gives" : " give");
  }

  void wrong(const Reference& reference, std::string fact, std::string repair) {
    report_.add(reference.pointer, std::move(fact), std::move(repair));
    draft_.sound = false;
  }

  Drafts& drafts_;
  Draft& draft_;
  const loader::NodeType* type_;  // May be null.
  const int in_flight_;
  Report& report_;
  std::map<std::string, std::string> connected_;             // port -> the first node that feeds it
  std::map<std::string, std::vector<std::string>> dropped_;  // port -> disabled nodes
  std::set<std::pair<std::string, std::string>> edges_;
};

}  // namespace

void connectNodes(Drafts& drafts, int in_flight, Report& report) {
  for (auto& draft : drafts.nodes) Connector(drafts, draft, in_flight, report).connect();
}

}  // namespace troupe::config
