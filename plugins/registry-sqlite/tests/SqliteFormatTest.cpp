#include "SqliteFormat.h"

#include "Schema.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace waymark::registry
{

namespace fs = std::filesystem;

namespace
{

class Collected final : public StoreSink
{
public:
    Result<void> begin(const StoreHead& given) override
    {
        head = given;
        return {};
    }
    Result<void> take(std::vector<StoredRow> batch) override
    {
        for (StoredRow& row : batch)
            rows.push_back(std::move(row));
        return {};
    }
    Result<void> end() override
    {
        isWhole = true;
        return {};
    }

    StoreHead head;
    std::vector<StoredRow> rows;
    bool isWhole = false;
};

} // namespace

/// Databases read and made without a daemon.
class SqliteFormatTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SqliteFormatTest);
    CPPUNIT_TEST(numbersOfClaimsAreKept);
    CPPUNIT_TEST(claimsThatShareANumberAreRefused);
    CPPUNIT_TEST(everyOlderSchemaIsRead);
    CPPUNIT_TEST(aLaterSchemaIsRefused);
    CPPUNIT_TEST(strangeNamesAreNames);
    CPPUNIT_TEST(anUnfinishedChangeIsNotRead);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    const SqliteFormat _format;

    fs::path path(const std::string& name) const { return _folder.path() / name; }

    static StoredRow claim(std::uint64_t peer, std::uint64_t number)
    {
        return ClaimRow{
            "api", std::make_shared<const Peer>(contract::testPeer(peer)), std::nullopt, {}, number};
    }

    Result<void> make(const fs::path& file, std::vector<StoredRow> rows) const
    {
        const auto sink = _format.create(file).value();
        return sink->begin({{7, 17}, std::nullopt})
            .and_then([&] { return sink->take(std::move(rows)); })
            .and_then([&] { return sink->end(); });
    }

    Collected read(const fs::path& file) const
    {
        Collected collected;
        const auto done = _format.read(file, collected);
        CPPUNIT_ASSERT_MESSAGE(done ? "" : done.error().message, done.has_value());
        CPPUNIT_ASSERT(collected.isWhole);
        return collected;
    }

    static void execute(const fs::path& file, const std::vector<std::string>& statements)
    {
        sqlite3* connection = nullptr;
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, ::sqlite3_open(file.c_str(), &connection));
        for (const std::string& statement : statements)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(
                statement, SQLITE_OK,
                ::sqlite3_exec(connection, statement.c_str(), nullptr, nullptr, nullptr));
        ::sqlite3_close(connection);
    }

    void numbersOfClaimsAreKept()
    {
        CPPUNIT_ASSERT(make(path("r.db"), {claim(1, 40), claim(2, 7), claim(3, 0)}));
        const auto found = read(path("r.db"));
        CPPUNIT_ASSERT((found.head.revision == Revision{7, 17}));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, found.head.rows.value());
        std::vector<std::uint64_t> numbers;
        for (const StoredRow& row : found.rows)
            numbers.push_back(std::get<ClaimRow>(row).number);
        CPPUNIT_ASSERT((numbers == std::vector<std::uint64_t>{7, 40, 41}));
    }

    void claimsThatShareANumberAreRefused()
    {
        const auto made = make(path("r.db"), {claim(1, 5), claim(2, 5)});
        CPPUNIT_ASSERT(!made);
        CPPUNIT_ASSERT(made.error().code == ErrorCode::corrupt);
    }

    void everyOlderSchemaIsRead()
    {
        std::vector<std::string> statements;
        for (const Migration* const migration : migrations()) {
            for (const char* const statement : migration->statements)
                statements.emplace_back(statement);
            const std::string version = std::to_string(migration->version);
            const fs::path file = path("v" + version + ".db");
            auto all = statements;
            all.push_back("PRAGMA application_id = " + std::to_string(applicationId));
            all.push_back("PRAGMA user_version = " + version);
            all.emplace_back("INSERT INTO registry VALUES (1, 7, 17)");
            all.emplace_back("INSERT INTO claims (scheme, peer, origin, addresses) "
                             "VALUES (3, CAST('host' AS BLOB), 'api', 'udp/10.0.0.1/1')");
            all.emplace_back("INSERT INTO tombstones (scheme, peer, origin, enr_seq, removal) "
                             "VALUES (3, CAST('gone' AS BLOB), 'api', 4, 1)");
            execute(file, all);
            const auto found = read(file);
            CPPUNIT_ASSERT_EQUAL(std::size_t{2}, found.rows.size());
            CPPUNIT_ASSERT_EQUAL(std::string("addr:host"),
                                 std::get<ClaimRow>(found.rows.front()).peer->id.toString());
            // Those that were never dated are dated once, as a migration does.
            const bool isOld = migration->version < migrations().back()->version;
            CPPUNIT_ASSERT_EQUAL(isOld, std::get<TombstoneRow>(found.rows.back()).buried != WallTime());
        }
    }

    void aLaterSchemaIsRefused()
    {
        CPPUNIT_ASSERT(make(path("r.db"), {}));
        execute(path("r.db"), {"PRAGMA user_version = 99"});
        Collected collected;
        const auto done = _format.read(path("r.db"), collected);
        CPPUNIT_ASSERT(done.error().code == ErrorCode::conflict);
        CPPUNIT_ASSERT(done.error().message.find("newer Waymark (schema 99") != std::string::npos);
    }

    void strangeNamesAreNames()
    {
        const fs::path file = path("a?b#c%41 d.db");
        CPPUNIT_ASSERT(make(file, {claim(1, 1)}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read(file).rows.size());
    }

    void anUnfinishedChangeIsNotRead()
    {
        CPPUNIT_ASSERT(make(path("r.db"), {}));
        _folder.write("r.db-journal", "something");
        Collected collected;
        const auto done = _format.read(path("r.db"), collected);
        CPPUNIT_ASSERT(!done);
        CPPUNIT_ASSERT(done.error().message.find("in the midst of a change") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteFormatTest);

} // namespace waymark::registry
