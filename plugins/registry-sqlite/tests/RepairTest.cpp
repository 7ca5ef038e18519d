#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <sqlite3.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::registry
{

using contract::apply;
using contract::drop;
using contract::PluginRun;
using contract::put;
using contract::testId;
using contract::testPeer;
using contract::testPeerWithEnr;

/// `waymark registry repair` on files that are really damaged.
class RepairTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RepairTest);
    CPPUNIT_TEST(aHealthyFileStaysAsItIs);
    CPPUNIT_TEST(losesOnlyTheRowsOfADamagedPage);
    CPPUNIT_TEST(losesNothingWithAnInnerPage);
    CPPUNIT_TEST(losesNothingWithTheFirstPage);
    CPPUNIT_TEST(savesTheRestOfATruncatedFile);
    CPPUNIT_TEST(losesOnlyTheRowThatNobodyWrote);
    CPPUNIT_TEST(savesWhatOnlyTheLogHas);
    CPPUNIT_TEST(savesWhatOnlyTheLogHasWithoutAFirstPage);
    CPPUNIT_TEST(savesTheLogOfAnEmptiedFile);
    CPPUNIT_TEST(whatWasRemovedStaysRemoved);
    CPPUNIT_TEST(remembersSeqsOfRemovedPeers);
    CPPUNIT_TEST(startsAfterDamageOfAnyKind);
    CPPUNIT_TEST(aDryRunChangesNothing);
    CPPUNIT_TEST(changesNothingWhenNothingCanBeSaved);
    CPPUNIT_TEST(saysOfAnEmptyFileThatItIsEmpty);
    CPPUNIT_TEST(saysOfATinyFileThatItIsTooShort);
    CPPUNIT_TEST(leavesNoLockThatItMade);
    CPPUNIT_TEST(keepsTheOwner);
    CPPUNIT_TEST(waitsForTheDaemonToEnd);
    CPPUNIT_TEST(refusesWhatIsNoDamage);
    CPPUNIT_TEST(findsTheFileOfAConfiguration);
    CPPUNIT_TEST(wrongArgumentsEndWith64);
    CPPUNIT_TEST(theErrorAtTheStartNamesIt);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::uint64_t peers = 1'500;
    static constexpr std::size_t pageSize = 4'096;

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::filesystem::path _file;
    std::string _output;

public:
    void setUp() override
    {
        _folder = std::make_unique<testkit::TemporaryFolder>();
        _file = _folder->path() / "registry.db";
    }

private:
    std::unique_ptr<PluginRun> start() const
    {
        auto run = std::make_unique<PluginRun>(makeSqlitePlugin(), PluginRun::Values{{"busy-timeout", "0ms"}},
                                               _folder->path());
        run->start();
        return run;
    }
    static PeerRegistry& registryOf(const std::unique_ptr<PluginRun>& run)
    {
        return *run->service<PeerRegistry>();
    }
    static void registerPeers(PeerRegistry& registry, std::uint64_t from, std::uint64_t to)
    {
        ChangeBatch batch;
        for (; from < to; ++from)
            batch.push_back(put(testPeer(from)));
        CPPUNIT_ASSERT(apply(registry, batch).has_value());
    }
    void fill() const { registerPeers(registryOf(start()), 0, peers); }

    int repair(std::vector<std::string> words)
    {
        std::istringstream in;
        std::ostringstream out;
        const int code = makeSqlitePlugin()->command("repair")->run({std::move(words), in, out, out, false});
        _output = out.str();
        return code;
    }
    void repairs(const std::string& words)
    {
        const int code = repair({"--file", _file.string()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_output, 0, code);
        says(words);
    }
    void says(const std::string& words) const
    {
        CPPUNIT_ASSERT_MESSAGE("'" + words + "' is missing in: " + _output,
                               _output.find(words) != std::string::npos);
    }

    static std::string contentOf(const std::filesystem::path& file)
    {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void overwrite(std::size_t at, const std::string& bytes) const
    {
        std::fstream file(_file, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(at));
        file << bytes;
        CPPUNIT_ASSERT(file.good());
    }
    void zeroPage(std::size_t page) const { overwrite((page - 1) * pageSize, std::string(pageSize, '\0')); }

    std::int64_t ask(const std::string& sql) const
    {
        sqlite3* connection = nullptr;
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, ::sqlite3_open(_file.c_str(), &connection));
        std::int64_t answer = 0;
        ::sqlite3_exec(
            connection, sql.c_str(),
            [](void* into, int, char** values, char**) {
                *static_cast<std::int64_t*>(into) = std::atoll(values[0]);
                return 0;
            },
            &answer, nullptr);
        ::sqlite3_close(connection);
        return answer;
    }
    /// Pages of a type, the first page apart.
    std::vector<std::size_t> pagesOfType(char type) const
    {
        const std::string content = contentOf(_file);
        std::vector<std::size_t> found;
        for (std::size_t at = pageSize; at < content.size(); at += pageSize) {
            if (content[at] == type)
                found.push_back(at / pageSize + 1);
        }
        return found;
    }
    std::filesystem::path kept() const
    {
        for (const auto& entry : std::filesystem::directory_iterator(_folder->path())) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with("registry.db.damaged-") && !name.ends_with("-wal"))
                return entry.path();
        }
        CPPUNIT_FAIL("the damaged file was not kept");
        return {};
    }
    std::set<std::string> names() const
    {
        std::set<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(_folder->path()))
            found.insert(entry.path().filename().string());
        return found;
    }
    /// How many of those that were registered the registry has now, each as it was, and no others.
    std::size_t survivors() const
    {
        const auto run = start();
        std::size_t found = 0;
        for (std::uint64_t i = 0; i < peers; ++i) {
            const auto peer = registryOf(run).find(testId(i));
            CPPUNIT_ASSERT(!peer || *peer == testPeer(i));
            found += peer ? 1 : 0;
        }
        CPPUNIT_ASSERT_EQUAL(found, registryOf(run).size());
        return found;
    }

    void aHealthyFileStaysAsItIs()
    {
        fill();
        const std::string before = contentOf(_file);
        const auto filesBefore = names();
        repairs("is healthy (1500 registrations, 0 remembered removals); nothing was changed");
        CPPUNIT_ASSERT(contentOf(_file) == before);
        CPPUNIT_ASSERT(names() == filesBefore);
    }

    void losesOnlyTheRowsOfADamagedPage()
    {
        fill();
        const auto leaves = pagesOfType('\x0d');
        CPPUNIT_ASSERT(leaves.size() > 10);
        zeroPage(leaves[leaves.size() / 2]);
        const std::string damaged = contentOf(_file);
        repairs("kept:  the damaged file as " + _file.string() + ".damaged-");
        CPPUNIT_ASSERT(contentOf(kept()) == damaged);
        const std::size_t survived = survivors();
        CPPUNIT_ASSERT_MESSAGE(std::to_string(survived), survived > peers - 60 && survived < peers);
        says("saved: " + std::to_string(survived) + " registrations");
        const std::string before = "lost:  at least ";
        const auto at = _output.find(before);
        CPPUNIT_ASSERT_MESSAGE(_output, at != std::string::npos);
        // Some keys lie in inner pages of the index.
        const std::size_t named = std::stoul(_output.substr(at + before.size()));
        CPPUNIT_ASSERT_MESSAGE(_output, named <= peers - survived && named * 2 > peers - survived);
    }

    void losesNothingWithAnInnerPage()
    {
        fill();
        const auto inner = pagesOfType('\x05');
        CPPUNIT_ASSERT(!inner.empty());
        for (const std::size_t page : inner)
            zeroPage(page);
        repairs("saved: 1500 registrations");
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, survivors());
    }

    void losesNothingWithTheFirstPage()
    {
        fill();
        zeroPage(1);
        repairs("saved: 1500 registrations");
        says("the list of free pages is damaged");
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, survivors());
    }

    void savesTheRestOfATruncatedFile()
    {
        fill();
        const auto missing = static_cast<std::size_t>(
            ask("PRAGMA page_count") -
            static_cast<std::int64_t>((std::filesystem::file_size(_file) * 2 / 3 + 100 + pageSize - 1) /
                                      pageSize));
        std::filesystem::resize_file(_file, std::filesystem::file_size(_file) * 2 / 3 + 100);
        repairs("is truncated");
        says(": " + std::to_string(missing) + " pages are missing at the end of the file");
        says("lost:  at least ");
        const std::size_t survived = survivors();
        CPPUNIT_ASSERT_MESSAGE(std::to_string(survived), survived > peers / 2 && survived < peers);
    }

    void losesOnlyTheRowThatNobodyWrote()
    {
        fill();
        ask("UPDATE claims SET addresses = 'nowhere' WHERE rowid = 7");
        repairs("lost:  at least 1 registration or removal\n");
        says("1 row was left out that holds what no registry wrote");
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers - 1}, survivors());
    }

    /// The files of a daemon that was killed with all of its changes in the log.
    void copyUnderWay(std::uint64_t inDatabase)
    {
        const auto running = _file;
        registerPeers(registryOf(start()), 0, inDatabase);
        const auto run = start();
        registerPeers(registryOf(run), inDatabase, peers);
        const auto copy = std::make_unique<testkit::TemporaryFolder>();
        const std::string database = contentOf(running);
        const std::string log = contentOf(running.string() + "-wal");
        CPPUNIT_ASSERT(!log.empty());
        run->stop();
        for (const auto& entry : std::filesystem::directory_iterator(_folder->path()))
            std::filesystem::remove(entry.path());
        std::ofstream(_file, std::ios::binary) << database;
        std::ofstream(_file.string() + "-wal", std::ios::binary) << log;
    }

    void savesWhatOnlyTheLogHas()
    {
        copyUnderWay(700);
        const auto leaves = pagesOfType('\x0d');
        zeroPage(leaves[leaves.size() / 3]);
        const std::string log = contentOf(_file.string() + "-wal");
        repairs("saved: ");
        CPPUNIT_ASSERT(contentOf(kept().string() + "-wal") == log);
        CPPUNIT_ASSERT(!std::filesystem::exists(_file.string() + "-wal"));
        const std::size_t survived = survivors();
        CPPUNIT_ASSERT_MESSAGE(std::to_string(survived), survived > peers - 60 && survived < peers);
    }

    void savesWhatOnlyTheLogHasWithoutAFirstPage()
    {
        copyUnderWay(700);
        zeroPage(1);
        repairs("saved: 1500 registrations");
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, survivors());
    }

    /// SQLite takes an empty file for a new one and removes the log beside it.
    void savesTheLogOfAnEmptiedFile()
    {
        copyUnderWay(1);
        std::filesystem::resize_file(_file, 0);
        CPPUNIT_ASSERT_THROW(start(), plugin::StartError);
        CPPUNIT_ASSERT(std::filesystem::file_size(_file.string() + "-wal") > 0);
        repairs("saved: 1500 registrations");
        CPPUNIT_ASSERT_EQUAL(std::size_t{peers}, survivors());
    }

    void whatWasRemovedStaysRemoved()
    {
        fill();
        {
            const auto run = start();
            ChangeBatch batch;
            for (std::uint64_t i = 0; i < peers; ++i) {
                if (i % 100 != 0)
                    batch.push_back(drop(i));
            }
            CPPUNIT_ASSERT(apply(registryOf(run), batch).has_value());
        }
        CPPUNIT_ASSERT(ask("PRAGMA freelist_count") > 10);
        ask("UPDATE claims SET addresses = 'nowhere' WHERE rowid = (SELECT max(rowid) FROM claims)");
        repairs("saved: 14 registrations");
        CPPUNIT_ASSERT_EQUAL(std::size_t{14}, survivors());
    }

    void remembersSeqsOfRemovedPeers()
    {
        {
            const auto run = start();
            registerPeers(registryOf(run), 10, 60);
            CPPUNIT_ASSERT(
                apply(registryOf(run), {put(testPeerWithEnr(1, 5)), drop(1), put(testPeerWithEnr(2, 7))})
                    .has_value());
        }
        zeroPage(1);
        repairs("saved: 51 registrations, 1 remembered removal");
        const auto run = start();
        CPPUNIT_ASSERT(contract::outcomeOf(registryOf(run), put(testPeerWithEnr(1, 4))) == Outcome::stale);
        CPPUNIT_ASSERT(registryOf(run).find(testId(2)) == testPeerWithEnr(2, 7));
    }

    void startsAfterDamageOfAnyKind()
    {
        fill();
        const std::string whole = contentOf(_file);
        int repaired = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            std::mt19937_64 random(seed);
            std::string damaged = whole;
            for (std::uint64_t wounds = 1 + random() % 20; wounds > 0; --wounds) {
                const std::size_t at = random() % damaged.size();
                const std::size_t size = std::min<std::size_t>(1 + random() % 300, damaged.size() - at);
                for (std::size_t i = at; i < at + size; ++i)
                    damaged[i] = static_cast<char>(random());
            }
            std::ofstream(_file, std::ios::binary | std::ios::trunc) << damaged;
            const int code = repair({"--file", _file.string()});
            CPPUNIT_ASSERT_EQUAL_MESSAGE("seed " + std::to_string(seed) + ": " + _output, 0, code);
            repaired += _output.find("kept:") != std::string::npos ? 1 : 0;
            const std::size_t found = registryOf(start()).size();
            CPPUNIT_ASSERT_MESSAGE(std::to_string(found), found > peers / 2);
            CPPUNIT_ASSERT_EQUAL(0, repair({"--file", _file.string()}));
            says("is healthy");
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(repaired), repaired >= 20);
    }

    void aDryRunChangesNothing()
    {
        fill();
        zeroPage(pagesOfType('\x0d').at(3));
        const std::string before = contentOf(_file);
        const auto filesBefore = names();
        CPPUNIT_ASSERT_EQUAL(65, repair({"--dry-run", "--file", _file.string()}));
        says("saved: ");
        says("nothing was changed (--dry-run)");
        CPPUNIT_ASSERT(contentOf(_file) == before);
        CPPUNIT_ASSERT(names() == filesBefore);
    }

    void changesNothingWhenNothingCanBeSaved()
    {
        std::ofstream(_file) << std::string(20'000, 'x');
        CPPUNIT_ASSERT_EQUAL(65, repair({"--file", _file.string()}));
        says("nothing can be saved; nothing was changed");
        CPPUNIT_ASSERT_EQUAL(std::string(20'000, 'x'), contentOf(_file));
    }

    void saysOfAnEmptyFileThatItIsEmpty()
    {
        std::ofstream(_file).close();
        CPPUNIT_ASSERT_EQUAL(65, repair({"--file", _file.string()}));
        says("is empty (0 bytes)");
        CPPUNIT_ASSERT_EQUAL(std::string(), contentOf(_file));
    }

    void saysOfATinyFileThatItIsTooShort()
    {
        fill();
        const std::string whole = contentOf(_file);
        for (const std::size_t size : {1, 16, 99}) {
            std::ofstream(_file, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(_output, 65, repair({"--file", _file.string()}));
            says("is too short for a database (" + std::to_string(size) + " bytes)");
            says("nothing can be saved; nothing was changed");
        }
    }

    void leavesNoLockThatItMade()
    {
        fill();
        const auto lock = _file.string() + ".lock";
        CPPUNIT_ASSERT(std::filesystem::remove(lock));
        repairs("is healthy");
        CPPUNIT_ASSERT(!std::filesystem::exists(lock));
        std::ofstream(lock).close();
        repairs("is healthy");
        CPPUNIT_ASSERT(std::filesystem::exists(lock));
    }

    /// Who repairs is often root, and the daemon is not.
    void keepsTheOwner()
    {
        if (::geteuid() != 0)
            return;
        fill();
        constexpr uid_t daemon = 4711;
        CPPUNIT_ASSERT_EQUAL(0, ::chown(_file.c_str(), daemon, daemon));
        zeroPage(pagesOfType('\x0d').at(3));
        repairs("kept:");
        struct stat status = {};
        CPPUNIT_ASSERT_EQUAL(0, ::stat(_file.c_str(), &status));
        CPPUNIT_ASSERT_EQUAL(daemon, status.st_uid);
        CPPUNIT_ASSERT_EQUAL(0600U, status.st_mode & 0777U);
    }

    void waitsForTheDaemonToEnd()
    {
        const auto run = start();
        CPPUNIT_ASSERT_EQUAL(75, repair({"--file", _file.string()}));
        says("is locked by another daemon");
        says(": stop the daemon first\n");
    }

    void refusesWhatIsNoDamage()
    {
        CPPUNIT_ASSERT_EQUAL(78, repair({"--file", (_folder->path() / "missing.db").string()}));
        says("missing.db cannot be read");
        fill();
        ask("PRAGMA user_version = 4711");
        CPPUNIT_ASSERT_EQUAL(78, repair({"--file", _file.string()}));
        says("written by a newer Waymark");
        says(_file.string() + " was");
    }

    void findsTheFileOfAConfiguration()
    {
        fill();
        const auto config =
            _folder->write("waymark.properties", "waymark.plugins = peers:registry-sqlite\n"
                                                 "waymark.state-dir = " +
                                                     _folder->path().string() + "\npeers.queue = 7\n");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_output, 0, repair({"--config", config.string()}));
        says("is healthy (1500 registrations");
        const auto wrong = _folder->write(
            "wrong.properties", "waymark.plugins = registry-sqlite\nregistry-sqlite.queue = many\n");
        CPPUNIT_ASSERT_EQUAL(78, repair({"--config", wrong.string()}));
        says("wrong.properties:2: registry-sqlite.queue");
        CPPUNIT_ASSERT_EQUAL(78, repair({"--config", "/nonexistent"}));
    }

    void wrongArgumentsEndWith64()
    {
        for (const auto& words : std::vector<std::vector<std::string>>{
                 {}, {"--file"}, {"--file", "a", "--config", "b"}, {"a"}, {"--force"}}) {
            CPPUNIT_ASSERT_EQUAL(64, repair(words));
            says("--help");
        }
        CPPUNIT_ASSERT_EQUAL(0, repair({"--help"}));
        says("usage: waymark registry repair");
        says("78  it cannot be repaired");
    }

    void theErrorAtTheStartNamesIt()
    {
        fill();
        zeroPage(pagesOfType('\x0d').at(3));
        try {
            start();
        } catch (const plugin::StartError& error) {
            _output = error.what();
            says("`waymark registry repair --file " + _file.string() + '`');
            return;
        }
        CPPUNIT_FAIL("it started");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RepairTest);

} // namespace waymark::registry
