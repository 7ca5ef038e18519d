#pragma once

#include "Catalogue.h"

#include <waymark/plugin/CommandLine.h>

namespace waymark::app
{

/// waymark man [WORD]...: the manual page of waymark, of a plugin or of a command.
class ManCommand final : public plugin::Command
{
public:
    explicit ManCommand(const Catalogue& catalogue) noexcept : _catalogue(catalogue) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const Catalogue& _catalogue;
};

} // namespace waymark::app
