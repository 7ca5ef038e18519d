#pragma once

#include <waymark/base/FileSystem.h>
#include <waymark/base/LockFile.h>
#include <waymark/base/Result.h>
#include <waymark/base/Worker.h>
#include <waymark/observe/Health.h>
#include <waymark/observe/Log.h>
#include <waymark/registry/RegistryState.h>

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::registry
{

/// What a snapshot holds, for whoever asked for it.
struct SnapshotReport
{
    Revision revision;
    std::size_t rows = 0;
    std::size_t bytes = 0;
};

/// A registry's snapshot on the disk and the thread that writes it. Writers of the registry wait only while
/// its rows are listed, not while they are encoded and written.
class SnapshotFile
{
public:
    using Completion = std::function<void(Result<SnapshotReport>)>;

    /// The registry, the file system and the log outlive this.
    SnapshotFile(std::filesystem::path file, RegistryState& state, FileSystem& files, observe::Log log);
    SnapshotFile(const SnapshotFile&) = delete;
    SnapshotFile& operator=(const SnapshotFile&) = delete;
    ~SnapshotFile();

    /// Locks `<file>.lock` and fills the empty state, whose revision goes on in this epoch; from nothing when
    /// there is no file. Throws plugin::StartError: corruptData for one that is damaged or no snapshot,
    /// configuration for one of a later version or that cannot be read, or where none could be written,
    /// lockedDatabase when another daemon has the lock. The file stays as it is.
    void load(std::uint64_t epoch);

    /// Starts the thread.
    void start();
    /// Writes one, later; the completion is called on the thread, or at once with `unavailable` when it does
    /// not run. Requests that come while one is written share the next.
    void request(Completion completion);
    /// Ends the thread after what it is at; requests that wait fail as unavailable.
    void stop() noexcept;

    /// Degraded while the last one could not be written. Any thread.
    observe::Health health() const;

    /// Writes one now. Failures are logged, too. One caller at a time.
    Result<SnapshotReport> write();

    const std::filesystem::path& file() const noexcept { return _file; }

private:
    [[noreturn]] void refuse(const Error& error) const;
    Result<void> loadText(std::string_view text, std::uint64_t epoch);
    void requireWritable() const;
    void takeLock();
    void work(const std::stop_token& stopping);

    const std::filesystem::path _file;
    RegistryState& _state;
    FileSystem& _files;
    const observe::Log _log;
    std::optional<LockFile> _lock; ///< from load() on

    mutable std::mutex _mutex; ///< guards the three below
    std::string _trouble;      ///< why the last one was not written; empty when it was
    std::condition_variable_any _asked;
    std::vector<Completion> _waiting;
    bool _isRunning = false;

    Worker _worker;
};

} // namespace waymark::registry
