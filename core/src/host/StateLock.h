#pragma once

#include <waymark/base/LockFile.h>

#include <filesystem>

namespace waymark::host
{

/// One host's hold on its state directory, and so on the identity in it. Two hosts with one identity would
/// answer for each other and spoil each other's files.
///
/// The lock (a LockFile, `waymarkd.lock`) stays as a file: removing it would
/// let two others lock two files of one name.
class StateLock
{
public:
    static constexpr const char* fileName = "waymarkd.lock";

    /// Makes the folder (0700) when it is missing. Throws StartError without the name of the key:
    /// `lockedDatabase` when another host has it, `keyFile` when it cannot be made or written to.
    explicit StateLock(const std::filesystem::path& folder);

private:
    LockFile _lock;
};

} // namespace waymark::host
