#pragma once

#include "UnsyncedContent.h"
#include "UnsyncedNames.h"

#include <waymark/testkit/fault/Activity.h>
#include <waymark/testkit/fault/CutPlace.h>
#include <waymark/testkit/fault/Operation.h>

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace waymark::testkit::fault
{

/// Why an operation is not carried out.
enum class Refusal
{
    none,
    powerOff,
    ioError,
    readOnly,
};

/// The state behind one FaultInjector, shared with the files that are open below its folder.
///
/// What programs see are the real files; this object remembers what a power cut takes back. Functions that
/// name a file want its absolute path without symbolic links; those of the model are called while a Step of
/// the calling thread lives.
class Domain
{
public:
    class Step;
    using Generation = std::uint64_t;

    explicit Domain(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const noexcept { return _folder; }
    bool contains(const std::filesystem::path& file) const;

    // Faults; FaultInjector says what they are.
    void fillDisk(std::uint64_t bytesLeft);
    void fail(Operation operation, std::uint64_t times);
    void failAt(CutPlace place, std::uint64_t times);
    void makeReadOnly();
    void ignoreSyncs();
    void holdSyncs();
    bool awaitHeldSync() const;
    void releaseSyncs();
    void mend();
    void overridePragma(std::string name, std::string value);
    void cut(Dice dice);
    /// During the change that follows `changes` others; with a place, only those there are counted.
    void cutAfter(std::optional<CutPlace> place, std::uint64_t changes, Dice dice);
    void killOwners();
    /// Instead of the change that follows `changes` others.
    void killOwnersAfter(std::uint64_t changes);
    void powerOn();
    bool isCut() const;
    std::optional<CutPlace> cutPlace() const;
    Activity activity() const;

    /// Which life of those who have files open it is; what was opened in an earlier one is dead.
    Generation generation() const;
    std::set<std::filesystem::path> databases() const;
    bool isReadOnly() const;
    std::optional<std::string> pragma(const std::string& name) const;
    void closed();

    // The model.
    std::shared_ptr<UnsyncedContent> content(const std::filesystem::path& file);
    /// False when the disk is full.
    bool takeRoom(std::uint64_t bytes);
    void opened() noexcept { ++_openFiles; }
    void databaseOpened(const std::filesystem::path& file) { _databases.insert(file); }
    bool ignoresSyncs() const noexcept { return _lies; }
    /// Whether the file was opened or changed since the power came on.
    bool knows(const std::filesystem::path& file) const { return _contents.contains(file); }
    void creating(const std::filesystem::path& file);
    void creatingFolder(const std::filesystem::path& folder);
    void removing(const std::filesystem::path& file);
    void renaming(const std::filesystem::path& from, const std::filesystem::path& to);
    void linking(const std::filesystem::path& existing, const std::filesystem::path& name);
    void folderSynced(const std::filesystem::path& folder);

private:
    UnsyncedNames::OnDisk onDisk(const std::filesystem::path& file);
    void cutNow(Dice dice);
    void mendAll();
    void countTowardsKill(Operation operation);
    bool takeFailure(Operation operation, const std::filesystem::path& file);

    const std::filesystem::path _folder;

    mutable std::mutex _mutex; ///< guards everything below
    mutable std::condition_variable _changed;
    std::optional<std::uint64_t> _room;
    std::array<std::uint64_t, operations> _failures{};
    std::map<CutPlace, std::uint64_t> _failuresAt;
    bool _readOnly = false;
    bool _lies = false;
    bool _holds = false;
    int _held = 0;
    std::map<std::string, std::string> _pragmas;
    std::optional<CutPlace> _countedPlace;
    std::optional<std::uint64_t> _changesUntilCut;
    Dice _dice; ///< of that cut
    std::optional<std::uint64_t> _changesUntilKill;
    bool _cut = false;
    std::optional<CutPlace> _cutPlace;
    Generation _generation = 0;
    int _openFiles = 0; ///< of SQLite
    std::set<std::filesystem::path> _databases;
    std::array<std::uint64_t, operations> _counts{};
    std::map<std::filesystem::path, std::shared_ptr<UnsyncedContent>> _contents;
    UnsyncedNames _names;
};

/// One operation on a domain, alone there from its begin to its end; a sync waits first if it has to.
class Domain::Step
{
public:
    Step(Domain& domain, Operation operation, const std::filesystem::path& file, Generation generation);
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    /// When it is not `none`, nothing is done.
    Refusal refusal() const noexcept { return _refusal; }
    Generation generation() const noexcept { return _domain._generation; }
    /// To be asked when the operation is done: true when the power goes off during it.
    bool endsInCut();

private:
    Domain& _domain;
    std::unique_lock<std::mutex> _lock;
    Refusal _refusal = Refusal::none;
    bool _isLast = false;
};

} // namespace waymark::testkit::fault
