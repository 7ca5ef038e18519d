#pragma once

#include "stores/StoreCommand.h"

namespace waymark::toolkit::stores
{

/// `waymark registry stats`: counts what a store holds.
class StatsCommand final : public StoreCommand
{
public:
    using StoreCommand::StoreCommand;
    const plugin::CommandLine& line() const override;

private:
    Outcome<void> work(const Job& job) override;
};

} // namespace waymark::toolkit::stores
