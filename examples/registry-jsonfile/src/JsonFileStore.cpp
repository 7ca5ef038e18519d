#include "JsonFileStore.h"

#include "AtomicFile.h"

#include <waymark/plugin/Plugin.h>

#include <system_error>

namespace jsonfile
{

using namespace waymark;
using plugin::ExitCode;
using plugin::StartError;

namespace
{

LockFile lockBeside(const std::filesystem::path& file)
{
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error)
        throw StartError(ExitCode::configuration,
                         file.parent_path().string() + " cannot be created: " + error.message());
    const std::filesystem::path name = file.string() + ".lock";
    auto lock = LockFile::take(name);
    if (!lock && lock.error().code == ErrorCode::conflict)
        throw StartError(ExitCode::lockedDatabase, name.string() + " is locked by another daemon" +
                                                       LockFile::holderOf(name) +
                                                       ": stop that one, or give this one a file of its own");
    if (!lock)
        throw StartError(ExitCode::configuration, lock.error().message);
    return std::move(*lock);
}

[[noreturn]] void refuse(const std::filesystem::path& file, const Error& error)
{
    throw StartError(ExitCode::corruptData, file.string() + ": " + error.message +
                                                ": mend it, or move the file away to start empty");
}

} // namespace

JsonFileStore::JsonFileStore(std::filesystem::path file) : _file(std::move(file)), _lock(lockBeside(_file))
{
    const auto text = readFile(_file);
    if (!text && text.error().code == ErrorCode::notFound)
        return;
    if (!text)
        throw StartError(ExitCode::configuration, text.error().message);
    auto rows = fromJson(*text);
    if (!rows)
        refuse(_file, rows.error());
    _rows = std::move(*rows);
}

void JsonFileStore::load(registry::RegistryState& state, std::uint64_t epoch)
{
    state.begin({epoch, _rows.revision.number});
    for (const auto& [key, row] : _rows.claims) {
        if (const auto loaded = state.load(row); !loaded)
            refuse(_file, loaded.error());
    }
    for (const auto& [key, row] : _rows.tombstones) {
        if (const auto loaded = state.load(row); !loaded)
            refuse(_file, loaded.error());
    }
}

Result<void> JsonFileStore::write(const registry::RegistryPlan& plan)
{
    Rows after = _rows;
    for (const registry::RowChange& change : plan.rows)
        after.apply(change);
    after.revision = plan.revision;
    auto written = replaceFile(_file, toJson(after));
    if (written)
        _rows = std::move(after);
    return written;
}

} // namespace jsonfile
