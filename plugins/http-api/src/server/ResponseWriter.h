#pragma once

#include "server/Connection.h"
#include "server/ServerState.h"

#include <waymark/http/ApiResponse.h>

#include <Poco/Net/HTTPServerResponse.h>

#include <memory>
#include <optional>
#include <string_view>

namespace waymark::httpapi
{

/// Gives the answer to a connection's request, of any form, without waiting: what the client does not take
/// now stays with the connection, which the front sees to.
class ResponseWriter
{
public:
    ResponseWriter(Poco::Net::HTTPServerResponse& response, Connection& connection, ServerState& state,
                   std::weak_ptr<Mailbox> front);

    /// The status that went out; nothing when the answer comes later, and `parked()` is where it will be.
    std::optional<int> send(http::ApiResponse answer);
    std::unique_ptr<PendingAnswer> parked() noexcept { return std::move(_parked); }
    /// True when a part of the answer went out: there can be no other.
    bool begun() const noexcept { return _begun; }
    /// Takes back what an answer that failed has set, before another one is sent.
    void startOver();

private:
    std::optional<http::ApiResponse> resolve(http::ApiResponse answer);
    void prepare(const http::ApiResponse& answer);
    int sendWhole(const http::ApiResponse& answer, std::string_view body);
    int sendAsset(http::ApiResponse answer);
    int sendStream(const http::ApiResponse& answer);
    void put(std::string_view body);

    Poco::Net::HTTPServerResponse& _response;
    Connection& _connection;
    ServerState& _state;
    std::weak_ptr<Mailbox> _front;
    std::unique_ptr<PendingAnswer> _parked;
    bool _begun = false;
};

} // namespace waymark::httpapi
