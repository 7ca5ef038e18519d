#pragma once

#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandLine.h>
#include <waymark/toolkit/Listing.h>

#include <sstream>
#include <string>

namespace waymark::toolkit
{

/// What a command would print, to a terminal or not.
class Shown
{
public:
    enum class To
    {
        file,
        terminal
    };

    explicit Shown(To to, bool json = false, std::size_t width = 80, bool colour = false)
        : context{json ? std::vector<std::string>{"--json"} : std::vector<std::string>(),
                  in,
                  out,
                  error,
                  to == To::terminal,
                  to == To::terminal,
                  colour,
                  width},
          values(*plugin::CommandLine("test", "").takes(Listing::jsonFlag()).read(context))
    {
    }

    std::istringstream in;
    std::ostringstream out;
    std::ostringstream error;
    plugin::CommandContext context;
    plugin::CommandValues values;
};

} // namespace waymark::toolkit
