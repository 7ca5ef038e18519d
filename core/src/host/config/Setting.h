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

    /// "FILE:LINE", "FILE" or "command line (--set)".
    std::string toString() const;
};

/// One key's value after all files, --set and ${} were applied.
struct Setting
{
    std::string raw;
    Origin origin;
    bool isBroken = false; ///< a ${} in it led nowhere, which is reported; `raw` is as written
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

/// Sorts as one reads the files: by file and line; those of no place come last.
void sortByPlace(Problems& problems);

} // namespace waymark::host
