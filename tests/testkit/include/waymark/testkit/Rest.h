#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Object.h>

#include <chrono>
#include <string>

namespace waymark::testkit
{

/// One answer of an HTTP API.
struct RestAnswer
{
    int status = 0; ///< 0: the connection failed, see body
    std::string contentType;
    std::string body;

    /// The body as JSON; throws Poco::JSON::JSONException when it is none.
    Poco::Dynamic::Var json() const;
    /// The body as a JSON object.
    Poco::JSON::Object::Ptr object() const;
};

/// Talks to an HTTP API as a careful client would: a fresh connection for each request, so that a server that
/// was killed in between is seen as that. Blocking, with a deadline.
class Rest
{
public:
    /// `url` is "http://host:port" without a path.
    explicit Rest(std::string url, std::chrono::seconds deadline = std::chrono::seconds(60));

    const std::string& url() const noexcept { return _url; }

    RestAnswer get(const std::string& path) const { return send("GET", path, ""); }
    RestAnswer post(const std::string& path, const std::string& json) const
    {
        return send("POST", path, json);
    }
    RestAnswer remove(const std::string& path) const { return send("DELETE", path, ""); }
    /// A body makes the content type application/json.
    RestAnswer send(const std::string& method, const std::string& path, const std::string& body) const;

private:
    std::string _url;
    std::chrono::seconds _deadline;
};

} // namespace waymark::testkit
