#include "base/SystemError.h"

#include <waymark/base/LockFile.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <unistd.h>

namespace waymark
{

namespace fs = std::filesystem;

class LockFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(LockFileTest);
    CPPUNIT_TEST(oneHoldsItAtATime);
    CPPUNIT_TEST(tellsWhoHoldsIt);
    CPPUNIT_TEST(askingCreatesNothing);
    CPPUNIT_TEST(removesWhatItMadeWhenAsked);
    CPPUNIT_TEST(movingKeepsIt);
    CPPUNIT_TEST(aFolderThatIsMissingIsToldOf);
    CPPUNIT_TEST(whatTheSystemSaysIsToldAsOfEveryFile);
    CPPUNIT_TEST(followsNoLink);
    CPPUNIT_TEST(leavesWhatIsNoLockFile);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    const fs::path _file = _folder.path() / "store.lock";

    void oneHoldsItAtATime()
    {
        auto first = LockFile::take(_file);
        CPPUNIT_ASSERT(first.has_value());
        CPPUNIT_ASSERT(fs::status(_file).permissions() == fs::perms(0600));
        const auto second = LockFile::take(_file);
        CPPUNIT_ASSERT(!second);
        CPPUNIT_ASSERT(second.error().code == ErrorCode::conflict);
        CPPUNIT_ASSERT(LockFile::isHeld(_file).value());
        std::optional<LockFile> held(std::move(*first));
        held.reset();
        CPPUNIT_ASSERT(!LockFile::isHeld(_file).value());
        CPPUNIT_ASSERT(LockFile::take(_file).has_value());
        CPPUNIT_ASSERT(fs::exists(_file));
    }

    void tellsWhoHoldsIt()
    {
        const auto lock = LockFile::take(_file);
        const std::string holder = " (process " + std::to_string(::getpid()) + ')';
        CPPUNIT_ASSERT_EQUAL(holder, LockFile::holderOf(_file));
        CPPUNIT_ASSERT_EQUAL(_file.string() + " is locked by another process" + holder,
                             LockFile::take(_file).error().message);
        CPPUNIT_ASSERT_EQUAL(std::string(), LockFile::holderOf(_folder.write("empty.lock", "")));
    }

    void askingCreatesNothing()
    {
        CPPUNIT_ASSERT(!LockFile::isHeld(_file).value());
        CPPUNIT_ASSERT(!LockFile::isHeld(_folder.path() / "none" / "store.lock").value());
        CPPUNIT_ASSERT(fs::is_empty(_folder.path()));
    }

    void removesWhatItMadeWhenAsked()
    {
        CPPUNIT_ASSERT(LockFile::take(_file, LockFile::AtEnd::removeWhatItMade).has_value());
        CPPUNIT_ASSERT(!fs::exists(_file));
        _folder.write("store.lock", "");
        CPPUNIT_ASSERT(LockFile::take(_file, LockFile::AtEnd::removeWhatItMade).has_value());
        CPPUNIT_ASSERT(fs::exists(_file));
    }

    void movingKeepsIt()
    {
        const fs::path other = _folder.path() / "other.lock";
        auto first = LockFile::take(_file);
        auto second = LockFile::take(other);
        *second = std::move(*first);
        CPPUNIT_ASSERT(LockFile::isHeld(_file).value());
        CPPUNIT_ASSERT(!LockFile::isHeld(other).value());
    }

    void aFolderThatIsMissingIsToldOf()
    {
        const auto lock = LockFile::take(_folder.path() / "none" / "store.lock");
        CPPUNIT_ASSERT(!lock);
        CPPUNIT_ASSERT(lock.error().code == ErrorCode::io);
        CPPUNIT_ASSERT(lock.error().message.ends_with("store.lock: there is no folder " +
                                                      (_folder.path() / "none").string()));
    }

    /// Nobody makes files in /proc: the system says that there is none.
    void whatTheSystemSaysIsToldAsOfEveryFile()
    {
        const fs::path file = "/proc/store.lock";
        const auto lock = LockFile::take(file);
        CPPUNIT_ASSERT(!lock);
        const Error shared = systemError(file.string(), "cannot be opened for writing", ENOENT);
        CPPUNIT_ASSERT_EQUAL(shared.message, lock.error().message);
        CPPUNIT_ASSERT(lock.error().code == shared.code);
    }

    void followsNoLink()
    {
        fs::create_symlink(_folder.path() / "elsewhere", _file);
        CPPUNIT_ASSERT(!LockFile::take(_file));
        CPPUNIT_ASSERT(!fs::exists(_folder.path() / "elsewhere"));
    }

    void leavesWhatIsNoLockFile()
    {
        for (const std::string text :
             {"precious", "123 and more", "\n\n", "12\n34\n", "123456789012345678901234567890"}) {
            _folder.write("store.lock", text);
            const auto lock = LockFile::take(_file, LockFile::AtEnd::removeWhatItMade);
            CPPUNIT_ASSERT_MESSAGE(text, !lock && lock.error().code == ErrorCode::corrupt);
            CPPUNIT_ASSERT(lock.error().message.find("is no lock file") != std::string::npos);
            std::ifstream in(_file);
            CPPUNIT_ASSERT_EQUAL(text, std::string(std::istreambuf_iterator<char>(in), {}));
        }
        for (const char* const text : {"", "\n", "123", "123\n"}) {
            _folder.write("store.lock", text);
            CPPUNIT_ASSERT_MESSAGE(text, LockFile::take(_file).has_value());
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LockFileTest);

} // namespace waymark
