#include "RepairFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <random>

namespace waymark::registry
{

using contract::apply;
using contract::drop;
using contract::put;
using contract::testId;
using contract::testPeerWithEnr;

/// `waymark registry repair` on files that are really damaged.
class RepairTest : public RepairFixture
{
    CPPUNIT_TEST_SUITE(RepairTest);
    CPPUNIT_TEST(aHealthyFileStaysAsItIs);
    CPPUNIT_TEST(losesOnlyTheRowsOfADamagedPage);
    CPPUNIT_TEST(tellsWhatTheIndexOfAnOlderFileStillNames);
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
    CPPUNIT_TEST_SUITE_END();

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
        says("lost:  perhaps some registrations: 1 page holds nothing that can be read\n");
    }

    void tellsWhatTheIndexOfAnOlderFileStillNames()
    {
        fill();
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, ask(backToSchema2 + " PRAGMA user_version"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, ask("VACUUM; PRAGMA freelist_count"));
        const auto leaves = pagesOfType('\x0d');
        zeroPage(leaves[leaves.size() / 2]);
        repairs("kept:  the damaged file as ");
        const std::size_t survived = survivors();
        CPPUNIT_ASSERT_MESSAGE(std::to_string(survived), survived > peers - 60 && survived < peers);
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
            const int code = repair({_file.string()});
            CPPUNIT_ASSERT_EQUAL_MESSAGE("seed " + std::to_string(seed) + ": " + _output, 0, code);
            repaired += _output.find("kept:") != std::string::npos ? 1 : 0;
            const std::size_t found = registryOf(start()).size();
            CPPUNIT_ASSERT_MESSAGE(std::to_string(found), found > peers / 2);
            CPPUNIT_ASSERT_EQUAL(0, repair({_file.string()}));
            says("is healthy");
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(repaired), repaired >= 20);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RepairTest);

} // namespace waymark::registry
