#include "SqliteSink.h"

#include "Schema.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace waymark::registry
{

namespace
{

tl::unexpected<Error> systemFailure(const std::string& what)
{
    return failure(errno == ENOSPC || errno == EDQUOT ? ErrorCode::unavailable : ErrorCode::io,
                   what + ": " + std::generic_category().message(errno));
}

} // namespace

Result<std::unique_ptr<StoreSink>> SqliteSink::create(const std::filesystem::path& file)
{
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return systemFailure("cannot be created");
    ::close(descriptor);
    std::unique_ptr<SqliteSink> made(new SqliteSink(file));
    auto opened = FormatConnection::run([&]() -> Result<void> {
        made->_connection.emplace(FormatConnection::forFilling(file));
        made->_connection->execute("BEGIN IMMEDIATE");
        made->makeSchema();
        made->_writer = std::make_unique<RowWriter>(made->_connection->get());
        return {};
    });
    if (!opened)
        return failure(opened.error());
    return made;
}

void SqliteSink::makeSchema()
{
    for (const Migration* const migration : migrations())
        for (const char* const statement : migration->statements)
            _connection->execute(statement);
    _connection->execute("PRAGMA application_id = " + std::to_string(applicationId));
    _connection->execute("PRAGMA user_version = " + std::to_string(schemaVersion()));
}

Result<void> SqliteSink::begin(const StoreHead& head)
{
    return FormatConnection::run([&]() -> Result<void> {
        _writer->write(head.revision);
        return {};
    });
}

Result<void> SqliteSink::take(std::vector<StoredRow> rows)
{
    return FormatConnection::run([&]() -> Result<void> {
        for (const StoredRow& row : rows) {
            std::visit([this](const auto& kind) { _writer->write(kind); }, row);
            _claims += std::holds_alternative<ClaimRow>(row) ? 1 : 0;
        }
        return {};
    });
}

Result<void> SqliteSink::end()
{
    auto committed = FormatConnection::run([&]() -> Result<void> {
        _writer.reset();
        const std::int64_t stored = _connection->number("SELECT count(*) FROM claims");
        _connection->execute("COMMIT");
        if (stored != _claims)
            return failure(ErrorCode::corrupt, "claims share a number: " + std::to_string(_claims) +
                                                   " came and " + std::to_string(stored) + " remain");
        return {};
    });
    _connection.reset();
    return committed ? sync() : committed;
}

Result<void> SqliteSink::sync() const
{
    const int descriptor = ::open(_file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return systemFailure("cannot be synced");
    const bool isSynced = ::fsync(descriptor) == 0;
    auto result = isSynced ? Result<void>() : systemFailure("cannot be synced");
    ::close(descriptor);
    return result;
}

} // namespace waymark::registry
