#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandValues.h>

namespace waymark::httpapi
{

class TokenClient;
struct RegistrationOptions;

/// waymark peers add (--enr ENR | --enode URL | --id ID --ip IP | FILE)
///
/// Registers one peer, or as many as a file has, with a token or over the socket.
class PeersAddCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit PeersAddCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    int addAll(const plugin::CommandContext& context, const plugin::CommandValues& values,
               const RegistrationOptions& options, TokenClient& client) const;

    const Clock& _clock;
};

} // namespace waymark::httpapi
