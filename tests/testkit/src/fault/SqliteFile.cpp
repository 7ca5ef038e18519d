#include "SqliteFile.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <type_traits>

namespace waymark::testkit::fault
{

namespace
{

bool isLog(int flags) noexcept
{
    return (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
}

} // namespace

SqliteFile::SqliteFile(std::shared_ptr<Domain> domain, std::filesystem::path path,
                       Domain::Generation generation)
    : sqlite3_file{}, _domain(std::move(domain)), _path(std::move(path)), _generation(generation)
{
}

int SqliteFile::open(sqlite3_vfs* vfs, const std::shared_ptr<Domain>& domain, const char* name,
                     sqlite3_file* memory, int flags, int* outFlags)
{
    const std::filesystem::path path(name);
    const bool isReadOnly = domain->isReadOnly();
    if (isReadOnly && (flags & SQLITE_OPEN_READWRITE) != 0)
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    const bool exists = std::filesystem::exists(path);
    const bool creates = !exists && (flags & SQLITE_OPEN_CREATE) != 0;
    const auto generation = domain->generation();
    auto* const file = new (memory) SqliteFile(domain, path, generation);
    const auto failed = [&](int code) {
        file->~SqliteFile();
        memory->pMethods = nullptr;
        return code;
    };
    file->real()->pMethods = nullptr;
    Domain::Step step(*file->_domain, creates ? Operation::name : Operation::read, path, generation);
    if (step.refusal() != Refusal::none)
        return failed(SQLITE_CANTOPEN);
    // A database that somebody made empty for SQLite to fill is as new as one that SQLite makes.
    const bool isUnused =
        exists && generation == 0 && !file->_domain->knows(path) && std::filesystem::file_size(path) == 0;
    if (creates || isUnused)
        file->_domain->creating(path);
    file->_content = file->_domain->content(path);
    if (const int code = vfs->xOpen(vfs, name, file->real(), flags, outFlags); code != SQLITE_OK)
        return failed(code);
    if (step.endsInCut()) {
        file->real()->pMethods->xClose(file->real());
        return failed(SQLITE_CANTOPEN);
    }
    file->_syncsFolder = (flags & SQLITE_OPEN_CREATE) != 0 && isLog(flags);
    file->pMethods = &sqliteFileMethods();
    file->_domain->opened();
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0)
        file->_domain->databaseOpened(path);
    return SQLITE_OK;
}

sqlite3_file* SqliteFile::real() noexcept
{
    return static_cast<sqlite3_file*>(static_cast<void*>(this + 1));
}

bool SqliteFile::isDead() const
{
    return _domain->isCut() || _domain->generation() != _generation;
}

UnsyncedContent::Reader SqliteFile::reader()
{
    return [this](std::uint64_t offset, std::size_t size) {
        std::string content(size, '\0');
        // What is behind the end comes as zeros, with SQLITE_IOERR_SHORT_READ.
        real()->pMethods->xRead(real(), content.data(), static_cast<int>(size),
                                static_cast<sqlite3_int64>(offset));
        return content;
    };
}

std::uint64_t SqliteFile::size()
{
    sqlite3_int64 size = 0;
    real()->pMethods->xFileSize(real(), &size);
    return static_cast<std::uint64_t>(size);
}

int SqliteFile::close() noexcept
{
    const int code = real()->pMethods->xClose(real());
    _domain->closed();
    this->~SqliteFile();
    return code;
}

int SqliteFile::read(void* buffer, int size, sqlite3_int64 offset)
{
    const Domain::Step step(*_domain, Operation::read, _path, _generation);
    if (step.refusal() != Refusal::none)
        return SQLITE_IOERR_READ;
    return real()->pMethods->xRead(real(), buffer, size, offset);
}

int SqliteFile::write(const void* data, int size, sqlite3_int64 offset)
{
    Domain::Step step(*_domain, Operation::write, _path, _generation);
    if (step.refusal() != Refusal::none)
        return SQLITE_IOERR_WRITE;
    const auto begin = static_cast<std::uint64_t>(offset);
    const auto length = static_cast<std::uint64_t>(size);
    const std::uint64_t before = this->size();
    if (!_domain->takeRoom(std::max(before, begin + length) - before))
        return SQLITE_FULL;
    _content->beforeWrite(begin, length, reader());
    const int code = real()->pMethods->xWrite(real(), data, size, offset);
    return step.endsInCut() ? SQLITE_IOERR_WRITE : code;
}

int SqliteFile::truncate(sqlite3_int64 size)
{
    Domain::Step step(*_domain, Operation::write, _path, _generation);
    if (step.refusal() != Refusal::none)
        return SQLITE_IOERR_TRUNCATE;
    _content->beforeTruncate(static_cast<std::uint64_t>(size), this->size(), reader());
    const int code = real()->pMethods->xTruncate(real(), size);
    return step.endsInCut() ? SQLITE_IOERR_TRUNCATE : code;
}

int SqliteFile::sync()
{
    Domain::Step step(*_domain, Operation::sync, _path, _generation);
    if (step.refusal() == Refusal::ioError)
        _content->syncFailed();
    if (step.refusal() == Refusal::ioError || step.refusal() == Refusal::powerOff || step.endsInCut())
        return SQLITE_IOERR_FSYNC;
    if (_domain->ignoresSyncs())
        return SQLITE_OK;
    _content->synced(size());
    if (_syncsFolder)
        _domain->folderSynced(_path.parent_path());
    _syncsFolder = false;
    return SQLITE_OK;
}

int SqliteFile::lock(int level)
{
    if (isDead())
        return SQLITE_IOERR_LOCK;
    return real()->pMethods->xLock(real(), level);
}

int SqliteFile::control(int operation, void* argument)
{
    if (operation == SQLITE_FCNTL_PRAGMA) {
        const char* const name = static_cast<char**>(argument)[1];
        char* const value = static_cast<char**>(argument)[2];
        const auto wanted = _domain->pragma(name);
        // SQLite goes on with the text that it shows here.
        if (wanted && value != nullptr && wanted->size() <= std::strlen(value))
            std::strcpy(value, wanted->c_str());
    }
    return real()->pMethods->xFileControl(real(), operation, argument);
}

int SqliteFile::mapShared(int region, int size, int extend, void volatile** memory)
{
    return isDead() ? SQLITE_IOERR_SHMMAP : real()->pMethods->xShmMap(real(), region, size, extend, memory);
}

int SqliteFile::lockShared(int offset, int count, int flags)
{
    if ((flags & SQLITE_SHM_LOCK) != 0 && isDead())
        return SQLITE_IOERR_SHMLOCK;
    return real()->pMethods->xShmLock(real(), offset, count, flags);
}

} // namespace waymark::testkit::fault
