#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark verify --node NODE [--after REVISION] [--since TIME] URL
///
/// Fetches a document, from the node or from whoever has a copy, and says whether the node has signed it.
class VerifyCommand final : public plugin::Command
{
public:
    /// `clock` outlives it.
    explicit VerifyCommand(const Clock& clock) : _clock(clock) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Clock& _clock;
};

} // namespace waymark::httpapi
