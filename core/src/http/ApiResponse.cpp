#include "base/Text.h"

#include <waymark/http/ApiResponse.h>

namespace waymark::http
{

namespace
{

constexpr const char* jsonType = "application/json";
constexpr int ok = 200;

} // namespace

ApiResponse::ApiResponse(int status, std::string contentType, Body body)
    : _status(status), _contentType(std::move(contentType)), _body(std::move(body))
{
}

ApiResponse ApiResponse::complete(int status, std::string contentType, std::string body)
{
    return {status, std::move(contentType), std::move(body)};
}

ApiResponse ApiResponse::json(int status, std::string body)
{
    return complete(status, jsonType, std::move(body));
}

ApiResponse ApiResponse::error(int status, std::string_view message)
{
    return json(status, "{\"error\":" + text::jsonQuoted(message) + "}");
}

ApiResponse ApiResponse::later(Start start, Patience patience)
{
    ApiResponse response(ok, jsonType, std::move(start));
    response._patience = std::move(patience);
    return response;
}

ApiResponse ApiResponse::stream(int status, std::string contentType, Stream start)
{
    return {status, std::move(contentType), std::move(start)};
}

ApiResponse ApiResponse::asset(std::string contentType, std::string_view bytes)
{
    return {ok, std::move(contentType), Asset{bytes}};
}

ApiResponse& ApiResponse::header(std::string name, std::string value)
{
    _headers.insert_or_assign(std::move(name), std::move(value));
    return *this;
}

ApiResponse& ApiResponse::about(std::string peer)
{
    _peer = std::move(peer);
    return *this;
}

} // namespace waymark::http
