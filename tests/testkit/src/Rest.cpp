#include <waymark/testkit/Rest.h>

#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <utility>

namespace waymark::testkit
{

Poco::Dynamic::Var RestAnswer::json() const
{
    return Poco::JSON::Parser().parse(body);
}

Poco::JSON::Object::Ptr RestAnswer::object() const
{
    return json().extract<Poco::JSON::Object::Ptr>();
}

Rest::Rest(std::string url, std::chrono::seconds deadline) : _url(std::move(url)), _deadline(deadline) {}

RestAnswer Rest::send(const std::string& method, const std::string& path, const std::string& body) const
{
    const Poco::URI uri(_url);
    try {
        Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
        session.setTimeout(Poco::Timespan(static_cast<long>(_deadline.count()), 0));
        Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
        if (!body.empty())
            request.setContentType("application/json");
        if (!body.empty() || method == "POST")
            request.setContentLength(static_cast<std::streamsize>(body.size()));
        session.sendRequest(request) << body << std::flush;

        Poco::Net::HTTPResponse response;
        RestAnswer answer;
        Poco::StreamCopier::copyToString(session.receiveResponse(response), answer.body);
        answer.status = response.getStatus();
        answer.contentType = response.getContentType();
        return answer;
    } catch (const Poco::Exception& failure) {
        return {0, "", failure.displayText()};
    }
}

} // namespace waymark::testkit
