#include <waymark/node/KeyFile.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace waymark::node
{

namespace
{

namespace fs = std::filesystem;

const std::string testKey = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";

mode_t modeOf(const fs::path& file)
{
    struct stat status = {};
    CPPUNIT_ASSERT_EQUAL(0, ::stat(file.c_str(), &status));
    return status.st_mode & 07777;
}

std::string contentOf(const fs::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

class KeyFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(KeyFileTest);
    CPPUNIT_TEST(readsEveryFormOfAKey);
    CPPUNIT_TEST(refusesWhatIsNoKeyWithoutRepeatingIt);
    CPPUNIT_TEST(truncatedAtEveryCharacterIsCorrupt);
    CPPUNIT_TEST(refusesFilesOpenToOthers);
    CPPUNIT_TEST(refusesFilesOfOthersOrUnreadableOnes);
    CPPUNIT_TEST(followsLinksToGoodFiles);
    CPPUNIT_TEST(refusesWhatIsNoRegularFile);
    CPPUNIT_TEST(missingFileIsNotFound);
    CPPUNIT_TEST(writesPrivateFileAndNothingElse);
    CPPUNIT_TEST(neverReplacesAFile);
    CPPUNIT_TEST(failedWriteLeavesNothing);
    CPPUNIT_TEST(createsKeyOnceInPrivateFolders);
    CPPUNIT_TEST(createsNothingOverAKeyThatCannotBeRead);
    CPPUNIT_TEST(racingCreatorsAgreeOnOneKey);
    CPPUNIT_TEST_SUITE_END();

    fs::path _folder;
    fs::path _file;

public:
    void setUp() override
    {
        std::string name = (fs::temp_directory_path() / "waymark-key-XXXXXX").string();
        CPPUNIT_ASSERT(::mkdtemp(name.data()) != nullptr);
        _folder = name;
        _file = _folder / "node.key";
    }

    void tearDown() override
    {
        fs::permissions(_folder, fs::perms::owner_all);
        fs::remove_all(_folder);
    }

private:
    void store(std::string_view content, mode_t mode = 0600)
    {
        std::ofstream(_file, std::ios::binary) << content;
        CPPUNIT_ASSERT_EQUAL(0, ::chmod(_file.c_str(), mode));
    }

    std::size_t filesInFolder() const
    {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(_folder), fs::directory_iterator()));
    }

    void assertError(ErrorCode code, std::string_view part = {}) const
    {
        const auto key = readKeyFile(_file);
        CPPUNIT_ASSERT(!key);
        const std::string& message = key.error().message;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(message, std::string(toString(code)),
                                     std::string(toString(key.error().code)));
        CPPUNIT_ASSERT_MESSAGE(message, message.find(_file.string()) != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(message, message.find(part) != std::string::npos);
    }

    void readsEveryFormOfAKey()
    {
        for (const std::string& content :
             {testKey, testKey + "\n", testKey + "\r\n", "0x" + testKey + "\n"}) {
            store(content);
            const auto key = readKeyFile(_file);
            CPPUNIT_ASSERT_MESSAGE(content, key.has_value());
            CPPUNIT_ASSERT_EQUAL(testKey, toHex(key->bytes()));
        }
        store(testKey, 0400);
        CPPUNIT_ASSERT(readKeyFile(_file));
    }

    void refusesWhatIsNoKeyWithoutRepeatingIt()
    {
        for (const std::string& content :
             {std::string(), std::string("\n"), testKey + "\n\n", " " + testKey, testKey + "00",
              testKey.substr(1) + "g", testKey + std::string(1000, '\n'), std::string(64, '0'),
              std::string(64, 'f'), testKey + '\0', std::string(1 << 20, 'a')}) {
            store(content);
            assertError(ErrorCode::corrupt, "64 hex digits");
            const std::string message = readKeyFile(_file).error().message;
            CPPUNIT_ASSERT(message.find(testKey.substr(8, 8)) == std::string::npos);
            CPPUNIT_ASSERT(message.find('\n') == std::string::npos);
        }
    }

    void truncatedAtEveryCharacterIsCorrupt()
    {
        for (std::size_t size = 0; size < testKey.size(); ++size) {
            store(testKey.substr(0, size));
            assertError(ErrorCode::corrupt);
        }
    }

    void refusesFilesOpenToOthers()
    {
        for (const mode_t mode : {0640U, 0620U, 0604U, 0602U, 0644U, 0666U}) {
            store(testKey, mode);
            assertError(ErrorCode::permission, "chmod 600 " + _file.string());
        }
        store(testKey, 0711);
        CPPUNIT_ASSERT(readKeyFile(_file));
    }

    void refusesFilesOfOthersOrUnreadableOnes()
    {
        store(testKey);
        if (::geteuid() == 0) {
            constexpr uid_t somebodyElse = 4242;
            CPPUNIT_ASSERT_EQUAL(0, ::chown(_file.c_str(), somebodyElse, somebodyElse));
            assertError(ErrorCode::permission, "belongs to user 4242");
        } else {
            CPPUNIT_ASSERT_EQUAL(0, ::chmod(_file.c_str(), 0200));
            assertError(ErrorCode::permission, "cannot be opened");
        }
    }

    void followsLinksToGoodFiles()
    {
        store(testKey);
        fs::rename(_file, _folder / "target");
        fs::create_symlink("target", _file);
        CPPUNIT_ASSERT(readKeyFile(_file));
        CPPUNIT_ASSERT_EQUAL(0, ::chmod((_folder / "target").c_str(), 0644));
        assertError(ErrorCode::permission);
    }

    void refusesWhatIsNoRegularFile()
    {
        fs::create_directory(_file);
        assertError(ErrorCode::corrupt, "no regular file");
        fs::remove(_file);
        CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(_file.c_str(), 0600));
        assertError(ErrorCode::corrupt, "no regular file");
    }

    void missingFileIsNotFound() { assertError(ErrorCode::notFound); }

    void writesPrivateFileAndNothingElse()
    {
        const auto key = SecretKey::fromHex(testKey).value();
        CPPUNIT_ASSERT(writeKeyFile(_file, key));
        CPPUNIT_ASSERT_EQUAL(mode_t{0600}, modeOf(_file));
        CPPUNIT_ASSERT_EQUAL(testKey + "\n", contentOf(_file));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, filesInFolder());
        CPPUNIT_ASSERT(readKeyFile(_file));
    }

    void neverReplacesAFile()
    {
        store("something else");
        const auto written = writeKeyFile(_file, SecretKey::fromHex(testKey).value());
        CPPUNIT_ASSERT(written.error().code == ErrorCode::conflict);
        CPPUNIT_ASSERT_EQUAL(std::string("something else"), contentOf(_file));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, filesInFolder());
    }

    void failedWriteLeavesNothing()
    {
        const auto key = SecretKey::fromHex(testKey).value();
        CPPUNIT_ASSERT(writeKeyFile(_folder / "missing" / "node.key", key).error().code ==
                       ErrorCode::notFound);
        // The temporary file can be made, but nothing can have this name: it is the folder above.
        CPPUNIT_ASSERT(!writeKeyFile(_folder / "..", key));
        // A name so long that only the temporary one, which is longer, does not fit.
        CPPUNIT_ASSERT(!writeKeyFile(_folder / std::string(255, 'k'), key));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, filesInFolder());
    }

    void createsKeyOnceInPrivateFolders()
    {
        SystemRandom random;
        const fs::path nested = _folder / "a" / "b" / "node.key";
        const auto made = readOrCreateKeyFile(nested, random);
        CPPUNIT_ASSERT_MESSAGE(made ? "" : made.error().message, made.has_value());
        CPPUNIT_ASSERT_EQUAL(mode_t{0700}, modeOf(_folder / "a"));
        CPPUNIT_ASSERT_EQUAL(mode_t{0700}, modeOf(_folder / "a" / "b"));
        const auto again = readOrCreateKeyFile(nested, random);
        CPPUNIT_ASSERT(made->publicKey() == again.value().publicKey());
    }

    void createsNothingOverAKeyThatCannotBeRead()
    {
        SystemRandom random;
        store("damaged");
        CPPUNIT_ASSERT(readOrCreateKeyFile(_file, random).error().code == ErrorCode::corrupt);
        store(testKey, 0644);
        CPPUNIT_ASSERT(readOrCreateKeyFile(_file, random).error().code == ErrorCode::permission);
        CPPUNIT_ASSERT_EQUAL(testKey, contentOf(_file));

        store("");
        const fs::path below = _file / "node.key";
        CPPUNIT_ASSERT(!readOrCreateKeyFile(below, random));
    }

    void racingCreatorsAgreeOnOneKey()
    {
        std::vector<PublicKey> keys(8);
        std::atomic<bool> go = false;
        std::vector<std::jthread> threads;
        for (PublicKey& key : keys)
            threads.emplace_back([&] {
                SystemRandom random;
                go.wait(false);
                if (const auto made = readOrCreateKeyFile(_file, random))
                    key = made->publicKey();
            });
        go = true;
        go.notify_all();
        threads.clear();
        for (const PublicKey& key : keys) {
            CPPUNIT_ASSERT(key.isOnCurve());
            CPPUNIT_ASSERT(key == keys.front());
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, filesInFolder());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyFileTest);

} // namespace waymark::node
