#pragma once

#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Cell.h>

#include <string>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// Tells how a command that stays fares: each change once, and nothing while it stays the same. A line on
/// `error` for people; or one on `out` in JSON.
class Notices
{
public:
    using Details = std::vector<std::pair<std::string, toolkit::Cell>>;

    /// Both outlive it.
    Notices(const plugin::CommandLine& line, const plugin::CommandContext& context, bool json)
        : _line(line), _context(context), _json(json)
    {
    }

    /// `details` are for programs.
    void say(const std::string& event, const std::string& text, const Details& details = {});
    /// Things are as they should be: what goes wrong next is told, be it the same as before.
    void allIsWell() { _last.clear(); }

private:
    const plugin::CommandLine& _line;
    const plugin::CommandContext& _context;
    bool _json;
    std::string _last;
};

} // namespace waymark::httpapi
