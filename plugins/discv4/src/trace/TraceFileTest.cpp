#include "trace/TraceFile.h"

#include "trace/Pcapng.h"

#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <iterator>
#include <set>

namespace waymark::discv4::trace
{

class TraceFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TraceFileTest);
    CPPUNIT_TEST(keepsTheNewestFilesAndNoFileOverItsSize);
    CPPUNIT_TEST(keepsNoneWhenNoneIsWanted);
    CPPUNIT_TEST(aBlockLargerThanAFileIsAFileOfItsOwn);
    CPPUNIT_TEST(isReadableByItsOwnerAlone);
    CPPUNIT_TEST(movesTheCaptureOfAnEarlierRunAway);
    CPPUNIT_TEST(touchesNothingThatIsNoCapture);
    CPPUNIT_TEST(followsNoLink);
    CPPUNIT_TEST(aFullDiskIsAnError);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    const Bytes _header = pcapngHeader("test");

    TraceOptions options(unsigned kept) const { return {_folder.path() / "trace.pcapng", 1'000, kept}; }

    std::string contentOf(const char* name) const
    {
        std::ifstream in(_folder.path() / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::set<std::string> names() const
    {
        std::set<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(_folder.path()))
            found.insert(entry.path().filename());
        return found;
    }

    /// Blocks of 300 bytes, of which three fit behind the header.
    static Bytes block(char which) { return Bytes(300, static_cast<Byte>(which)); }

    std::string fileOf(std::string_view blocks) const
    {
        std::string made(_header.begin(), _header.end());
        for (const char which : blocks)
            made += std::string(300, which);
        return made;
    }

    void keepsTheNewestFilesAndNoFileOverItsSize()
    {
        TraceFile file(options(2), _header);
        CPPUNIT_ASSERT(file.open());
        for (const char which : std::string("abcdefghijkl"))
            CPPUNIT_ASSERT(file.write(block(which)));
        CPPUNIT_ASSERT(
            (names() == std::set<std::string>{"trace.pcapng", "trace.1.pcapng", "trace.2.pcapng"}));
        CPPUNIT_ASSERT(contentOf("trace.2.pcapng") == fileOf("def"));
        CPPUNIT_ASSERT(contentOf("trace.1.pcapng") == fileOf("ghi"));
        CPPUNIT_ASSERT(contentOf("trace.pcapng") == fileOf("jkl"));
    }

    void keepsNoneWhenNoneIsWanted()
    {
        TraceFile file(options(0), _header);
        CPPUNIT_ASSERT(file.open());
        for (const char which : std::string("abcde"))
            CPPUNIT_ASSERT(file.write(block(which)));
        CPPUNIT_ASSERT(names() == std::set<std::string>{"trace.pcapng"});
        CPPUNIT_ASSERT(contentOf("trace.pcapng") == fileOf("de"));
    }

    void aBlockLargerThanAFileIsAFileOfItsOwn()
    {
        TraceFile file(options(1), _header);
        CPPUNIT_ASSERT(file.open());
        CPPUNIT_ASSERT(file.write(Bytes(2'000, 'x')));
        CPPUNIT_ASSERT(file.write(block('a')));
        CPPUNIT_ASSERT_EQUAL(_header.size() + 2'000, contentOf("trace.1.pcapng").size());
        CPPUNIT_ASSERT(contentOf("trace.pcapng") == fileOf("a"));
    }

    void isReadableByItsOwnerAlone()
    {
        TraceFile file(options(1), _header);
        CPPUNIT_ASSERT(file.open());
        using std::filesystem::perms;
        CPPUNIT_ASSERT(std::filesystem::status(options(1).file).permissions() ==
                       (perms::owner_read | perms::owner_write));
    }

    void movesTheCaptureOfAnEarlierRunAway()
    {
        for (const char which : std::string("ab")) {
            TraceFile file(options(3), _header);
            CPPUNIT_ASSERT(TraceFile::check(options(3)));
            CPPUNIT_ASSERT(file.open());
            CPPUNIT_ASSERT(file.write(block(which)));
        }
        CPPUNIT_ASSERT(contentOf("trace.1.pcapng") == fileOf("a"));
        CPPUNIT_ASSERT(contentOf("trace.pcapng") == fileOf("b"));
    }

    static std::string refusal(const TraceOptions& options)
    {
        const auto checked = TraceFile::check(options);
        CPPUNIT_ASSERT(!checked);
        return checked.error().message;
    }

    void touchesNothingThatIsNoCapture()
    {
        CPPUNIT_ASSERT(TraceFile::check(options(2)));
        _folder.write("trace.2.pcapng", "somebody's letter");
        CPPUNIT_ASSERT(refusal(options(2)).find("trace.2.pcapng is there and no pcapng capture") !=
                       std::string::npos);
        CPPUNIT_ASSERT(TraceFile::check(options(1)));
        _folder.write("trace.pcapng", "abc");
        CPPUNIT_ASSERT(refusal(options(1)).find("trace.pcapng is there and no") != std::string::npos);
        CPPUNIT_ASSERT(refusal({_folder.path(), 1'000, 0}).find("is there and no file") != std::string::npos);
        CPPUNIT_ASSERT(refusal({_folder.path() / "none" / "t", 1'000, 0}).find("is no folder") !=
                       std::string::npos);
        CPPUNIT_ASSERT(refusal({_folder.path() / "", 1'000, 0}).find("names no file") != std::string::npos);
    }

    void followsNoLink()
    {
        const auto aim = _folder.write("aim", "");
        std::filesystem::create_symlink(aim, options(0).file);
        CPPUNIT_ASSERT(!TraceFile::check(options(0)));
    }

    void aFullDiskIsAnError()
    {
        testkit::fault::FaultInjector disk(_folder.path());
        TraceFile file(options(1), _header, disk.files());
        CPPUNIT_ASSERT(file.open());
        disk.fillDisk(400);
        CPPUNIT_ASSERT(file.write(block('a')));
        const auto refused = file.write(block('b'));
        CPPUNIT_ASSERT(!refused);
        CPPUNIT_ASSERT(refused.error().message.find("trace.pcapng: cannot be written: No space left") !=
                       std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TraceFileTest);

} // namespace waymark::discv4::trace
