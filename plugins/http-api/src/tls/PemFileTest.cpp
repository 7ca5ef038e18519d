#include "tls/PemFile.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <sys/stat.h>

namespace waymark::httpapi
{

/// Whose files are read, and what is said about those that are not.
class PemFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PemFileTest);
    CPPUNIT_TEST(readsWhatIsThere);
    CPPUNIT_TEST(secretsAreClosedToOthers);
    CPPUNIT_TEST(nobodyElseMayWrite);
    CPPUNIT_TEST(onlyFilesAreRead);
    CPPUNIT_TEST(tooLargeFilesAreRefused);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;

    std::filesystem::path file(mode_t mode, const std::string& content = "pem") const
    {
        auto path = _folder.write("file", content);
        CPPUNIT_ASSERT_EQUAL(0, ::chmod(path.c_str(), mode));
        return path;
    }

    static std::string refusal(const std::filesystem::path& file, FileTrust trust, ErrorCode code)
    {
        const auto read = readPemFile(file, trust, systemFiles());
        CPPUNIT_ASSERT(!read.has_value());
        CPPUNIT_ASSERT_EQUAL(toString(code), toString(read.error().code));
        CPPUNIT_ASSERT(read.error().message.find(file.string()) != std::string::npos);
        return read.error().message;
    }

    void readsWhatIsThere()
    {
        const std::string content(50'000, 'x');
        CPPUNIT_ASSERT(readPemFile(file(0644, content), FileTrust::notWritable, systemFiles())->view() ==
                       content);
        CPPUNIT_ASSERT(readPemFile(file(0600), FileTrust::secret, systemFiles())->view() == "pem");
        CPPUNIT_ASSERT(readPemFile(file(0400), FileTrust::secret, systemFiles())->view() == "pem");
    }

    void secretsAreClosedToOthers()
    {
        for (const mode_t mode : {0604U, 0601U})
            CPPUNIT_ASSERT(refusal(file(mode), FileTrust::secret, ErrorCode::permission).find("chmod 600") !=
                           std::string::npos);
        // Root's may be its group's; another's may not.
        const bool root = ::geteuid() == 0;
        CPPUNIT_ASSERT_EQUAL(root, readPemFile(file(0640), FileTrust::secret, systemFiles()).has_value());
        if (root) {
            const auto other = file(0640);
            CPPUNIT_ASSERT_EQUAL(0, ::chown(other.c_str(), 1, 1));
            CPPUNIT_ASSERT(
                refusal(other, FileTrust::secret, ErrorCode::permission).find("belongs to user 1") !=
                std::string::npos);
        }
    }

    void nobodyElseMayWrite()
    {
        for (const FileTrust trust : {FileTrust::notWritable, FileTrust::secret})
            for (const mode_t mode : {0620U, 0602U})
                CPPUNIT_ASSERT(refusal(file(mode), trust, ErrorCode::permission).find("chmod go-w") !=
                               std::string::npos);
    }

    void onlyFilesAreRead()
    {
        refusal(_folder.path(), FileTrust::notWritable, ErrorCode::corrupt);
        refusal(_folder.path() / "none", FileTrust::notWritable, ErrorCode::notFound);
        const auto fifo = _folder.path() / "fifo";
        CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(fifo.c_str(), 0600));
        refusal(fifo, FileTrust::secret, ErrorCode::corrupt);
    }

    void tooLargeFilesAreRefused()
    {
        refusal(file(0600, std::string(1024 * 1024 + 1, 'x')), FileTrust::secret, ErrorCode::tooLarge);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PemFileTest);

} // namespace waymark::httpapi
