#include "tls/ClientAccess.h"

namespace waymark::httpapi
{

std::optional<Refusal> refusalOfClient(const Channel& channel, http::Role needed)
{
    if (!channel.asksForClient() || needed == http::Role::open)
        return std::nullopt;
    const ClientIdentity* const client = channel.client();
    if (client == nullptr)
        return Refusal{403, "this needs a client certificate", "no-certificate"};
    if (client->role < needed)
        return Refusal{403, "the client certificate does not allow this (http-api.tls-client-role)"};
    return std::nullopt;
}

} // namespace waymark::httpapi
