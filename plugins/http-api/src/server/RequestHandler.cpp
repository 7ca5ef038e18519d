#include "server/RequestHandler.h"

#include "server/RequestReader.h"
#include "server/RequestSocket.h"
#include "server/ResponseWriter.h"
#include "server/VectorRegisters.h"

#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/NumberFormatter.h>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

namespace
{

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

class RequestHandler : public Poco::Net::HTTPRequestHandler
{
public:
    RequestHandler(const http::RouteTable& routes, std::shared_ptr<ServerState> state,
                   std::weak_ptr<Mailbox> front)
        : _routes(routes), _state(std::move(state)), _front(std::move(front))
    {
    }

    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override
    {
        auto& poco = static_cast<Poco::Net::HTTPServerRequestImpl&>(request);
        auto& connection = dynamic_cast<RequestSocket&>(*poco.socket().impl()).connection();
        const bool comesBack = serve(connection, response);
        if (comesBack) {
            connection.keepAlive = true;
        } else {
            connection.intake.wipe();
            connection.answered = true;
        }
        clearVectorRegisters();
    }

private:
    /// True when the front has to bring the connection back: with its body, or with the answer.
    bool serve(Connection& connection, Poco::Net::HTTPServerResponse& response)
    {
        auto parked = std::exchange(connection.parked, std::nullopt);
        std::string id = parked ? std::move(parked->id) : requestId(connection);
        response.set("X-Request-Id", id);
        auto outcome =
            parked ? Outcome{parked->answer->take(), std::move(parked->route)} : dispatch(connection, id);
        if (!outcome)
            return true;
        ResponseWriter writer(response, connection, *_state, _front);
        const auto status = send(writer, std::move(outcome->answer), outcome->route, id, connection);
        if (!status) {
            if (writer.waitsForChange())
                outcome->route += "?wait"; // its time is not that of other answers
            connection.parked = ParkedRequest{writer.parked(), std::move(outcome->route), std::move(id)};
            return true;
        }
        ++connection.requests;
        if (connection.admission)
            connection.admission->answered(*status);
        report(connection, outcome->route, id, *status);
        return false;
    }

    std::optional<int> send(ResponseWriter& writer, http::ApiResponse answer, const std::string& route,
                            const std::string& id, Connection& connection)
    {
        try {
            return writer.send(std::move(answer));
        } catch (const std::exception& problem) {
            logFailure(route, id, problem.what());
            connection.stream.reset();
            if (!writer.begun()) {
                writer.startOver();
                return writer.send(internalError(id));
            }
            connection.abandoned = true;
            return 500;
        }
    }

    /// A request whose body was waited for has one already, which the log may have told.
    std::string requestId(const Connection& connection)
    {
        if (connection.admission)
            return connection.admission->request;
        return _state->requestPrefix + '-' +
               Poco::NumberFormatter::formatHex(static_cast<Poco::UInt64>(_state->nextRequest++), 8);
    }

    /// Nothing when the client was told to send the body.
    std::optional<Outcome> dispatch(Connection& connection, const std::string& id)
    {
        const RequestHead& head = connection.intake.head();
        const auto target = parseTarget(head.target);
        if (!target)
            return refused(target.error());
        auto wiped = readRequest(head, *target);
        if (!wiped)
            return refused(wiped.error());
        http::ApiRequest& read = wiped->request;
        auto match = _routes.match(read.method, target->path);
        read.parameters = std::move(match.parameters);
        read.remote = connection.remote;
        read.requestId = id;
        if (auto refusal = admit(connection, match.route.get(), read))
            return Outcome{std::move(*refusal), match.route ? match.route->pattern : "unmatched"};
        if (match.allowed.empty())
            return refused({404, "there is nothing at this path"});
        if (auto answer = _state->access.rules()->crossOrigin.preflight(head, match.allowed))
            return Outcome{std::move(*answer)};
        if (!match.route) {
            auto outcome = refused({405, "this path takes " + joined(match.allowed)});
            outcome.answer.header("Allow", joined(match.allowed));
            return outcome;
        }
        const std::string& route = match.route->pattern;
        if (auto content = checkContent(head, *match.route); !content)
            return refused(content.error(), route);
        if (connection.intake.bodyWaits()) {
            connection.send("HTTP/1.1 100 Continue\r\n\r\n");
            connection.intake.expectBody();
            return std::nullopt;
        }
        auto body = connection.intake.takeBody();
        if (!body)
            return refused(body.error(), route);
        read.body = body->view();
        if (connection.admission && connection.admission->proof)
            if (auto refusal = _state->access.prove(*connection.admission, read, connection.address))
                return Outcome{std::move(*refusal), route};
        auto outcome = call(*match.route, read);
        if (connection.admission && connection.admission->audit)
            connection.admission->audit->concerns(outcome.answer.peer());
        return outcome;
    }

    /// Once for each request, though one whose body waits comes here twice.
    std::optional<http::ApiResponse> admit(Connection& connection, const http::Route* route,
                                           http::ApiRequest& read)
    {
        auto& admission = connection.admission;
        if (!admission)
            admission = _state->access.admit(
                {connection.intake.head(), route, read, connection.address, connection.channel->client()});
        read.identity = admission->identity;
        return std::exchange(admission->refusal, std::nullopt);
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

    void report(const Connection& connection, const std::string& route, const std::string& id, int status)
    {
        const auto now = std::chrono::steady_clock::now();
        const auto took = now - connection.started.value_or(now);
        const std::string method(connection.intake.head().method);
        _state->metrics.answered(route, method, status, took);
        if (_state->log.enabled(observe::LogLevel::debug))
            _state->log.debug(
                "http.request",
                {{"request", id},
                 {"method", method},
                 {"route", route},
                 {"status", status},
                 {"remote", connection.remote.toString()},
                 {"microseconds", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
    }

    const http::RouteTable& _routes;
    std::shared_ptr<ServerState> _state;
    std::weak_ptr<Mailbox> _front;
};

} // namespace

RequestHandlerFactory::RequestHandlerFactory(const http::RouteTable& routes,
                                             std::shared_ptr<ServerState> state, std::weak_ptr<Mailbox> front)
    : _routes(routes), _state(std::move(state)), _front(std::move(front))
{
}

Poco::Net::HTTPRequestHandler*
RequestHandlerFactory::createRequestHandler(const Poco::Net::HTTPServerRequest&)
{
    return new RequestHandler(_routes, _state, _front);
}

} // namespace waymark::httpapi
