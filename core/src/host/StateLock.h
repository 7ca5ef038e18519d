#pragma once

#include <filesystem>

namespace waymark::host
{

/// One host's hold on its state directory, and so on the identity in it. Two hosts with one identity would
/// answer for each other and spoil each other's files.
///
/// The lock (flock on `waymarkd.lock`) belongs to this object, not to the process: two hosts in one process
/// exclude each other as well. It ends with the process, however that ends. The file stays: removing it would
/// let two others lock two files of one name.
class StateLock
{
public:
    static constexpr const char* fileName = "waymarkd.lock";

    /// Makes the folder (0700) when it is missing. Throws StartError without the name of the key:
    /// `lockedDatabase` when another host has it, `keyFile` when it cannot be made or written to.
    explicit StateLock(const std::filesystem::path& folder);
    StateLock(const StateLock&) = delete;
    StateLock& operator=(const StateLock&) = delete;
    ~StateLock();

private:
    [[noreturn]] void giveUp(const std::filesystem::path& folder, int code) const;

    int _descriptor = -1;
};

} // namespace waymark::host
