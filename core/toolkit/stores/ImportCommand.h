#pragma once

#include "stores/StoreCommand.h"

namespace waymark::toolkit::stores
{

/// `waymark registry import`: JSON lines into a new store.
class ImportCommand final : public StoreCommand
{
public:
    using StoreCommand::StoreCommand;
    const plugin::CommandLine& line() const override;

private:
    Outcome<void> work(const Job& job) override;
};

} // namespace waymark::toolkit::stores
