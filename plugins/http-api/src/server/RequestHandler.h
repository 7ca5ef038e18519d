#pragma once

#include "server/ServerState.h"

#include <waymark/http/RouteTable.h>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <memory>
#include <string>

namespace waymark::httpapi
{

/// Makes the handlers of one server's requests.
class RequestHandlerFactory : public Poco::Net::HTTPRequestHandlerFactory
{
public:
    /// `threadName` is given to the threads that serve.
    RequestHandlerFactory(const http::RouteTable& routes, std::shared_ptr<ServerState> state,
                          const std::string& threadName);

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& request) override;

private:
    const http::RouteTable& _routes;
    std::shared_ptr<ServerState> _state;
    std::string _threadName;
};

} // namespace waymark::httpapi
