#include <waymark/base/AtomicFile.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace waymark
{

class AtomicFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AtomicFileTest);
    CPPUNIT_TEST(replacesTheContentForItsOwnerAlone);
    CPPUNIT_TEST(createsFoldersForTheirOwnerAlone);
    CPPUNIT_TEST(removesAPlantedSymbolicLinkAndLeavesItsTargetAlone);
    CPPUNIT_TEST(removesADanglingSymbolicLinkAndCreatesNothingThere);
    CPPUNIT_TEST(removesAPlantedHardLinkAndLeavesItsTargetAlone);
    CPPUNIT_TEST(removesWhatACrashLeftInAnyMode);
    CPPUNIT_TEST(aFolderInPlaceOfTheNewFileIsAnError);
    CPPUNIT_TEST(aFolderInPlaceOfTheFileIsAnErrorAndLeavesNothing);
    CPPUNIT_TEST(trustedFilesAreThoseThatNobodyElseCanChange);
    CPPUNIT_TEST(trustedFilesAreRegularFilesOfTheirSize);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    std::filesystem::path _file = _folder.path() / "nodes";
    std::filesystem::path _new = _folder.path() / "nodes.new";
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

    void assertWrites()
    {
        const auto written = writeFileAtomically(_file, "new content");
        CPPUNIT_ASSERT_MESSAGE(written ? "" : written.error().message, written.has_value());
        CPPUNIT_ASSERT(std::filesystem::is_regular_file(std::filesystem::symlink_status(_file)));
        CPPUNIT_ASSERT_EQUAL(std::string("new content"), content(_file));
        CPPUNIT_ASSERT_EQUAL(0600U, mode(_file));
        CPPUNIT_ASSERT(!std::filesystem::exists(std::filesystem::symlink_status(_new)));
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

    void removesAPlantedSymbolicLinkAndLeavesItsTargetAlone()
    {
        std::ofstream(_victim) << "precious";
        std::filesystem::create_symlink(_victim, _new);
        assertWrites();
        CPPUNIT_ASSERT_EQUAL(std::string("precious"), content(_victim));
    }

    void removesADanglingSymbolicLinkAndCreatesNothingThere()
    {
        std::filesystem::create_symlink(_victim, _new);
        assertWrites();
        CPPUNIT_ASSERT(!std::filesystem::exists(_victim));
    }

    void removesAPlantedHardLinkAndLeavesItsTargetAlone()
    {
        std::ofstream(_victim) << "precious";
        std::filesystem::create_hard_link(_victim, _new);
        assertWrites();
        CPPUNIT_ASSERT_EQUAL(std::string("precious"), content(_victim));
    }

    void removesWhatACrashLeftInAnyMode()
    {
        for (const unsigned left : {0666U, 0000U, 0444U}) {
            std::ofstream(_new) << "half of some longer content";
            std::filesystem::permissions(_new, std::filesystem::perms(left));
            assertWrites();
        }
    }

    void aFolderInPlaceOfTheNewFileIsAnError()
    {
        std::filesystem::create_directory(_new);
        const auto written = writeFileAtomically(_file, "x");
        CPPUNIT_ASSERT(!written);
        CPPUNIT_ASSERT(written.error().message.starts_with(_new.string() + ": cannot be created"));
        CPPUNIT_ASSERT(!std::filesystem::exists(_file));
    }

    void aFolderInPlaceOfTheFileIsAnErrorAndLeavesNothing()
    {
        std::filesystem::create_directory(_file);
        const auto written = writeFileAtomically(_file, "x");
        CPPUNIT_ASSERT(!written);
        CPPUNIT_ASSERT(written.error().message.starts_with(_file.string() + ": cannot be replaced"));
        CPPUNIT_ASSERT(!std::filesystem::exists(_new));
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
