#pragma once

#include "FormatConnection.h"
#include "RowWriter.h"

#include <waymark/registry/StoreFormat.h>

#include <filesystem>
#include <memory>
#include <optional>

namespace waymark::registry
{

/// Fills a new database in one transaction, without a log. Of one that was not ended nothing can be used.
class SqliteSink final : public StoreSink
{
public:
    static Result<std::unique_ptr<StoreSink>> create(const std::filesystem::path& file);

    Result<void> begin(const StoreHead& head) override;
    Result<void> take(std::vector<StoredRow> rows) override;
    Result<void> end() override;

private:
    explicit SqliteSink(std::filesystem::path file) : _file(std::move(file)) {}
    void makeSchema();
    Result<void> sync() const;

    const std::filesystem::path _file;
    std::optional<FormatConnection> _connection;
    std::unique_ptr<RowWriter> _writer; ///< uses the connection
    std::int64_t _claims = 0;
};

} // namespace waymark::registry
