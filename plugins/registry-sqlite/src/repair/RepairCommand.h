#pragma once

#include <waymark/plugin/Command.h>
#include <waymark/plugin/ConfigSchema.h>

namespace waymark::registry
{

/// waymark registry repair [--config FILE] [--dry-run] [--json] [STORE]
///
/// Saves what can be read of a damaged database. Exit code 0 when the file is usable afterwards (also when it
/// was before), 65 when it is damaged still (--dry-run, or nothing could be saved), 64 for wrong arguments,
/// 75 while a daemon has the file, 78 when it cannot be repaired.
class RepairCommand final : public plugin::Command
{
public:
    /// The plugin's keys, to understand a configuration file.
    explicit RepairCommand(plugin::ConfigSchema schema) : _schema(std::move(schema)) {}

    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;

private:
    const plugin::ConfigSchema _schema;
};

} // namespace waymark::registry
