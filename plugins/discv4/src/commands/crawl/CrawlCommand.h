#pragma once

#include <waymark/plugin/Command.h>

namespace waymark::discv4::crawl
{

/// waymark discv4 crawl --out FILE [--bootnodes LIST] ... [NODE...]
///
/// Visits every node that it hears of and keeps those that answer in a node set, geth's nodes.json, which a
/// later crawl goes on with.
class CrawlCommand final : public plugin::Command
{
public:
    const plugin::CommandLine& line() const override;
    int run(const plugin::CommandContext& context) override;
};

} // namespace waymark::discv4::crawl
