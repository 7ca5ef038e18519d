#include "SqliteFormat.h"

#include "FormatConnection.h"
#include "RowReader.h"
#include "Schema.h"
#include "SqliteSink.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace waymark::registry
{

namespace
{

namespace fs = std::filesystem;

constexpr std::array besides{"-wal", "-journal", "-shm"};

bool hasContent(const fs::path& file)
{
    std::error_code missing;
    const auto size = fs::file_size(file, missing);
    return !missing && size > 0;
}

/// What would tell that somebody wrote to a database meanwhile.
class Trace
{
public:
    explicit Trace(const fs::path& file) : _database(of(file)), _log(of(file.string() + "-wal")) {}

    friend bool operator==(const Trace&, const Trace&) noexcept = default;

private:
    struct Mark
    {
        ino_t inode = 0;
        off_t size = 0;
        std::int64_t second = 0;
        std::int64_t nanosecond = 0;

        friend bool operator==(const Mark&, const Mark&) noexcept = default;
    };
    static Mark of(const fs::path& file) noexcept
    {
        struct stat status = {};
        if (::stat(file.c_str(), &status) != 0)
            return {};
        return {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    }

    Mark _database;
    Mark _log;
};

/// Gives the rows of an open database to a sink; throws Poco::Exception and what the sink says as an Error.
class Reading
{
public:
    Reading(FormatConnection& connection, StoreSink& sink) : _connection(connection), _sink(sink) {}

    Result<void> run()
    {
        _connection.execute("BEGIN");
        const std::int64_t version = _connection.number("PRAGMA user_version");
        if (const auto known = checkSchema(version); !known)
            return known;
        if (const std::string verdict = _connection.text("PRAGMA quick_check(1)"); verdict != "ok")
            return failure(ErrorCode::corrupt,
                           "is damaged (" + verdict.substr(verdict.rfind('\n') + 1) + ')');
        return _sink.begin(head())
            .and_then([&] { return rowsOf<ClaimColumns>(readClaims, version); })
            .and_then([&] { return rowsOf<TombstoneColumns>(readTombstones, version); })
            .and_then([&] { return _sink.end(); });
    }

private:
    Result<void> checkSchema(std::int64_t version)
    {
        if (_connection.number("PRAGMA application_id") != applicationId)
            return failure(ErrorCode::conflict, "is the database of another program");
        if (version > schemaVersion())
            return failure(ErrorCode::conflict, "was written by a newer Waymark (schema " +
                                                    std::to_string(version) + ", this one knows " +
                                                    std::to_string(schemaVersion()) + ')');
        if (version < 1)
            return failure(ErrorCode::corrupt, "has no schema");
        return {};
    }

    StoreHead head()
    {
        const auto number = [&](const char* sql) {
            return std::bit_cast<std::uint64_t>(_connection.number(sql));
        };
        return {{number("SELECT coalesce(max(epoch), 0) FROM registry"),
                 number("SELECT coalesce(max(revision), 0) FROM registry")},
                number("SELECT (SELECT count(*) FROM claims) + (SELECT count(*) FROM tombstones)")};
    }

    /// An error ends the reading as an exception, for the reader knows no other way.
    struct Stop
    {
        Error error;
    };

    template <class Columns, class Read>
    Result<void> rowsOf(const Read& readTable, std::int64_t version)
    {
        std::vector<StoredRow> rows;
        const auto give = [&] {
            if (auto taken = _sink.take(std::exchange(rows, {})); !taken)
                throw Stop{std::move(taken.error())};
        };
        try {
            readTable(
                _connection.get(),
                [&](std::int64_t, const Columns& columns) {
                    auto row = decode(columns);
                    if (!row)
                        throw Stop{row.error()};
                    rows.push_back(std::move(*row));
                    if (rows.size() == StoreFormat::batch)
                        give();
                },
                version);
            if (!rows.empty())
                give();
            return {};
        } catch (const Stop& stop) {
            return failure(stop.error);
        }
    }

    FormatConnection& _connection;
    StoreSink& _sink;
};

} // namespace

Result<bool> SqliteFormat::recognises(const fs::path& file) const
{
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    std::array<char, magic.size()> start{};
    std::ifstream in(file, std::ios::binary);
    if (!in.is_open())
        return failure(ErrorCode::permission, "cannot be opened: " + std::generic_category().message(errno));
    in.read(start.data(), start.size());
    return std::string_view(start.data(), static_cast<std::size_t>(in.gcount())) == magic;
}

Result<void> SqliteFormat::read(const fs::path& file, StoreSink& sink) const
{
    if (hasContent(file.string() + "-journal"))
        return failure(ErrorCode::conflict, "was left in the midst of a change: start a daemon on it once, "
                                            "which completes it");
    const Trace before(file);
    // SQLite would read what a transaction needs to be whole from the log, in memory of this process.
    auto read = FormatConnection::run([&]() -> Result<void> {
        auto connection = FormatConnection::forReading(file);
        Reading reading(connection, sink);
        auto done = reading.run();
        if (done && before != Trace(file))
            return failure(ErrorCode::conflict, "was changed by another program while it was read");
        return done;
    });
    if (!read && read.error().code == ErrorCode::corrupt)
        read.error().message += "; waymark registry repair " + file.string() + " saves what can be read";
    return read;
}

Result<std::unique_ptr<StoreSink>> SqliteFormat::create(const fs::path& file) const
{
    return SqliteSink::create(file);
}

fs::path SqliteFormat::lockOf(const fs::path& file) const
{
    // As a daemon does: two names of one file must not have two locks.
    std::error_code error;
    const auto real = fs::weakly_canonical(file, error);
    return (error ? file : real).string() + ".lock";
}

Result<void> SqliteFormat::replace(const fs::path& fresh, const fs::path& file) const
{
    const bool hasLog =
        std::ranges::any_of(besides, [&](const char* suffix) { return hasContent(file.string() + suffix); });
    if (hasLog) {
        auto drained = FormatConnection::run([&]() -> Result<void> {
            auto connection = FormatConnection::forWriting(file);
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return {};
        });
        if (!drained)
            return failure(
                drained.error().in("its log cannot be brought into it (move it away with its log, or "
                                   "repair it)"));
    }
    for (const char* const suffix : besides) {
        std::error_code error;
        if (hasContent(file.string() + suffix) && std::string_view(suffix) != "-shm")
            return failure(ErrorCode::conflict,
                           "its log " + file.string() + suffix +
                               " is in use by another program: let it finish, or stop it");
        fs::remove(file.string() + suffix, error);
        if (error)
            return failure(ErrorCode::io, file.string() + suffix + " cannot be removed: " + error.message());
    }
    return StoreFormat::replace(fresh, file);
}

std::optional<fs::path> SqliteFormat::fileIn(const plugin::ConfigView& config) const
{
    return config.path("file");
}

} // namespace waymark::registry
