#include <waymark/base/AtomicFile.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark
{

class AtomicFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AtomicFileTest);
    CPPUNIT_TEST(replacesTheContentForItsOwnerAlone);
    CPPUNIT_TEST(createsFoldersForTheirOwnerAlone);
    CPPUNIT_TEST(replacesALinkAndLeavesItsTargetAlone);
    CPPUNIT_TEST(touchesNoOtherFile);
    CPPUNIT_TEST(removesWhatAKillLeftLongAgo);
    CPPUNIT_TEST(longNamesArePossible);
    CPPUNIT_TEST(aFolderThatCannotBeMadeIsAnError);
    CPPUNIT_TEST(aFolderInPlaceOfTheFileIsAnErrorAndLeavesNothing);
    CPPUNIT_TEST(contentIsReplacedForWhoMayReadIt);
    CPPUNIT_TEST(contentIsReplacedBehindALink);
    CPPUNIT_TEST(whetherItCouldBeReplacedChangesNothing);
    CPPUNIT_TEST(trustedFilesAreThoseThatNobodyElseCanChange);
    CPPUNIT_TEST(trustedFilesAreRegularFilesOfTheirSize);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    std::filesystem::path _file = _folder.path() / "nodes";
    std::filesystem::path _victim = _folder.path() / "victim";

    static std::string content(const std::filesystem::path& file)
    {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static unsigned mode(const std::filesystem::path& file)
    {
        struct stat status = {};
        CPPUNIT_ASSERT_EQUAL(0, ::lstat(file.c_str(), &status));
        return status.st_mode & 07777U;
    }

    /// What lies beside the file, hidden or not.
    std::size_t others() const
    {
        const auto isOther = [this](const std::filesystem::directory_entry& entry) {
            return entry.path() != _file;
        };
        return static_cast<std::size_t>(
            std::count_if(std::filesystem::directory_iterator(_file.parent_path()),
                          std::filesystem::directory_iterator(), isOther));
    }

    void assertWrites()
    {
        const std::size_t before = std::filesystem::exists(_file.parent_path()) ? others() : 0;
        const auto written = writeFileAtomically(_file, "new content");
        CPPUNIT_ASSERT_MESSAGE(written ? "" : written.error().message, written.has_value());
        CPPUNIT_ASSERT(std::filesystem::is_regular_file(std::filesystem::symlink_status(_file)));
        CPPUNIT_ASSERT_EQUAL(std::string("new content"), content(_file));
        CPPUNIT_ASSERT_EQUAL(0600U, mode(_file));
        CPPUNIT_ASSERT_EQUAL(before, others());
    }

    void replacesTheContentForItsOwnerAlone()
    {
        assertWrites();
        std::filesystem::permissions(_file, std::filesystem::perms(0644));
        assertWrites();
    }

    void createsFoldersForTheirOwnerAlone()
    {
        _file = _folder.path() / "state" / "deep" / "nodes";
        assertWrites();
        CPPUNIT_ASSERT_EQUAL(0700U, mode(_file.parent_path()));
        CPPUNIT_ASSERT_EQUAL(0700U, mode(_file.parent_path().parent_path()));
    }

    void replacesALinkAndLeavesItsTargetAlone()
    {
        std::ofstream(_victim) << "precious";
        std::filesystem::create_symlink(_victim, _file);
        assertWrites();
        CPPUNIT_ASSERT_EQUAL(std::string("precious"), content(_victim));
    }

    void touchesNoOtherFile()
    {
        for (const std::string name :
             {"nodes.new", ".nodes.new", "nodes.new.Abc123", ".nodes.new.Abc12", ".nodes.new.Abc12!",
              ".nodes.new.Abc1234", ".nodes.new.Abc123.txt", ".node.new.Abc123"}) {
            const auto other = _folder.write(name, "precious");
            std::filesystem::last_write_time(other, longAgo());
        }
        const auto recent = _folder.write(".nodes.new.Abc123", "precious");
        const auto folder = _folder.path() / ".nodes.new.Folder";
        std::filesystem::create_directory(folder);
        std::filesystem::last_write_time(folder, longAgo());
        assertWrites();
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, others());
        CPPUNIT_ASSERT_EQUAL(std::string("precious"), content(_folder.path() / "nodes.new"));
        CPPUNIT_ASSERT_EQUAL(std::string("precious"), content(recent));
    }

    static std::filesystem::file_time_type longAgo()
    {
        return std::filesystem::file_time_type::clock::now() - std::chrono::hours(2);
    }

    void removesWhatAKillLeftLongAgo()
    {
        for (const char* const suffix : {"", "-journal", "-wal", "-shm"})
            for (const unsigned mode : {0600U, 0666U, 0000U}) {
                const auto left = _folder.write(".nodes.new.Abc" + std::to_string(100 + mode % 800) + suffix,
                                                "half of some longer content");
                std::filesystem::permissions(left, std::filesystem::perms(mode));
                std::filesystem::last_write_time(left, longAgo());
            }
        CPPUNIT_ASSERT(others() > 4);
        CPPUNIT_ASSERT(writeFileAtomically(_file, "x"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, others());
    }

    void longNamesArePossible()
    {
        _file = _folder.path() / std::string(255, 'n');
        assertWrites();
        const std::filesystem::path pattern = unfinishedPattern(_file);
        CPPUNIT_ASSERT(pattern.filename().string().size() <= 255);
        CPPUNIT_ASSERT_EQUAL(std::string(".nodes.new.XXXXXX"), unfinishedPattern("nodes"));
    }

    void aFolderThatCannotBeMadeIsAnError()
    {
        _file = _folder.write("file", "") / "nodes";
        for (const auto& result : {writeFileAtomically(_file, "x"), checkReplaceable(_file)}) {
            CPPUNIT_ASSERT(!result);
            CPPUNIT_ASSERT_MESSAGE(result.error().message,
                                   result.error().message.find("cannot be created") != std::string::npos);
        }
    }

    void contentIsReplacedForWhoMayReadIt()
    {
        CPPUNIT_ASSERT(replaceContent(_file, "new"));
        CPPUNIT_ASSERT_EQUAL(0600U, mode(_file));
        for (const unsigned given : {0644U, 0640U, 0664U, 0444U}) {
            std::filesystem::permissions(_file, std::filesystem::perms(given));
            CPPUNIT_ASSERT(replaceContent(_file, "new " + std::to_string(given)));
            CPPUNIT_ASSERT_EQUAL(given, mode(_file));
            CPPUNIT_ASSERT_EQUAL("new " + std::to_string(given), content(_file));
        }
        // Only root may give files away.
        if (::geteuid() != 0)
            return;
        CPPUNIT_ASSERT_EQUAL(0, ::chown(_file.c_str(), 12345, 23456));
        CPPUNIT_ASSERT(replaceContent(_file, "newest"));
        struct stat status = {};
        CPPUNIT_ASSERT_EQUAL(0, ::stat(_file.c_str(), &status));
        CPPUNIT_ASSERT(status.st_uid == 12345 && status.st_gid == 23456 && (status.st_mode & 0777U) == 0444);
    }

    void contentIsReplacedBehindALink()
    {
        std::ofstream(_victim) << "old";
        std::filesystem::create_symlink("victim", _file);
        CPPUNIT_ASSERT(replaceContent(_file, "new"));
        CPPUNIT_ASSERT(std::filesystem::is_symlink(_file));
        CPPUNIT_ASSERT_EQUAL(std::string("new"), content(_victim));
        std::filesystem::remove(_victim);
        CPPUNIT_ASSERT(replaceContent(_file, "newer"));
        CPPUNIT_ASSERT(std::filesystem::is_symlink(_file));
        CPPUNIT_ASSERT_EQUAL(std::string("newer"), content(_victim));
    }

    void whetherItCouldBeReplacedChangesNothing()
    {
        const auto deep = _folder.path() / "deep" / "nodes";
        CPPUNIT_ASSERT(checkReplaceable(deep));
        CPPUNIT_ASSERT(std::filesystem::is_empty(deep.parent_path()));
        std::ofstream(_file) << "old";
        CPPUNIT_ASSERT(checkReplaceable(_file));
        CPPUNIT_ASSERT_EQUAL(std::string("old"), content(_file));
    }

    void aFolderInPlaceOfTheFileIsAnErrorAndLeavesNothing()
    {
        std::filesystem::create_directory(_file);
        const auto written = writeFileAtomically(_file, "x");
        CPPUNIT_ASSERT(!written);
        CPPUNIT_ASSERT(written.error().message.starts_with(_file.string() + ": cannot be replaced"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, others());
    }

    void assertNotTrusted(ErrorCode code, const std::string& why, const std::filesystem::path& file) const
    {
        const auto read = readTrustedFile(file, 100);
        CPPUNIT_ASSERT(!read.has_value());
        CPPUNIT_ASSERT_EQUAL(toString(code), toString(read.error().code));
        CPPUNIT_ASSERT_MESSAGE(read.error().message, read.error().message.starts_with(file.string() + ": "));
        CPPUNIT_ASSERT_MESSAGE(read.error().message, read.error().message.find(why) != std::string::npos);
    }

    void trustedFilesAreThoseThatNobodyElseCanChange()
    {
        std::ofstream(_file) << "content";
        for (const unsigned mode : {0600U, 0640U, 0644U, 0444U}) {
            std::filesystem::permissions(_file, std::filesystem::perms(mode));
            CPPUNIT_ASSERT_EQUAL(std::string("content"), readTrustedFile(_file, 100).value());
        }
        for (const unsigned mode : {0620U, 0602U, 0666U}) {
            std::filesystem::permissions(_file, std::filesystem::perms(mode));
            assertNotTrusted(ErrorCode::permission, "chmod go-w " + _file.string(), _file);
        }
    }

    void trustedFilesAreRegularFilesOfTheirSize()
    {
        assertNotTrusted(ErrorCode::notFound, "no such file", _file);
        assertNotTrusted(ErrorCode::permission, "no regular file", _folder.path());
        CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(_file.c_str(), 0600));
        assertNotTrusted(ErrorCode::permission, "no regular file", _file);
        std::filesystem::remove(_file);
        std::ofstream(_file) << std::string(101, 'x');
        std::filesystem::permissions(_file, std::filesystem::perms(0600));
        assertNotTrusted(ErrorCode::tooLarge, "larger than 100 bytes", _file);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AtomicFileTest);

} // namespace waymark
