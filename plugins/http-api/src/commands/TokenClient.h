#pragma once

#include "commands/ApiClient.h"
#include "commands/ClientToken.h"

#include <waymark/plugin/CommandValues.h>

namespace waymark::httpapi
{

/// Asks a daemon with the token of ClientToken, where there is one: it is read anew for each call, so that
/// who stays for long gets one that was replaced.
class TokenClient
{
public:
    /// Errors are for ApiOptions::complain(); a token that cannot be used is one.
    static Result<TokenClient> open(const plugin::CommandValues& values);

    void heed(const toolkit::Interruption* interruption) noexcept { _client.heed(interruption); }
    /// As those of ApiClient.
    Result<ApiAnswer> send(ApiCall call) const;
    Result<ApiAnswer> get(const std::string& path) const { return send({.method = "GET", .path = path}); }
    Result<ApiAnswer> stream(ApiCall call, std::chrono::milliseconds silence,
                             const ApiClient::Take& take) const;
    const ApiClient& client() const noexcept { return _client; }

private:
    TokenClient(ApiClient client, ClientToken token) : _client(std::move(client)), _token(std::move(token)) {}
    Result<ApiAnswer> advised(Result<ApiAnswer> answer) const;

    ApiClient _client;
    ClientToken _token;
};

} // namespace waymark::httpapi
