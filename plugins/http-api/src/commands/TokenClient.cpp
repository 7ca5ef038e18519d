#include "commands/TokenClient.h"

#include "commands/ApiOptions.h"

#include <utility>

namespace waymark::httpapi
{

Result<TokenClient> TokenClient::open(const plugin::CommandValues& values)
{
    auto client = ApiOptions::open(values);
    if (!client)
        return failure(std::move(client.error()));
    if (const auto token = authorizationFromEnvironment(); !token)
        return failure(token.error());
    return TokenClient(std::move(*client));
}

Result<ApiAnswer> TokenClient::send(ApiCall call) const
{
    const auto token = authorizationFromEnvironment();
    if (!token)
        return failure(token.error());
    call.authorization = token->view();
    return _client.send(call);
}

Result<ApiAnswer> TokenClient::stream(ApiCall call, std::chrono::milliseconds silence,
                                      const ApiClient::Take& take) const
{
    const auto token = authorizationFromEnvironment();
    if (!token)
        return failure(token.error());
    call.authorization = token->view();
    return _client.stream(call, silence, take);
}

} // namespace waymark::httpapi
