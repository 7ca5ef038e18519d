#pragma once

#include <waymark/base/Result.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <sqlite3.h>
#include <string>

namespace waymark::registry
{

/// A connection to a database that no daemon uses: the registry's lock is held. Functions throw
/// Poco::Exception, which run() makes an Error of.
class FormatConnection
{
public:
    /// The database and what its log holds; neither is changed, and no file is made beside them.
    static FormatConnection forReading(const std::filesystem::path& file);
    /// One that is there. It brings the log into the database when it goes.
    static FormatConnection forWriting(const std::filesystem::path& file);
    /// An empty file, that is wanted whole or not at all: nothing is synced, and nothing can be undone.
    static FormatConnection forFilling(const std::filesystem::path& file);

    sqlite3* get() const noexcept { return _connection.get(); }
    void execute(const std::string& sql);
    std::int64_t number(const std::string& sql);
    std::string text(const std::string& sql);

    /// Does something and gives its result, or the Error that an exception of SQLite stands for.
    static Result<void> run(const std::function<Result<void>()>& work);

private:
    FormatConnection(const std::filesystem::path& file, int flags, const char* system);

    struct Close
    {
        void operator()(sqlite3* connection) const noexcept { ::sqlite3_close_v2(connection); }
    };
    std::unique_ptr<sqlite3, Close> _connection;
};

} // namespace waymark::registry
