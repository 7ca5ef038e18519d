#include "server/RequestHandler.h"

#include "server/ListenSocket.h"
#include "server/RequestReader.h"
#include "server/RequestSocket.h"
#include "server/ResponseWriter.h"

#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/NumberFormatter.h>

#include <exception>
#include <pthread.h>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t threadNameLimit = 15; // of the system

/// A handler's answer or a refusal, and the route that it belongs to.
struct Outcome
{
    http::ApiResponse answer;
    std::string route = "unmatched";
};

Outcome refused(const Refusal& refusal, std::string route = "unmatched")
{
    return {http::ApiResponse::error(refusal.status, refusal.message), std::move(route)};
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// Overwrites a request's head when it was answered.
class HeadWiper
{
public:
    explicit HeadWiper(RequestSocket& socket) noexcept : _socket(socket) {}
    HeadWiper(const HeadWiper&) = delete;
    HeadWiper& operator=(const HeadWiper&) = delete;
    ~HeadWiper() { _socket.forgetHead(); }

private:
    RequestSocket& _socket;
};

class RequestHandler : public Poco::Net::HTTPRequestHandler
{
public:
    RequestHandler(const http::RouteTable& routes, std::shared_ptr<ServerState> state)
        : _routes(routes), _state(std::move(state))
    {
    }

    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override
    {
        auto& connection = static_cast<Poco::Net::HTTPServerRequestImpl&>(request);
        auto& socket = dynamic_cast<RequestSocket&>(*connection.socket().impl());
        const HeadWiper wiper(socket);
        const std::string id = nextRequestId();
        response.set("X-Request-Id", id);
        auto outcome = dispatch(request, socket, id);
        if (!outcome) { // nobody is there to read an answer
            _state->metrics.dropped(outcome.error().reason);
            response.setKeepAlive(false);
            socket.abandon();
            return;
        }
        ResponseWriter writer(response, socket, *_state);
        int status = 500;
        try {
            status = writer.send(std::move(outcome->answer));
        } catch (const Poco::Net::NetException&) {
            socket.abandon(); // the client went away; counted where it was noticed
        } catch (const std::exception& problem) {
            logFailure(outcome->route, id, problem.what());
            if (response.sent())
                socket.abandon();
            else
                status = writer.send(internalError(id));
        }
        report(request, socket, outcome->route, id, status);
    }

private:
    std::string nextRequestId()
    {
        return _state->requestPrefix + '-' +
               Poco::NumberFormatter::formatHex(static_cast<Poco::UInt64>(_state->nextRequest++), 8);
    }

    Answered<Outcome> dispatch(const Poco::Net::HTTPServerRequest& request, RequestSocket& socket,
                               const std::string& id)
    {
        const auto target = parseTarget(socket.head().target);
        if (!target)
            return refused(target.error());
        auto wiped = readRequest(socket.head(), *target);
        if (!wiped)
            return refused(wiped.error());
        http::ApiRequest& read = wiped->request;
        auto match = _routes.match(read.method, target->path);
        read.parameters = std::move(match.parameters);
        if (match.allowed.empty())
            return refused({404, "there is nothing at this path"});
        if (!match.route) {
            auto outcome = refused({405, "this path takes " + joined(match.allowed)});
            outcome.answer.header("Allow", joined(match.allowed));
            return outcome;
        }
        const std::string& route = match.route->pattern;
        if (auto content = checkContent(socket.head(), *match.route); !content)
            return refused(content.error(), route);
        auto body = socket.readBody(_state->limits.body);
        if (!body && body.error().status == 0)
            return tl::unexpected(body.error());
        if (!body)
            return refused(body.error(), route);
        read.remote = toEndpoint(request.clientAddress());
        read.requestId = id;
        read.body = body->view();
        return call(*match.route, read);
    }

    Outcome call(const http::Route& route, const http::ApiRequest& request)
    {
        try {
            return {route.handler(request), route.pattern};
        } catch (const std::exception& problem) {
            logFailure(route.pattern, request.requestId, problem.what());
            return {internalError(request.requestId), route.pattern};
        }
    }

    static http::ApiResponse internalError(const std::string& id)
    {
        return http::ApiResponse::error(500, "an internal error happened; the log has it as request " + id);
    }

    void logFailure(const std::string& route, const std::string& id, const char* what)
    {
        _state->log.limited(observe::LogLevel::error, "http.failed",
                            {{"route", route}, {"request", id}, {"error", what}},
                            "A route's handler failed; the client got status 500.");
    }

    void report(const Poco::Net::HTTPServerRequest& request, const RequestSocket& socket,
                const std::string& route, const std::string& id, int status)
    {
        const auto took = std::chrono::steady_clock::now() - socket.requestStarted();
        const std::string method(socket.head().method);
        _state->metrics.answered(route, method, status, took);
        if (_state->log.enabled(observe::LogLevel::debug))
            _state->log.debug(
                "http.request",
                {{"request", id},
                 {"method", method},
                 {"route", route},
                 {"status", status},
                 {"remote", request.clientAddress().toString()},
                 {"microseconds", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
    }

    const http::RouteTable& _routes;
    std::shared_ptr<ServerState> _state;
};

} // namespace

RequestHandlerFactory::RequestHandlerFactory(const http::RouteTable& routes,
                                             std::shared_ptr<ServerState> state,
                                             const std::string& threadName)
    : _routes(routes), _state(std::move(state)), _threadName(threadName.substr(0, threadNameLimit))
{
}

Poco::Net::HTTPRequestHandler*
RequestHandlerFactory::createRequestHandler(const Poco::Net::HTTPServerRequest&)
{
    thread_local bool named = false;
    if (!std::exchange(named, true))
        pthread_setname_np(pthread_self(), _threadName.c_str());
    return new RequestHandler(_routes, _state);
}

} // namespace waymark::httpapi
