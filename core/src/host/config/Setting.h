#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace waymark::host
{

/// Where a value was written, for messages and for relative paths.
struct Origin
{
    std::string file;           ///< as the user named it; empty for --set
    unsigned line = 0;          ///< from 1; 0: the file as a whole
    std::filesystem::path base; ///< what relative paths follow

    /// "FILE:LINE", "FILE" or "--set".
    std::string toString() const;
};

/// One key's value after all files, --set and ${} were applied.
struct Setting
{
    std::string raw;
    Origin origin;
};

/// By full key ("discv4.listen").
using Settings = std::map<std::string, Setting>;

/// Something that the user must mend: where, which key (may be empty), what.
struct Problem
{
    std::string where;
    std::string key;
    std::string message;

    /// "where: key: message"
    std::string toString() const;
};

using Problems = std::vector<Problem>;

/// One line for each problem.
std::vector<std::string> linesOf(const Problems& problems);

} // namespace waymark::host
