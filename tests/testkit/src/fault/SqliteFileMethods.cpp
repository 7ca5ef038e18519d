#include "SqliteFile.h"

namespace waymark::testkit::fault
{

namespace
{

SqliteFile& self(sqlite3_file* file) noexcept
{
    return *static_cast<SqliteFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) noexcept
{
    return self(file).real();
}

// Called by C code: nothing may be thrown through it, so all of these end the process instead.
sqlite3_io_methods makeMethods() noexcept
{
    sqlite3_io_methods methods{};
    // Shared memory, but no mapping of files: reads and writes all come by here.
    methods.iVersion = 2;
    methods.xClose = [](sqlite3_file* file) noexcept {
        return self(file).close();
    };
    methods.xRead = [](sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) noexcept {
        return self(file).read(buffer, size, offset);
    };
    methods.xWrite = [](sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) noexcept {
        return self(file).write(data, size, offset);
    };
    methods.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) noexcept {
        return self(file).truncate(size);
    };
    methods.xSync = [](sqlite3_file* file, int /*flags*/) noexcept {
        return self(file).sync();
    };
    methods.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) noexcept {
        return real(file)->pMethods->xFileSize(real(file), size);
    };
    methods.xLock = [](sqlite3_file* file, int level) noexcept {
        return self(file).lock(level);
    };
    methods.xUnlock = [](sqlite3_file* file, int level) noexcept {
        return real(file)->pMethods->xUnlock(real(file), level);
    };
    methods.xCheckReservedLock = [](sqlite3_file* file, int* result) noexcept {
        return real(file)->pMethods->xCheckReservedLock(real(file), result);
    };
    methods.xFileControl = [](sqlite3_file* file, int operation, void* argument) noexcept {
        return self(file).control(operation, argument);
    };
    methods.xSectorSize = [](sqlite3_file* file) noexcept {
        return real(file)->pMethods->xSectorSize(real(file));
    };
    methods.xDeviceCharacteristics = [](sqlite3_file* file) noexcept {
        return real(file)->pMethods->xDeviceCharacteristics(real(file));
    };
    methods.xShmMap = [](sqlite3_file* file, int region, int size, int extend,
                         void volatile** memory) noexcept {
        return self(file).mapShared(region, size, extend, memory);
    };
    methods.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) noexcept {
        return self(file).lockShared(offset, count, flags);
    };
    methods.xShmBarrier = [](sqlite3_file* file) noexcept {
        real(file)->pMethods->xShmBarrier(real(file));
    };
    methods.xShmUnmap = [](sqlite3_file* file, int remove) noexcept {
        return real(file)->pMethods->xShmUnmap(real(file), remove);
    };
    return methods;
}

} // namespace

const sqlite3_io_methods& sqliteFileMethods() noexcept
{
    static const sqlite3_io_methods methods = makeMethods();
    return methods;
}

} // namespace waymark::testkit::fault
