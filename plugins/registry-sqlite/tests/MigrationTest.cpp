#include "Database.h"
#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <sys/stat.h>
#include <vector>

namespace waymark::registry
{

using contract::PluginRun;
using contract::put;
using contract::testPeer;

namespace
{

constexpr std::array addsAColumn{"ALTER TABLE claims ADD COLUMN note TEXT"};
constexpr std::array addsATable{"CREATE TABLE notes (note TEXT)", "INSERT INTO notes VALUES ('migrated')"};
constexpr std::array failsAtTheEnd{"INSERT INTO notes VALUES ('half')", "INSERT INTO nowhere VALUES (1)"};

/// The steps of this program and such as no program ever had.
class Steps
{
public:
    Steps& then(std::span<const char* const> statements)
    {
        _own.push_back(std::make_shared<const Migration>(Migration{_all.back()->version + 1, statements}));
        _all.push_back(_own.back().get());
        return *this;
    }
    Migrations all() const { return _all; }
    std::int64_t last() const { return _all.back()->version; }

private:
    std::vector<const Migration*> _all{migrations().begin(), migrations().end()};
    std::vector<std::shared_ptr<const Migration>> _own;
};

} // namespace

/// A file with an older schema is copied before it is changed, and changed whole or not at all.
class MigrationTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(MigrationTest);
    CPPUNIT_TEST(keepsACopyOfWhatItMigrates);
    CPPUNIT_TEST(copiesNothingOfANewFileOrOneThatIsUpToDate);
    CPPUNIT_TEST(neverOverwritesACopy);
    CPPUNIT_TEST(refusesWithoutRoomForTheCopy);
    CPPUNIT_TEST(refusesWithoutRoomForTheMigration);
    CPPUNIT_TEST(undoesAllStepsWhenOneFails);
    CPPUNIT_TEST(survivesACutAtAnyMoment);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::int64_t peers = 200;

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::unique_ptr<testkit::fault::FaultInjector> _disk;

public:
    void setUp() override
    {
        _disk.reset();
        _folder = std::make_unique<testkit::TemporaryFolder>();
        _disk = std::make_unique<testkit::fault::FaultInjector>(_folder->path());
        PluginRun run(makeSqlitePlugin(), {}, _folder->path());
        run.start();
        ChangeBatch batch;
        for (std::int64_t i = 0; i < peers; ++i)
            batch.push_back(put(testPeer(static_cast<std::uint64_t>(i))));
        CPPUNIT_ASSERT(contract::apply(*run.service<PeerRegistry>(), batch).has_value());
    }
    void tearDown() override { _disk.reset(); }

private:
    std::filesystem::path file() const { return _folder->path() / "registry.db"; }
    std::filesystem::path copy() const
    {
        return file().string() + ".v" + std::to_string(schemaVersion()) + "-backup";
    }
    static Database open(const std::filesystem::path& file, const Steps& steps)
    {
        return Database(file, std::chrono::milliseconds(0), Durability::full, steps.all());
    }
    static std::int64_t versionOf(Database& database) { return database.number("PRAGMA user_version"); }
    static std::int64_t claimsIn(Database& database)
    {
        return database.number("SELECT count(*) FROM claims");
    }

    /// Still what it was before it was to be migrated.
    void assertOld(const std::filesystem::path& path) const
    {
        Database database(path, std::chrono::milliseconds(0));
        CPPUNIT_ASSERT_EQUAL(schemaVersion(), versionOf(database));
        CPPUNIT_ASSERT_EQUAL(peers, claimsIn(database));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0},
                             database.number("SELECT count(*) FROM sqlite_master WHERE name = 'notes'"));
    }

    std::size_t files() const
    {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(_folder->path()),
                                                      std::filesystem::directory_iterator()));
    }

    void refuses(const Steps& steps, const std::string& words)
    {
        try {
            open(file(), steps);
        } catch (const plugin::StartError& error) {
            const std::string message = error.what();
            CPPUNIT_ASSERT_EQUAL(static_cast<int>(plugin::ExitCode::configuration),
                                 static_cast<int>(error.code()));
            CPPUNIT_ASSERT_MESSAGE(message, message.find(words) != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(message, message.find("nothing was changed") != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(message, message.find('\n') == std::string::npos);
            return;
        }
        CPPUNIT_FAIL("it was migrated; it should have said: " + words);
    }

    void keepsACopyOfWhatItMigrates()
    {
        const Steps steps = Steps().then(addsAColumn).then(addsATable);
        {
            Database migrated = open(file(), steps);
            CPPUNIT_ASSERT_EQUAL(steps.last(), versionOf(migrated));
            CPPUNIT_ASSERT_EQUAL(peers, migrated.number("SELECT count(*) FROM claims WHERE note IS NULL"));
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, migrated.number("SELECT count(*) FROM notes"));
        }
        struct stat status = {};
        CPPUNIT_ASSERT_EQUAL(0, ::stat(copy().c_str(), &status));
        CPPUNIT_ASSERT_EQUAL(0600U, status.st_mode & 0777U);
        assertOld(copy());
    }

    void copiesNothingOfANewFileOrOneThatIsUpToDate()
    {
        const std::size_t before = files();
        open(file(), Steps());
        CPPUNIT_ASSERT_EQUAL(before, files());
        const Steps steps = Steps().then(addsAColumn);
        const auto fresh = _folder->path() / "fresh.db";
        open(fresh, steps);
        open(fresh, steps);
        CPPUNIT_ASSERT_EQUAL(before + 2, files()); // it and its lock
    }

    void neverOverwritesACopy()
    {
        std::ofstream(copy()) << "of an earlier time";
        open(file(), Steps().then(addsAColumn));
        std::ifstream kept(copy());
        CPPUNIT_ASSERT_EQUAL(std::string("of an earlier time"),
                             std::string(std::istreambuf_iterator<char>(kept), {}));
        assertOld(copy().string() + "-2");
    }

    void refusesWithoutRoomForTheCopy()
    {
        const std::size_t before = files();
        _disk->fillDisk(8'192);
        refuses(Steps().then(addsAColumn), "its copy");
        _disk->mend();
        CPPUNIT_ASSERT(!std::filesystem::exists(copy()));
        assertOld(file());
        CPPUNIT_ASSERT_EQUAL(before, files());
        open(file(), Steps().then(addsAColumn));
        assertOld(copy());
    }

    void refusesWithoutRoomForTheMigration()
    {
        const std::uint64_t forTheCopy = std::filesystem::file_size(file());
        _disk->fillDisk(forTheCopy + 60'000);
        constexpr std::array fills{"CREATE TABLE notes (note)",
                                   "INSERT INTO notes SELECT randomblob(3000) FROM claims"};
        refuses(Steps().then(fills), "full");
        _disk->mend();
        assertOld(file());
    }

    void undoesAllStepsWhenOneFails()
    {
        refuses(Steps().then(addsAColumn).then(addsATable).then(failsAtTheEnd), "nowhere");
        assertOld(file());
    }

    void survivesACutAtAnyMoment()
    {
        const Steps steps = Steps().then(addsATable);
        int cuts = 0;
        bool goesOn = true;
        for (std::uint64_t changes = 0; goesOn; ++changes) {
            setUp();
            changes % 2 == 0 ? _disk->cutAfter(changes) : _disk->cutTornAfter(changes, changes);
            try {
                open(file(), steps);
            } catch (const plugin::StartError& error) {
                CPPUNIT_ASSERT_MESSAGE(error.what(), _disk->isCut());
            }
            goesOn = _disk->isCut();
            cuts += goesOn ? 1 : 0;
            _disk->cut();
            _disk->powerOn();
            const bool hasCopy = std::filesystem::exists(copy());
            if (hasCopy)
                assertOld(copy());
            Database found = open(file(), steps);
            CPPUNIT_ASSERT_EQUAL(peers, claimsIn(found));
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, found.number("SELECT count(*) FROM notes"));
            CPPUNIT_ASSERT(std::filesystem::exists(copy()));
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(cuts), cuts > 20);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationTest);

} // namespace waymark::registry
