#pragma once

#include "commands/RegistrationOptions.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Key.h>

#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// What a peer says of itself when it registers: a record that its key has signed. It is the one that it was
/// given, or one that is made of where it is reached.
class OwnRegistration
{
public:
    /// --ip, --tcp-port, --udp-port, --enr, --ttl and --label.
    static plugin::CommandLine withOptions(plugin::CommandLine line, std::string ttlHelp);

    /// What can be said of the arguments without the key. Errors are invalidArgument.
    static Result<void> check(const plugin::CommandValues& values);
    /// `key` and `clock` outlive it. Errors are invalidArgument.
    static Result<OwnRegistration> from(const plugin::CommandValues& values, const node::SecretKey& key,
                                        const Clock& clock);

    /// The body of POST /peers.
    std::string body() const;
    /// The daemon knows of a newer record: makes one that is as new as can be. False where it was given, or
    /// is as new already.
    bool renew();
    /// Whether the record is of its own making.
    bool isMade() const noexcept { return !_places.empty(); }

    RegistrationOptions options;

private:
    OwnRegistration(const node::SecretKey& key, const Clock& clock) : _key(&key), _clock(&clock) {}

    const node::SecretKey* _key;
    const Clock* _clock;
    std::vector<node::NodeEndpoint> _places; ///< empty where the record was given
    std::optional<node::Enr> _record;
};

} // namespace waymark::httpapi
