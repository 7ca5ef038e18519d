#pragma once

#include "commands/ApiClient.h"

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
    /// The option --key, --url and --ca of a command that uses one.
    static plugin::CommandLine withOptions(plugin::CommandLine line);
    /// The exit codes that come of open() and send().
    static plugin::CommandLine withExitCodes(plugin::CommandLine line);

    /// Reads the key. `clock` outlives it. Errors: invalidArgument for the URL; else the file's, whose exit
    /// code is keyFile.
    static Result<ProvenClient> open(const plugin::CommandValues& values, const Clock& clock);

    const node::PublicKey& peer() const noexcept { return _peer; }
    /// Learns the registry's epoch, signs and asks; once more when that was not the right one, or the
    /// same proof was used before. Where no proof
    /// is taken the token of WAYMARK_TOKEN_FILE is sent.
    Result<ApiAnswer> send(const std::string& method, const std::string& path, const std::string& body = {});

    /// The exit code that fits to an answer that is no success.
    static plugin::ExitCode exitCodeFor(int status) noexcept;

private:
    ProvenClient(ApiClient client, node::SecretKey key, SecretBuffer token, const Clock& clock)
        : _client(std::move(client)),
          _key(std::move(key)),
          _peer(_key.publicKey()),
          _token(std::move(token)),
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
    node::SecretKey _key;
    node::PublicKey _peer;
    SecretBuffer _token; ///< "Bearer ..."; empty: none
    const Clock& _clock;
};

} // namespace waymark::httpapi
