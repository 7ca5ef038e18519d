#include "client/Request.h"

#include <chrono>
#include <utility>

namespace waymark::discv4::client
{

namespace
{

std::string within(Duration patience)
{
    return " within " + std::to_string(std::chrono::ceil<std::chrono::milliseconds>(patience).count()) +
           " ms";
}

std::string_view questionOf(Request::Kind kind)
{
    return kind == Request::Kind::findNode ? "FINDNODE" : "ENRRequest";
}

Failure failureOf(const ClientPort::Rejection& rejection, const node::Endpoint& where)
{
    const std::string to = where.toString();
    switch (rejection.trouble) {
    case Trouble::refused:
        return {Trouble::refused, to + " refused: its host says that nothing listens on this UDP port; check "
                                       "that the node runs, and its port"};
    case Trouble::unreachable:
        return {Trouble::unreachable, "no way to " + to + ": " + rejection.reason +
                                          "; check the address, the route to it, and firewalls that reject"};
    default:
        return {Trouble::notSent, "nothing could be sent to " + to + ": " + rejection.reason +
                                      "; check the firewall of this host"};
    }
}

} // namespace

void Request::reject(const ClientPort::Rejection& rejection, MonotonicTime now)
{
    failure = failureOf(rejection, node.endpoint.udpEndpoint());
    deadline = now;
}

void Request::fail(Failure&& why) const
{
    std::visit([&](const auto& completion) { completion(tl::unexpected(std::move(why))); }, done);
}

Failure Request::silence() const
{
    const std::string where = node.endpoint.udpEndpoint().toString();
    if (step == Step::bonding) {
        std::string message = "no answer from " + where + within(patience);
        message += hint.empty()
                       ? "; check that the node runs and that this is its UDP port, that no firewall "
                         "drops UDP on the way or back, and that the clocks of both hosts are right"
                       : "; " + hint;
        return {Trouble::noAnswer, std::move(message), false};
    }
    std::string message =
        where + " answered the PING, but not the " + std::string(questionOf(kind())) + within(patience);
    if (!hint.empty())
        message += "; " + hint;
    else if (!sawPing)
        message += "; no PING of its own came, by which it would prove this endpoint: check that UDP from it "
                   "gets in here, or ask with the --key that it knows";
    else
        message += "; it may not support the question, or limit how often it is asked";
    return {Trouble::noAnswer, std::move(message), true};
}

} // namespace waymark::discv4::client
