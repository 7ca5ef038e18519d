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
    auto token = ClientToken::of(values);
    if (const auto usable = token.authorization(); !usable)
        return failure(usable.error());
    return TokenClient(std::move(*client), std::move(token));
}

Result<ApiAnswer> TokenClient::send(ApiCall call) const
{
    const auto token = _token.authorization();
    if (!token)
        return failure(token.error());
    call.authorization = token->view();
    return advised(_client.send(call));
}

Result<ApiAnswer> TokenClient::stream(ApiCall call, std::chrono::milliseconds silence,
                                      const ApiClient::Take& take) const
{
    const auto token = _token.authorization();
    if (!token)
        return failure(token.error());
    call.authorization = token->view();
    return advised(_client.stream(call, silence, take));
}

Result<ApiAnswer> TokenClient::advised(Result<ApiAnswer> answer) const
{
    if (answer)
        answer->advice = _token.advice();
    return answer;
}

} // namespace waymark::httpapi
