#pragma once

#include "server/Mailbox.h"
#include "server/ServerState.h"

#include <waymark/http/RouteTable.h>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>

#include <memory>

namespace waymark::httpapi
{

/// Makes the handlers of one server's requests.
class RequestHandlerFactory : public Poco::Net::HTTPRequestHandlerFactory
{
public:
    RequestHandlerFactory(const http::RouteTable& routes, std::shared_ptr<ServerState> state,
                          std::weak_ptr<Mailbox> front);

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& request) override;

private:
    const http::RouteTable& _routes;
    std::shared_ptr<ServerState> _state;
    std::weak_ptr<Mailbox> _front;
};

} // namespace waymark::httpapi
