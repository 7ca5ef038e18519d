#include "Domain.h"

#include <waymark/testkit/fault/FaultInjector.h>

#include <chrono>
#include <stdexcept>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace waymark::testkit::fault
{

namespace fs = std::filesystem;

namespace
{

std::size_t indexOf(Operation operation) noexcept
{
    return static_cast<std::size_t>(operation);
}

mode_t modeOf(const fs::path& file)
{
    struct stat status = {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
}

} // namespace

Domain::Domain(const fs::path& folder) : _folder(fs::canonical(folder)) {}

bool Domain::contains(const fs::path& file) const
{
    return file.native().starts_with(_folder.native() + '/') || file == _folder;
}

void Domain::fillDisk(std::uint64_t bytesLeft)
{
    const std::lock_guard lock(_mutex);
    _room = bytesLeft;
}

void Domain::fail(Operation operation, std::uint64_t times)
{
    const std::lock_guard lock(_mutex);
    _failures[indexOf(operation)] = times;
}

void Domain::failAt(CutPlace place, std::uint64_t times)
{
    const std::lock_guard lock(_mutex);
    _failuresAt[std::move(place)] = times;
}

/// Whether the operation is one that was to fail.
bool Domain::takeFailure(Operation operation, const fs::path& file)
{
    const auto take = [](std::uint64_t& times) {
        if (times == 0)
            return false;
        if (times != FaultInjector::always)
            --times;
        return true;
    };
    if (take(_failures[indexOf(operation)]))
        return true;
    const auto found = _failuresAt.find({operation, file.filename().string()});
    return found != _failuresAt.end() && take(found->second);
}

void Domain::makeReadOnly()
{
    const std::lock_guard lock(_mutex);
    _readOnly = true;
}

void Domain::ignoreSyncs()
{
    const std::lock_guard lock(_mutex);
    _lies = true;
}

void Domain::holdSyncs()
{
    const std::lock_guard lock(_mutex);
    _holds = true;
}

bool Domain::awaitHeldSync() const
{
    std::unique_lock lock(_mutex);
    return _changed.wait_for(lock, std::chrono::minutes(1), [this] { return _held > 0; });
}

void Domain::releaseSyncs()
{
    const std::lock_guard lock(_mutex);
    _holds = false;
    _changed.notify_all();
}

void Domain::mend()
{
    const std::lock_guard lock(_mutex);
    mendAll();
}

void Domain::mendAll()
{
    _room.reset();
    _failures.fill(0);
    _failuresAt.clear();
    _readOnly = _lies = _holds = false;
    _changesUntilCut.reset();
    _changesUntilKill.reset();
    _changed.notify_all();
}

void Domain::overridePragma(std::string name, std::string value)
{
    const std::lock_guard lock(_mutex);
    _pragmas[std::move(name)] = std::move(value);
}

void Domain::cut(Dice dice)
{
    const std::lock_guard lock(_mutex);
    cutNow(std::move(dice));
}

void Domain::cutAfter(std::optional<CutPlace> place, std::uint64_t changes, Dice dice)
{
    const std::lock_guard lock(_mutex);
    _countedPlace = std::move(place);
    _changesUntilCut = changes;
    _dice = std::move(dice);
}

void Domain::cutNow(Dice dice)
{
    if (_cut)
        return;
    std::set<const UnsyncedContent*> done; // a file may have several names
    for (const auto& [file, content] : _contents) {
        if (fs::is_regular_file(file) && done.insert(content.get()).second)
            writeWhole(file, content->afterCut(readWhole(file), dice), modeOf(file));
    }
    _names.cut(dice);
    mendAll();
    _cut = true;
}

void Domain::killOwners()
{
    const std::lock_guard lock(_mutex);
    ++_generation;
    _holds = false;
    _changed.notify_all();
}

void Domain::killOwnersAfter(std::uint64_t changes)
{
    const std::lock_guard lock(_mutex);
    _changesUntilKill = changes;
}

void Domain::countTowardsKill(Operation operation)
{
    if (operation == Operation::read || !_changesUntilKill || (*_changesUntilKill)-- > 0)
        return;
    _changesUntilKill.reset();
    ++_generation;
}

void Domain::powerOn()
{
    const std::lock_guard lock(_mutex);
    if (_openFiles > 0)
        throw std::logic_error(_folder.string() + ": " + std::to_string(_openFiles) +
                               " files are still open in SQLite: close them, then switch the power on");
    mendAll();
    _contents.clear();
    _names = {};
    // Shared memory is never synced: SQLite makes it anew.
    std::vector<fs::path> shared;
    for (const auto& entry : fs::recursive_directory_iterator(_folder)) {
        if (entry.path().native().ends_with("-shm"))
            shared.push_back(entry.path());
    }
    for (const fs::path& file : shared)
        fs::remove(file);
    _cut = false;
    ++_generation;
}

bool Domain::isCut() const
{
    const std::lock_guard lock(_mutex);
    return _cut;
}

std::optional<CutPlace> Domain::cutPlace() const
{
    const std::lock_guard lock(_mutex);
    return _cutPlace;
}

Activity Domain::activity() const
{
    const std::lock_guard lock(_mutex);
    return {.reads = _counts[indexOf(Operation::read)],
            .writes = _counts[indexOf(Operation::write)],
            .syncs = _counts[indexOf(Operation::sync)],
            .names = _counts[indexOf(Operation::name)]};
}

Domain::Generation Domain::generation() const
{
    const std::lock_guard lock(_mutex);
    return _generation;
}

std::set<fs::path> Domain::databases() const
{
    const std::lock_guard lock(_mutex);
    return _databases;
}

bool Domain::isReadOnly() const
{
    const std::lock_guard lock(_mutex);
    return _readOnly;
}

std::optional<std::string> Domain::pragma(const std::string& name) const
{
    const std::lock_guard lock(_mutex);
    const auto found = _pragmas.find(name);
    return found == _pragmas.end() ? std::nullopt : std::optional(found->second);
}

void Domain::closed()
{
    const std::lock_guard lock(_mutex);
    --_openFiles;
}

std::shared_ptr<UnsyncedContent> Domain::content(const fs::path& file)
{
    auto& content = _contents[file];
    if (!content) {
        std::error_code missing;
        const auto size = fs::file_size(file, missing);
        content = std::make_shared<UnsyncedContent>(missing ? 0 : size);
    }
    return content;
}

bool Domain::takeRoom(std::uint64_t bytes)
{
    if (!_room)
        return true;
    if (bytes > *_room)
        return false;
    *_room -= bytes;
    return true;
}

UnsyncedNames::OnDisk Domain::onDisk(const fs::path& file)
{
    if (!fs::is_regular_file(file))
        return std::nullopt;
    Dice nothingSurvives;
    return UnsyncedNames::File{content(file)->afterCut(readWhole(file), nothingSurvives), modeOf(file)};
}

void Domain::creating(const fs::path& file)
{
    _names.changing(file, [] { return std::nullopt; });
    _contents[file] = std::make_shared<UnsyncedContent>(0);
}

void Domain::creatingFolder(const fs::path& folder)
{
    _names.changing(folder, [] { return std::nullopt; });
}

void Domain::removing(const fs::path& file)
{
    _names.changing(file, [&] { return onDisk(file); });
    _contents.erase(file);
}

void Domain::renaming(const fs::path& from, const fs::path& to)
{
    auto moved = content(from);
    removing(to);
    removing(from);
    _contents[to] = std::move(moved);
}

void Domain::linking(const fs::path& existing, const fs::path& name)
{
    _names.changing(name, [] { return std::nullopt; });
    _contents[name] = content(existing);
}

void Domain::folderSynced(const fs::path& folder)
{
    _names.folderSynced(folder);
}

Domain::Step::Step(Domain& domain, Operation operation, const fs::path& file, Generation generation)
    : _domain(domain), _lock(domain._mutex)
{
    const std::size_t index = indexOf(operation);
    ++domain._counts[index];
    if (operation == Operation::sync && domain._holds) {
        ++domain._held;
        domain._changed.notify_all();
        domain._changed.wait(_lock, [&] { return !domain._holds; });
        --domain._held;
    }
    domain.countTowardsKill(operation);
    const bool changes = operation != Operation::read;
    if (domain._cut || generation != domain._generation) {
        _refusal = Refusal::powerOff;
    } else if (domain.takeFailure(operation, file)) {
        _refusal = Refusal::ioError;
    } else if (domain._readOnly && (operation == Operation::write || operation == Operation::name)) {
        _refusal = Refusal::readOnly;
    } else if (changes && domain._changesUntilCut) {
        CutPlace place{operation, file.filename().string()};
        if (!domain._countedPlace || *domain._countedPlace == place)
            _isLast = (*domain._changesUntilCut)-- == 0;
        if (_isLast)
            domain._cutPlace = std::move(place);
    }
}

bool Domain::Step::endsInCut()
{
    if (_isLast)
        _domain.cutNow(_domain._dice);
    return _isLast;
}

} // namespace waymark::testkit::fault
