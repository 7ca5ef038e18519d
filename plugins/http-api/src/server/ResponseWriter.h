#pragma once

#include "server/RequestSocket.h"
#include "server/ServerState.h"

#include <waymark/http/ApiResponse.h>

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <memory>

namespace waymark::httpapi
{

/// Sends one answer of any form over one connection, on the request's thread.
class ResponseWriter
{
public:
    ResponseWriter(Poco::Net::HTTPServerResponse& response, RequestSocket& socket, ServerState& state);

    /// Waits for an answer that comes later, then sends it. The status that went out.
    int send(http::ApiResponse answer);

private:
    http::ApiResponse resolve(http::ApiResponse answer);
    void prepare(const http::ApiResponse& answer);
    int sendWhole(const http::ApiResponse& answer, std::string_view body);
    int sendAsset(http::ApiResponse answer);
    int sendStream(const http::ApiResponse& answer);
    void pump(class StreamQueue& queue, std::ostream& out);

    Poco::Net::HTTPServerResponse& _response;
    RequestSocket& _socket;
    ServerState& _state;
};

} // namespace waymark::httpapi
