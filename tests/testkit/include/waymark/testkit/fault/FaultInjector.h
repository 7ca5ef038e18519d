#pragma once

#include <waymark/base/FileSystem.h>
#include <waymark/testkit/fault/Activity.h>
#include <waymark/testkit/fault/CutPlace.h>
#include <waymark/testkit/fault/Operation.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace waymark::testkit::fault
{

class Domain;
class LockHolder;

/// A disk that fails on demand: a folder with all below it, reached by SQLite (every database opened there
/// while this object lives) and through files(). Several may exist, for folders of which none holds another.
///
/// Faults are switched at any time from any thread and hold until mend(). docs/testing/faults.md says what
/// each of them models.
class FaultInjector
{
public:
    static constexpr std::uint64_t always = std::numeric_limits<std::uint64_t>::max();

    /// The folder exists. What it holds now counts as synced. From the first of these objects on, SQLite's
    /// default VFS of the process is one that looks here and otherwise hands on to the system's.
    explicit FaultInjector(const std::filesystem::path& folder);
    FaultInjector(const FaultInjector&) = delete;
    FaultInjector& operator=(const FaultInjector&) = delete;
    /// Mends everything; a folder whose power was cut stays unreachable to whoever has files open there.
    ~FaultInjector();

    /// For HostSeams::files, or as a parameter of what reads and writes the host's files.
    FileSystem& files() noexcept;

    /// Files may grow by so many bytes in all, then writing fails for want of space.
    void fillDisk(std::uint64_t bytesLeft = 0);
    /// The next `times` operations of the kind fail with an I/O error. A failed sync forgets, as Linux does,
    /// what was to be written: a later sync that succeeds does not bring it to the disk.
    void fail(Operation operation, std::uint64_t times = always);
    /// The same for the operations of the kind on a file of that name.
    void failAt(CutPlace place, std::uint64_t times = always);
    void makeReadOnly();
    /// Another program begins to write to each database that was opened below the folder and does not end.
    /// Throws std::runtime_error when it cannot.
    void keepLocked();
    /// Syncing says that it succeeded and does nothing.
    void ignoreSyncs();
    /// Syncs wait for releaseSyncs().
    void holdSyncs();
    /// Waits until a sync waits; false after a minute.
    bool awaitHeldSync() const;
    void releaseSyncs();
    /// Ends all of the above.
    void mend();

    /// `PRAGMA name = ...` sets this value instead of the one that is asked for, which is not shorter.
    void overridePragma(std::string name, std::string value);

    /// Whoever has files open now is dead, as a killed process is: what it still does reaches nothing, what
    /// it wrote before stays, synced or not. Files that are opened afterwards are not concerned.
    void killOwners();
    /// The same, after so many changes (Activity::changes): the next one is not carried out any more.
    void killOwnersAfter(std::uint64_t changes);

    /// Cuts the power: what was not synced is gone from the files, and every operation fails until
    /// powerOn(). Syncs that wait fail, too.
    void cut();
    /// The same, but of what was not synced an arbitrary part survives, sector by sector and name by name.
    void cutTorn(std::uint64_t seed);
    /// Cuts the power during the operation that follows after so many changes (Activity::changes).
    void cutAfter(std::uint64_t changes);
    void cutTornAfter(std::uint64_t changes, std::uint64_t seed);
    /// Cuts the power during an operation of that kind on a file of that name, after so many others of it.
    void cutDuring(CutPlace place, std::uint64_t after);
    void cutTornDuring(CutPlace place, std::uint64_t after, std::uint64_t seed);
    bool isCut() const;
    /// Where one of these cut last; nothing before.
    std::optional<CutPlace> cutPlace() const;
    /// After all that was open is closed: opening works again, without faults. Throws std::logic_error
    /// when something is still open in SQLite.
    void powerOn();

    Activity activity() const;

private:
    std::shared_ptr<Domain> _domain;
    std::unique_ptr<FileSystem> _files;
    std::mutex _lockMutex; ///< guards _locks
    std::vector<std::unique_ptr<LockHolder>> _locks;
};

} // namespace waymark::testkit::fault
