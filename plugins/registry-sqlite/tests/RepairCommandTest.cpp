#include "RepairFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sys/stat.h>
#include <unistd.h>

namespace waymark::registry
{

/// `waymark registry repair` as a command: what it says, what it leaves alone, how it ends.
class RepairCommandTest : public RepairFixture
{
    CPPUNIT_TEST_SUITE(RepairCommandTest);
    CPPUNIT_TEST(aDryRunChangesNothing);
    CPPUNIT_TEST(tellsProgramsInJson);
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

    void aDryRunChangesNothing()
    {
        fill();
        zeroPage(pagesOfType('\x0d').at(3));
        const std::string before = contentOf(_file);
        const auto filesBefore = names();
        CPPUNIT_ASSERT_EQUAL(65, repair({"--dry-run", _file.string()}));
        says("saved: ");
        says("nothing was changed (--dry-run)");
        CPPUNIT_ASSERT(contentOf(_file) == before);
        CPPUNIT_ASSERT(names() == filesBefore);
    }

    void tellsProgramsInJson()
    {
        fill();
        zeroPage(pagesOfType('\x0d').at(3));
        CPPUNIT_ASSERT_EQUAL(65, repair({"--json", "--dry-run", _file.string()}));
        says(R"("healthy":false,"damage":")");
        says(R"("lost_pages":1,"missing_pages":0,"removed_may_be_back":false,"kept":null})");
        CPPUNIT_ASSERT_EQUAL(0, repair({"--json", _file.string()}));
        says(R"("kept":")" + _file.string() + ".damaged-");
        CPPUNIT_ASSERT_EQUAL(0, repair({"--json", _file.string()}));
        says(R"("healthy":true,"damage":null)");
    }

    void changesNothingWhenNothingCanBeSaved()
    {
        std::ofstream(_file) << std::string(20'000, 'x');
        CPPUNIT_ASSERT_EQUAL(65, repair({_file.string()}));
        says("nothing can be saved; nothing was changed");
        CPPUNIT_ASSERT_EQUAL(std::string(20'000, 'x'), contentOf(_file));
    }

    void saysOfAnEmptyFileThatItIsEmpty()
    {
        std::ofstream(_file).close();
        CPPUNIT_ASSERT_EQUAL(65, repair({_file.string()}));
        says("is empty (0 bytes)");
        CPPUNIT_ASSERT_EQUAL(std::string(), contentOf(_file));
    }

    void saysOfATinyFileThatItIsTooShort()
    {
        fill();
        const std::string whole = contentOf(_file);
        for (const std::size_t size : {1, 16, 99}) {
            std::ofstream(_file, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(_output, 65, repair({_file.string()}));
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
        CPPUNIT_ASSERT_EQUAL(75, repair({_file.string()}));
        says("is locked by another daemon");
        says(": stop the daemon first\n");
    }

    void refusesWhatIsNoDamage()
    {
        CPPUNIT_ASSERT_EQUAL(78, repair({(_folder->path() / "missing.db").string()}));
        says("missing.db cannot be read");
        fill();
        ask("PRAGMA user_version = 4711");
        CPPUNIT_ASSERT_EQUAL(78, repair({_file.string()}));
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
                 {}, {"--config"}, {"a", "--config", "b"}, {"a", "b"}, {"--force"}}) {
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
            says("`waymark registry repair " + _file.string() + '`');
            return;
        }
        CPPUNIT_FAIL("it started");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RepairCommandTest);

} // namespace waymark::registry
