#pragma once

#include "server/PlainChannel.h"

#include <optional>
#include <sys/types.h>

namespace waymark::httpapi
{

/// A connection over a Unix socket: the system says which user it is.
class LocalChannel final : public PlainChannel
{
public:
    /// Takes a descriptor over that does not block. Root and the daemon's own user have the role admin, who
    /// else may connect has register.
    explicit LocalChannel(int descriptor);

    Transfer discard() noexcept override;

    /// What a user may do whom the system names, when the daemon runs as `own`.
    static http::Role roleOf(uid_t user, uid_t own) noexcept;
    const ClientIdentity* client() const noexcept override { return _client ? &*_client : nullptr; }

private:
    std::optional<ClientIdentity> _client;
};

} // namespace waymark::httpapi
