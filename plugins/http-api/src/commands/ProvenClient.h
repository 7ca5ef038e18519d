#pragma once

#include "commands/ApiClient.h"
#include "commands/ClientToken.h"

#include <waymark/base/Clock.h>
#include <waymark/node/Key.h>
#include <waymark/plugin/CommandLine.h>

#include <cstdint>
#include <string>

namespace waymark::httpapi
{

/// Changes one peer's registration, with proofs by its own key, which never leaves this process.
class ProvenClient
{
public:
    /// The option --key of a command that uses one.
    static plugin::CommandArgument keyOption();

    /// Reads the key of --key. `clock` outlives it. Errors are for ApiOptions::complain().
    static Result<ProvenClient> open(const plugin::CommandValues& values, const Clock& clock);

    void heed(const toolkit::Interruption* interruption) noexcept { _client.heed(interruption); }
    /// As those of ApiClient.
    void resolveBy(net::Resolver& resolver) noexcept { _client.resolveBy(resolver); }
    void stay() noexcept { _client.stay(); }
    const std::string& place() const noexcept { return _client.place(); }
    bool wasConnected() const noexcept { return _client.wasConnected(); }
    const node::PublicKey& peer() const noexcept { return _peer; }
    const node::SecretKey& key() const noexcept { return _key; }
    /// Learns the registry's epoch, signs and asks; once more when that was not the right one, or the
    /// same proof was used before. Where no proof
    /// is taken the token of ClientToken is sent.
    Result<ApiAnswer> send(const std::string& method, const std::string& path, const std::string& body = {});

    /// Whether the last send() came as far as asking for the change: what became of it may not be known then.
    bool hasSent() const noexcept { return _hasSent; }
    /// The epoch of the registry that was asked last; 0 while it is not known.
    std::uint64_t knownEpoch() const noexcept { return _epoch; }

private:
    ProvenClient(ApiClient client, ClientToken token, node::SecretKey key, const Clock& clock)
        : _client(std::move(client)),
          _token(std::move(token)),
          _key(std::move(key)),
          _peer(_key.publicKey()),
          _clock(clock)
    {
    }
    /// What a proof is valid for.
    struct Terms
    {
        std::uint64_t epoch;
        std::uint64_t lifetime; ///< seconds
    };
    Result<ApiAnswer> sendSigned(const std::string& method, const std::string& path, const std::string& body,
                                 const Terms& terms) const;
    Result<std::uint64_t> epoch() const;

    ApiClient _client;
    ClientToken _token;
    node::SecretKey _key;
    node::PublicKey _peer;
    const Clock& _clock;
    std::uint64_t _epoch = 0;
    bool _hasSent = false;
};

} // namespace waymark::httpapi
