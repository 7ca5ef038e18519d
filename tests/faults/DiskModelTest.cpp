#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <iterator>
#include <stdexcept>
#include <string>

namespace waymark::testkit::fault
{

/// What a power cut and the other faults do to plain files.
class DiskModelTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DiskModelTest);
    CPPUNIT_TEST(losesWhatWasNotSynced);
    CPPUNIT_TEST(losesAnEndThatWasNotSynced);
    CPPUNIT_TEST(bringsBackWhatWasCutOff);
    CPPUNIT_TEST(losesANameWhoseFolderWasNotSynced);
    CPPUNIT_TEST(losesAFolderWhoseParentWasNotSynced);
    CPPUNIT_TEST(undoesARenameThatWasNotSynced);
    CPPUNIT_TEST(bringsBackARemovedFile);
    CPPUNIT_TEST(tornWritesKeepWholeSectors);
    CPPUNIT_TEST(nothingWorksWithoutPower);
    CPPUNIT_TEST(cutsDuringTheOperationThatWasNamed);
    CPPUNIT_TEST(aFailedSyncForgetsItsData);
    CPPUNIT_TEST(whatWasForgottenEndsWithItsPartOfTheFile);
    CPPUNIT_TEST(failsOnTheFileThatItIsTold);
    CPPUNIT_TEST(killsOwnersInsteadOfAChange);
    CPPUNIT_TEST(aLyingDiskLosesSyncedData);
    CPPUNIT_TEST(aFullDiskTakesNoGrowthButOverwriting);
    CPPUNIT_TEST(failsAsOftenAsItIsTold);
    CPPUNIT_TEST(aReadOnlyDiskOnlyReads);
    CPPUNIT_TEST(aHeldSyncWaits);
    CPPUNIT_TEST(aCutEndsAHeldSync);
    CPPUNIT_TEST(disksHaveTheirOwnFaults);
    CPPUNIT_TEST(foldersMustNotHoldEachOther);
    CPPUNIT_TEST_SUITE_END();

    TemporaryFolder _folder;
    std::unique_ptr<FaultInjector> _disk;

public:
    void setUp() override { _disk = std::make_unique<FaultInjector>(_folder.path()); }

private:
    std::string path(const std::string& name) const { return (_folder.path() / name).string(); }

    std::string content(const std::string& name) const
    {
        std::ifstream in(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }

    int open(const std::string& name, int flags = O_RDWR | O_CREAT)
    {
        const int descriptor = _disk->files().open(path(name).c_str(), flags | O_CLOEXEC, 0600);
        CPPUNIT_ASSERT(descriptor >= 0);
        return descriptor;
    }
    void append(int descriptor, const std::string& text)
    {
        CPPUNIT_ASSERT_EQUAL(static_cast<ssize_t>(text.size()),
                             _disk->files().write(descriptor, text.data(), text.size()));
    }
    void sync(int descriptor) { CPPUNIT_ASSERT_EQUAL(0, _disk->files().sync(descriptor)); }
    void close(int descriptor) { CPPUNIT_ASSERT_EQUAL(0, _disk->files().close(descriptor)); }
    void syncFolder(const std::string& name = ".")
    {
        const int folder = open(name, O_RDONLY | O_DIRECTORY);
        sync(folder);
        close(folder);
    }
    /// A file whose content and name are on the disk; its descriptor.
    int synced(const std::string& name, const std::string& text)
    {
        const int descriptor = open(name);
        append(descriptor, text);
        sync(descriptor);
        syncFolder();
        return descriptor;
    }
    void fails(int code, long result)
    {
        const int reason = errno;
        CPPUNIT_ASSERT_EQUAL(-1L, result);
        CPPUNIT_ASSERT_EQUAL(code, reason);
    }

    void losesWhatWasNotSynced()
    {
        const int file = synced("a", "old old old");
        CPPUNIT_ASSERT_EQUAL(0L, static_cast<long>(::lseek(file, 0, SEEK_SET)));
        append(file, "new");
        CPPUNIT_ASSERT_EQUAL(std::string("new old old"), content("a"));
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string("old old old"), content("a"));
        close(file);
    }

    void losesAnEndThatWasNotSynced()
    {
        const int file = synced("a", std::string(700, 'x'));
        append(file, std::string(5000, 'y'));
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string(700, 'x'), content("a"));
        close(file);
    }

    void bringsBackWhatWasCutOff()
    {
        close(synced("a", std::string(3000, 'x')));
        const int file = open("a", O_WRONLY | O_TRUNC);
        append(file, "short");
        CPPUNIT_ASSERT_EQUAL(std::string("short"), content("a"));
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string(3000, 'x'), content("a"));
        close(file);
    }

    void losesANameWhoseFolderWasNotSynced()
    {
        const int file = open("a");
        append(file, "content");
        sync(file);
        close(file);
        _disk->cut();
        CPPUNIT_ASSERT(!exists("a"));
    }

    void losesAFolderWhoseParentWasNotSynced()
    {
        CPPUNIT_ASSERT_EQUAL(0, _disk->files().makeFolder(path("sub").c_str(), 0700));
        const int file = open("sub/a");
        append(file, "content");
        sync(file);
        close(file);
        syncFolder("sub");
        _disk->cut();
        CPPUNIT_ASSERT(!exists("sub"));
    }

    void undoesARenameThatWasNotSynced()
    {
        close(synced("a", "old"));
        close(synced("b", "new"));
        CPPUNIT_ASSERT_EQUAL(0, _disk->files().rename(path("b").c_str(), path("a").c_str()));
        CPPUNIT_ASSERT_EQUAL(std::string("new"), content("a"));
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string("old"), content("a"));
        CPPUNIT_ASSERT_EQUAL(std::string("new"), content("b"));
    }

    void bringsBackARemovedFile()
    {
        const int file = synced("a", "synced");
        append(file, ", not synced");
        close(file);
        CPPUNIT_ASSERT_EQUAL(0, _disk->files().remove(path("a").c_str()));
        CPPUNIT_ASSERT(!exists("a"));
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string("synced"), content("a"));
    }

    void tornWritesKeepWholeSectors()
    {
        constexpr std::size_t sector = 512;
        constexpr std::size_t sectors = 64;
        const int file = synced("a", std::string(sectors * sector, 'o'));
        CPPUNIT_ASSERT_EQUAL(0L, static_cast<long>(::lseek(file, 0, SEEK_SET)));
        append(file, std::string(sectors * sector, 'n'));
        _disk->cutTorn(1);
        close(file);
        const std::string found = content("a");
        CPPUNIT_ASSERT_EQUAL(sectors * sector, found.size());
        std::size_t survived = 0;
        for (std::size_t i = 0; i < sectors; ++i) {
            const std::string part = found.substr(i * sector, sector);
            CPPUNIT_ASSERT(part == std::string(sector, 'o') || part == std::string(sector, 'n'));
            survived += part.front() == 'n' ? 1 : 0;
        }
        CPPUNIT_ASSERT(survived > 0 && survived < sectors);
    }

    void nothingWorksWithoutPower()
    {
        const int file = synced("a", "content");
        _disk->cut();
        CPPUNIT_ASSERT(_disk->isCut());
        char byte = 0;
        fails(EIO, _disk->files().read(file, &byte, 1));
        fails(EIO, _disk->files().write(file, "x", 1));
        fails(EIO, _disk->files().sync(file));
        fails(EIO, _disk->files().open(path("a").c_str(), O_RDONLY, 0));
        fails(EIO, _disk->files().rename(path("a").c_str(), path("b").c_str()));
        fails(EIO, _disk->files().remove(path("a").c_str()));
        _disk->powerOn();
        // Whoever held a file open is as dead as the machine was.
        fails(EIO, _disk->files().write(file, "x", 1));
        close(file);
        close(open("a"));
        CPPUNIT_ASSERT_EQUAL(std::string("content"), content("a"));
    }

    void cutsDuringTheOperationThatWasNamed()
    {
        const int file = synced("a", "old");
        _disk->cutAfter(1);
        append(file, "1");
        CPPUNIT_ASSERT(!_disk->isCut());
        fails(EIO, _disk->files().sync(file));
        CPPUNIT_ASSERT(_disk->isCut());
        CPPUNIT_ASSERT_EQUAL(std::string("old"), content("a"));
        close(file);
    }

    void aFailedSyncForgetsItsData()
    {
        const int file = synced("a", "old");
        append(file, " and lost");
        _disk->fail(Operation::sync, 1);
        fails(EIO, _disk->files().sync(file));
        sync(file);
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string("old"), content("a").substr(0, 3));
        CPPUNIT_ASSERT(content("a") != "old and lost");
        close(file);
    }

    void whatWasForgottenEndsWithItsPartOfTheFile()
    {
        int file = synced("a", std::string(3000, 'o'));
        CPPUNIT_ASSERT_EQUAL(0L, static_cast<long>(::lseek(file, 0, SEEK_SET)));
        append(file, std::string(3000, 'n'));
        _disk->fail(Operation::sync, 1);
        fails(EIO, _disk->files().sync(file));
        close(file);
        file = open("a", O_WRONLY | O_TRUNC);
        sync(file);
        CPPUNIT_ASSERT_EQUAL(2999L, static_cast<long>(::lseek(file, 2999, SEEK_SET)));
        append(file, "x");
        sync(file);
        _disk->cut();
        close(file);
        CPPUNIT_ASSERT(content("a") == std::string(2999, '\0') + 'x');
    }

    void failsOnTheFileThatItIsTold()
    {
        const int file = synced("a", "content");
        const int other = synced("b", "content");
        _disk->failAt({Operation::sync, "a"}, 2);
        for (int i = 0; i < 2; ++i) {
            fails(EIO, _disk->files().sync(file));
            sync(other);
            append(file, "x");
        }
        sync(file);
        _disk->failAt({Operation::write, "b"});
        fails(EIO, _disk->files().write(other, "x", 1));
        append(file, "x");
        _disk->mend();
        append(other, "x");
        close(file);
        close(other);
    }

    void killsOwnersInsteadOfAChange()
    {
        const int file = synced("a", "old");
        _disk->killOwnersAfter(1);
        append(file, " new");
        fails(EIO, _disk->files().write(file, " never", 6));
        fails(EIO, _disk->files().sync(file));
        close(file);
        CPPUNIT_ASSERT(!_disk->isCut());
        CPPUNIT_ASSERT_EQUAL(std::string("old new"), content("a"));
        const int heir = open("a");
        sync(heir);
        close(heir);
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string("old new"), content("a"));
    }

    void aLyingDiskLosesSyncedData()
    {
        const int file = synced("a", "old");
        _disk->ignoreSyncs();
        append(file, " and new");
        sync(file);
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string("old"), content("a"));
        close(file);
    }

    void aFullDiskTakesNoGrowthButOverwriting()
    {
        const int file = synced("a", "0123456789");
        _disk->fillDisk(3);
        append(file, "abc");
        fails(ENOSPC, _disk->files().write(file, "d", 1));
        CPPUNIT_ASSERT_EQUAL(0L, static_cast<long>(::lseek(file, 0, SEEK_SET)));
        append(file, "overwritten");
        _disk->mend();
        close(file);
        CPPUNIT_ASSERT_EQUAL(std::string("overwrittenbc"), content("a"));
    }

    void failsAsOftenAsItIsTold()
    {
        const int file = synced("a", "content");
        _disk->fail(Operation::write, 2);
        fails(EIO, _disk->files().write(file, "x", 1));
        fails(EIO, _disk->files().write(file, "x", 1));
        append(file, "x");
        _disk->fail(Operation::write);
        for (int i = 0; i < 100; ++i)
            fails(EIO, _disk->files().write(file, "x", 1));
        sync(file);
        _disk->mend();
        append(file, "y");
        CPPUNIT_ASSERT_EQUAL(std::string("contentxy"), content("a"));
        close(file);
    }

    void aReadOnlyDiskOnlyReads()
    {
        const int file = synced("a", "content");
        _disk->makeReadOnly();
        fails(EROFS, _disk->files().write(file, "x", 1));
        fails(EROFS, _disk->files().open(path("b").c_str(), O_RDWR | O_CREAT, 0600));
        fails(EROFS, _disk->files().remove(path("a").c_str()));
        close(open("a", O_RDONLY));
        close(file);
    }

    void aHeldSyncWaits()
    {
        const int file = synced("a", "old");
        append(file, " new");
        _disk->holdSyncs();
        auto syncing = std::async(std::launch::async, [&] { return _disk->files().sync(file); });
        CPPUNIT_ASSERT(_disk->awaitHeldSync());
        // Others go on meanwhile.
        append(file, " newer");
        _disk->releaseSyncs();
        CPPUNIT_ASSERT_EQUAL(0, syncing.get());
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(std::string("old new newer"), content("a"));
        close(file);
    }

    void aCutEndsAHeldSync()
    {
        const int file = synced("a", "old");
        append(file, " new");
        _disk->holdSyncs();
        auto syncing = std::async(std::launch::async, [&] { return _disk->files().sync(file); });
        CPPUNIT_ASSERT(_disk->awaitHeldSync());
        _disk->cut();
        CPPUNIT_ASSERT_EQUAL(-1, syncing.get());
        CPPUNIT_ASSERT_EQUAL(std::string("old"), content("a"));
        close(file);
    }

    void disksHaveTheirOwnFaults()
    {
        const TemporaryFolder elsewhere;
        FaultInjector other(elsewhere.path());
        other.cut();
        const int file = synced("a", "content");
        _disk->fail(Operation::write);
        const std::string unrelated = TemporaryFolder().path().string() + "-file";
        const int outside = _disk->files().open(unrelated.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        append(outside, "x");
        close(outside);
        std::filesystem::remove(unrelated);
        fails(EIO, _disk->files().write(file, "x", 1));
        close(file);
    }

    void foldersMustNotHoldEachOther()
    {
        const auto inner = _folder.path() / "inner";
        std::filesystem::create_directory(inner);
        CPPUNIT_ASSERT_THROW(FaultInjector{inner}, std::logic_error);
        CPPUNIT_ASSERT_THROW(FaultInjector{_folder.path().parent_path()}, std::logic_error);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DiskModelTest);

} // namespace waymark::testkit::fault
