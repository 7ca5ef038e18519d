#include "host/config/Setting.h"

namespace waymark::host
{

std::string Origin::toString() const
{
    if (file.empty())
        return "--set";
    return line == 0 ? file : file + ':' + std::to_string(line);
}

std::string Problem::toString() const
{
    std::string text;
    for (const std::string& part : {where, key})
        if (!part.empty())
            text += part + ": ";
    return text + message;
}

std::vector<std::string> linesOf(const Problems& problems)
{
    std::vector<std::string> lines;
    for (const Problem& problem : problems)
        lines.push_back(problem.toString());
    return lines;
}

} // namespace waymark::host
