#pragma once

#include <filesystem>
#include <sqlite3.h>

namespace waymark::testkit::fault
{

/// The other program that keeps a database locked: a connection in a transaction that writes.
class LockHolder
{
public:
    /// Waits for a transaction that is under way. Throws std::runtime_error.
    explicit LockHolder(const std::filesystem::path& database);
    LockHolder(const LockHolder&) = delete;
    LockHolder& operator=(const LockHolder&) = delete;
    ~LockHolder();

private:
    sqlite3* _connection = nullptr;
};

} // namespace waymark::testkit::fault
