#pragma once

#include "stores/StoreCommand.h"

namespace waymark::toolkit::stores
{

/// `waymark registry export`: a store as JSON lines, to standard output or a file.
class ExportCommand final : public StoreCommand
{
public:
    using StoreCommand::StoreCommand;
    const plugin::CommandLine& line() const override;

private:
    Outcome<void> work(const Job& job) override;
};

} // namespace waymark::toolkit::stores
