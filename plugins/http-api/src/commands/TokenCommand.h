#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::httpapi
{

/// waymark http-api token new --role ROLE [--label NAME] [--from CIDR[,CIDR...]]
///
/// Makes a bearer token and prints it, once and on a line of its own, and below it the line for the file that
/// http-api.tokens names, which has only the token's digest. Exit code 64 for wrong arguments.
class TokenCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::httpapi
