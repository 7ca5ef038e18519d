#include "host/config/Setting.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace waymark::host
{

namespace
{

/// Whether it has no place, the file, the line.
std::tuple<bool, std::string, unsigned long> placeOf(const Problem& problem)
{
    const std::size_t colon = problem.where.rfind(':');
    const std::string line = colon == std::string::npos ? "" : problem.where.substr(colon + 1);
    unsigned long number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (line.empty() || error != std::errc() || end != line.data() + line.size())
        return {problem.where.empty(), problem.where, 0};
    return {false, problem.where.substr(0, colon), number};
}

} // namespace

std::string Origin::toString() const
{
    if (file.empty())
        return "command line (--set)";
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

void sortByPlace(Problems& problems)
{
    std::ranges::stable_sort(problems, {}, placeOf);
}

} // namespace waymark::host
