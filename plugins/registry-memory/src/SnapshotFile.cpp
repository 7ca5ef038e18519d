#include "SnapshotFile.h"

#include "RowLoader.h"
#include "Snapshot.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/plugin/Plugin.h>

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <utility>

namespace waymark::registry
{

using plugin::ExitCode;
using plugin::StartError;

namespace
{

tl::unexpected<Error> notRunning()
{
    return failure(ErrorCode::unavailable, "the registry is not started or stopping");
}

} // namespace

SnapshotFile::SnapshotFile(std::filesystem::path file, RegistryState& state, FileSystem& files,
                           observe::Log log)
    : _file(std::move(file)), _state(state), _files(files), _log(std::move(log))
{
}

SnapshotFile::~SnapshotFile()
{
    stop();
}

/// Better now than when the first one is due, which may be at the end.
void SnapshotFile::requireWritable() const
{
    const auto give = [](const std::string& why) {
        throw StartError(
            ExitCode::configuration,
            "registry-memory.snapshot: " + why +
                ": no snapshot could be written; name a file in a folder that the daemon's user may "
                "write to");
    };
    if (const auto checked = checkReplaceable(_file, _files); !checked)
        give(checked.error().message);
}

observe::Health SnapshotFile::health() const
{
    const std::lock_guard lock(_mutex);
    return _trouble.empty() ? observe::Health::ok()
                            : observe::Health::degraded("the last snapshot was not written: " + _trouble);
}

void SnapshotFile::takeLock()
{
    const std::filesystem::path name = _file.string() + ".lock";
    auto lock = LockFile::take(name);
    if (!lock && lock.error().code == ErrorCode::conflict)
        throw StartError(ExitCode::lockedDatabase,
                         "registry-memory.snapshot: " + name.string() + " is locked by another daemon" +
                             LockFile::holderOf(name) +
                             ": stop that one, or give this one a snapshot of its own");
    if (!lock)
        throw StartError(ExitCode::configuration, "registry-memory.snapshot: " + lock.error().message);
    _lock = std::move(*lock);
}

void SnapshotFile::load(std::uint64_t epoch)
{
    requireWritable();
    takeLock();
    std::error_code ignored;
    const auto size = std::filesystem::file_size(_file, ignored);
    const auto text = readSmallFile(_file, ignored ? 0 : size, _files);
    if (!text && text.error().code == ErrorCode::notFound)
        return _state.begin({epoch, 0});
    if (!text)
        throw StartError(ExitCode::configuration, "registry-memory.snapshot: " + text.error().message);
    if (const auto loaded = loadText(*text, epoch); !loaded)
        refuse(loaded.error());
}

/// Others decode and check rows, some thousand at a time, while this thread brings those before them into the
/// state: all of them would take ten times the room that the registry does.
Result<void> SnapshotFile::loadText(std::string_view text, std::uint64_t epoch)
{
    SnapshotDecoder decoder;
    RowLoader loader(_state);
    // A flipped bit may look like a row that nobody should have written: what is damaged is called damaged.
    const auto wrong = [&](const Error& fault) -> Result<void> {
        for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
            if (const auto row = decoder.takeText(text.substr(0, end)); !row)
                return failure(decoder.isEnded() ? row.error() : fault);
            text.remove_prefix(end + 1);
        }
        const auto whole = decoder.finish(!text.empty());
        return failure(whole ? fault : whole.error());
    };
    bool hasBegun = false;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        const auto row = decoder.takeText(text.substr(0, end));
        text.remove_prefix(end + 1);
        if (decoder.hasRevision() && !std::exchange(hasBegun, true))
            _state.begin({epoch, decoder.revision().number});
        if (!row && decoder.isEnded())
            return failure(row.error());
        // What is wrong with the rows before comes first.
        if (!row) {
            auto loaded = loader.finish();
            return loaded ? failure(row.error()) : loaded;
        }
        if (!*row)
            continue;
        if (const auto loaded = loader.take(**row); !loaded)
            return wrong(loaded.error());
    }
    // What was loaded of a snapshot that is found to be damaged goes with the start that fails.
    if (const auto loaded = loader.finish(); !loaded)
        return wrong(loaded.error());
    return decoder.finish(!text.empty());
}

void SnapshotFile::refuse(const Error& error) const
{
    const bool isNewer = error.code == ErrorCode::conflict;
    throw StartError(isNewer ? ExitCode::configuration : ExitCode::corruptData,
                     "registry-memory.snapshot: " + _file.string() + ": " + error.message +
                         (isNewer ? ": run the version that wrote it, or name another file"
                                  : ": restore a copy of it, or move it away and start empty"));
}

void SnapshotFile::start()
{
    {
        const std::lock_guard lock(_mutex);
        _isRunning = true;
    }
    _worker.start("reg-snapshot", [this](const std::stop_token& stopping, Worker&) { work(stopping); });
}

void SnapshotFile::stop() noexcept
{
    {
        const std::lock_guard lock(_mutex);
        _isRunning = false;
    }
    _worker.stop();
    for (const Completion& completion : std::exchange(_waiting, {}))
        completion(notRunning());
}

void SnapshotFile::request(Completion completion)
{
    {
        const std::lock_guard lock(_mutex);
        if (_isRunning) {
            _waiting.push_back(std::move(completion));
            _asked.notify_one();
            return;
        }
    }
    completion(notRunning());
}

void SnapshotFile::work(const std::stop_token& stopping)
{
    while (!stopping.stop_requested()) {
        std::vector<Completion> asking;
        {
            std::unique_lock lock(_mutex);
            _asked.wait(lock, stopping, [this] { return !_waiting.empty(); });
            if (stopping.stop_requested())
                return;
            asking = std::exchange(_waiting, {});
        }
        const auto report = write();
        for (const Completion& completion : asking)
            completion(report);
    }
}

Result<SnapshotReport> SnapshotFile::write()
{
    StoredRows rows = _state.rows();
    const Revision revision = rows.revision();
    SnapshotEncoder encoder;
    std::string text = encoder.begin(revision);
    while (const auto row = rows.next())
        text += encoder.row(*row);
    text += encoder.end();
    auto written = writeFileAtomically(_file, text, _files);
    {
        const std::lock_guard lock(_mutex);
        _trouble = written ? std::string() : written.error().message;
    }
    if (!written) {
        _log.error("registry.snapshot_failed", {{"file", _file.string()}, {"error", written.error().message}},
                   "The snapshot before it, if there was one, is still there.");
        return failure(std::move(written.error()));
    }
    _log.info("registry.snapshot_written", {{"file", _file.string()},
                                            {"rows", rows.size()},
                                            {"bytes", text.size()},
                                            {"revision", revision.toString()}});
    return SnapshotReport{revision, rows.size(), text.size()};
}

} // namespace waymark::registry
