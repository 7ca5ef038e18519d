#pragma once

namespace waymark::testkit::fault
{

/// What is done to a disk, as far as faults tell it apart.
enum class Operation
{
    read,  ///< also opening what exists
    write, ///< also truncating
    sync,  ///< of a file or a folder
    name,  ///< creating, removing, renaming, linking
};

inline constexpr int operations = 4;

} // namespace waymark::testkit::fault
