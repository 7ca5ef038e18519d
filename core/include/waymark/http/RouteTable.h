#pragma once

#include <waymark/base/Subscription.h>
#include <waymark/http/ApiRequest.h>
#include <waymark/http/ApiResponse.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::http
{

/// Who may call a route, once an API plugin asks for credentials.
enum class Role : std::uint8_t
{
    open,       ///< health: never needs credentials
    reader,     ///< looks
    registrant, ///< registers and removes peers
    admin       ///< everything
};

/// Runs on a thread of the API plugin, possibly several at once; it should not block (see
/// ApiResponse::later). What it throws becomes a 500 without details for the client.
using Handler = std::function<ApiResponse(const ApiRequest&)>;

/// One operation that a plugin offers over HTTP.
struct Route
{
    std::string method;  ///< upper case; a GET also serves HEAD
    std::string pattern; ///< "/peers/{id}": a parameter is a whole, non-empty segment
    std::string summary; ///< one line for people
    Role role = Role::reader;
    bool mutates = false;     ///< changes something: then a reader may not, and each request is logged
    bool takesProof = false;  ///< a peer may ask for itself, see ApiRequest::provenPeer
    bool acceptsJson = false; ///< takes a body, which must be application/json
    bool mayBeEmpty = false;  ///< of one that takes a body: a request may come without
    /// What GET /openapi.yaml says of the operation: the YAML of an OpenAPI 3.1 operation object, not
    /// indented; it may refer to the parameters, responses and schemas of docs/openapi.yaml. Without it the
    /// summary is all that is said.
    std::string openapi{};
    std::size_t largestBody = 0; ///< bytes, where that is more than the API plugin takes elsewhere
    Handler handler;
};

/// The routes of all plugins; whichever API plugin is loaded serves them. A passive table; any thread.
class RouteTable
{
public:
    static constexpr const char* serviceId = "routes";

    /// What a request's method and path lead to. `route` stays valid even when the route is removed.
    struct Match
    {
        std::shared_ptr<const Route> route; ///< empty: no such path, or not with that method
        std::map<std::string, std::string, std::less<>> parameters;
        std::vector<std::string> allowed; ///< the methods of that path; empty: no such path
    };

    RouteTable();

    /// Adds a route until the subscription ends. A second one with the same method and shape throws
    /// std::logic_error. Fixed segments win over parameters.
    Subscription add(Route route);

    /// Called on the asking thread at the beginning of every match(), and may wait there: for embedders that
    /// make a host stand still. Set before anybody asks.
    void setGate(std::function<void()> gate);

    /// `segments` of the path are percent-decoded before parameters are taken from them.
    Match match(std::string_view method, std::string_view path) const;

    /// In order of pattern and method.
    std::vector<std::shared_ptr<const Route>> routes() const;

private:
    struct State;
    std::shared_ptr<State> _state;
};

} // namespace waymark::http
