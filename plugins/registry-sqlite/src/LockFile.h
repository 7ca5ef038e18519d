#pragma once

#include <filesystem>

namespace waymark::registry
{

/// Holds `<database>.lock` for as long as it lives, so that one process (and one registry in it) writes to
/// the database. SQLite's own locks stay free for readers such as sqlite3 on the command line.
class LockFile
{
public:
    enum class AtEnd
    {
        keep,
        removeWhatItMade ///< the file, unless it was there before
    };

    /// Creates the file with mode 0600 if need be and locks it. Throws plugin::StartError: lockedDatabase
    /// when somebody else holds it (the message names the process if it can), configuration when the file
    /// cannot be opened.
    explicit LockFile(std::filesystem::path file, AtEnd atEnd = AtEnd::keep);
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;
    ~LockFile();

private:
    bool tryToLock();

    const std::filesystem::path _file;
    int _descriptor = -1;
    bool _removes = false;
};

} // namespace waymark::registry
