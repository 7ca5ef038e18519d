#include "Domains.h"
#include "FaultyFileSystem.h"
#include "LockHolder.h"
#include "SqliteVfs.h"

#include <waymark/testkit/fault/FaultInjector.h>

#include <utility>

namespace waymark::testkit::fault
{

FaultInjector::FaultInjector(const std::filesystem::path& folder)
    : _domain(Domains::all().add(folder)), _files(std::make_unique<FaultyFileSystem>(_domain))
{
    installSqliteVfs();
}

FaultInjector::~FaultInjector()
{
    mend();
    Domains::all().remove(_domain);
}

FileSystem& FaultInjector::files() noexcept
{
    return *_files;
}

void FaultInjector::fillDisk(std::uint64_t bytesLeft)
{
    _domain->fillDisk(bytesLeft);
}

void FaultInjector::fail(Operation operation, std::uint64_t times)
{
    _domain->fail(operation, times);
}

void FaultInjector::failAt(CutPlace place, std::uint64_t times)
{
    _domain->failAt(std::move(place), times);
}

void FaultInjector::makeReadOnly()
{
    _domain->makeReadOnly();
}

void FaultInjector::keepLocked()
{
    const std::lock_guard lock(_lockMutex);
    _locks.clear();
    for (const auto& database : _domain->databases())
        _locks.push_back(std::make_unique<LockHolder>(database));
}

void FaultInjector::killOwners()
{
    _domain->killOwners();
}

void FaultInjector::killOwnersAfter(std::uint64_t changes)
{
    _domain->killOwnersAfter(changes);
}

void FaultInjector::ignoreSyncs()
{
    _domain->ignoreSyncs();
}

void FaultInjector::holdSyncs()
{
    _domain->holdSyncs();
}

bool FaultInjector::awaitHeldSync() const
{
    return _domain->awaitHeldSync();
}

void FaultInjector::releaseSyncs()
{
    _domain->releaseSyncs();
}

void FaultInjector::mend()
{
    _domain->mend();
    const std::lock_guard lock(_lockMutex);
    _locks.clear();
}

void FaultInjector::overridePragma(std::string name, std::string value)
{
    _domain->overridePragma(std::move(name), std::move(value));
}

void FaultInjector::cut()
{
    _domain->cut(Dice());
}

void FaultInjector::cutTorn(std::uint64_t seed)
{
    _domain->cut(Dice(seed));
}

void FaultInjector::cutAfter(std::uint64_t changes)
{
    _domain->cutAfter(std::nullopt, changes, Dice());
}

void FaultInjector::cutTornAfter(std::uint64_t changes, std::uint64_t seed)
{
    _domain->cutAfter(std::nullopt, changes, Dice(seed));
}

void FaultInjector::cutDuring(CutPlace place, std::uint64_t after)
{
    _domain->cutAfter(std::move(place), after, Dice());
}

void FaultInjector::cutTornDuring(CutPlace place, std::uint64_t after, std::uint64_t seed)
{
    _domain->cutAfter(std::move(place), after, Dice(seed));
}

bool FaultInjector::isCut() const
{
    return _domain->isCut();
}

std::optional<CutPlace> FaultInjector::cutPlace() const
{
    return _domain->cutPlace();
}

void FaultInjector::powerOn()
{
    mend();
    _domain->powerOn();
}

Activity FaultInjector::activity() const
{
    return _domain->activity();
}

} // namespace waymark::testkit::fault
