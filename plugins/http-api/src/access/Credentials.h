#pragma once

#include "access/Proof.h"
#include "server/Channel.h"
#include "server/Refusal.h"
#include "server/RequestHead.h"

#include <string_view>
#include <variant>

namespace waymark::httpapi
{

struct NoCredentials
{
};

/// RFC 6750; borrowed from the request's head.
struct BearerToken
{
    std::string_view text;
};

/// What the client proved before its connection was encrypted, or the system says of it.
using ClientCertificate = ClientIdentity;

/// How a request says who sends it.
using Credentials = std::variant<NoCredentials, BearerToken, ClientCertificate, Proof>;

/// The token or proof of the Authorization field. Other schemes are not ours and count as none: proxies leave
/// theirs behind. 400 when the field stands twice, 401 for a proof that is none.
Answered<Credentials> credentialsIn(const RequestHead& head);

} // namespace waymark::httpapi
