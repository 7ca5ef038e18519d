#pragma once

#include <sqlite3.h>

namespace waymark::registry
{

/// Writes a file of a database again, byte for byte as it is read, and syncs it.
///
/// After a sync that failed the system shows what was written and believes it to be on the disk, and a later
/// sync that succeeds does not bring it there. Only writing it again does.
///
/// The connection is in a transaction that writes. Each function gives a result code of SQLite; after a
/// failure the file reads as before.

/// The write-ahead log.
int rewriteLog(sqlite3* connection) noexcept;
/// The database without its log. SQLITE_BUSY while somebody else brings the log into it.
int rewriteDatabase(sqlite3* connection) noexcept;

/// How long the log is that the connection, in a transaction, sees; 0 also when it cannot be told.
sqlite3_int64 sizeOfLog(sqlite3* connection) noexcept;

} // namespace waymark::registry
