#include "LockHolder.h"

#include <stdexcept>
#include <string>

namespace waymark::testkit::fault
{

LockHolder::LockHolder(const std::filesystem::path& database)
{
    constexpr int patience = 60'000; // milliseconds
    int code = ::sqlite3_open_v2(database.c_str(), &_connection, SQLITE_OPEN_READWRITE, nullptr);
    if (code == SQLITE_OK)
        code = ::sqlite3_busy_timeout(_connection, patience);
    if (code == SQLITE_OK)
        code = ::sqlite3_exec(_connection, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    if (code == SQLITE_OK)
        return;
    ::sqlite3_close(_connection);
    throw std::runtime_error(database.string() + " cannot be locked: " + ::sqlite3_errstr(code));
}

LockHolder::~LockHolder()
{
    ::sqlite3_close(_connection);
}

} // namespace waymark::testkit::fault
