#pragma once

#include "stores/StoreCommand.h"

namespace waymark::toolkit::stores
{

/// `waymark registry convert`: a store of any format into a new one of any other.
class ConvertCommand final : public StoreCommand
{
public:
    using StoreCommand::StoreCommand;
    const plugin::CommandLine& line() const override;

private:
    Outcome<void> work(const Job& job) override;
};

} // namespace waymark::toolkit::stores
