#include <waymark/base/TextFile.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <sstream>
#include <string>

namespace waymark
{

namespace fs = std::filesystem;

class TextFileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(TextFileTest);
    CPPUNIT_TEST(linesComeBack);
    CPPUNIT_TEST(aStreamIsReadLikeAFile);
    CPPUNIT_TEST(aLastLineWithoutAnEndIsToldOf);
    CPPUNIT_TEST(endlessLinesAreRefused);
    CPPUNIT_TEST(whatIsThereIsNotWrittenOver);
    CPPUNIT_TEST(otherThingsThanFilesAreNotRead);
    CPPUNIT_TEST(aFullDiskIsToldOf);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    const fs::path _file = _folder.path() / "lines";

    void linesComeBack()
    {
        auto writer = TextWriter::create(_file).value();
        std::uint64_t size = 0;
        for (std::size_t i = 0; i < 5000; ++i) {
            const std::string line = std::string(i % 97, 'x') + '\n';
            CPPUNIT_ASSERT(writer.write(line));
            size += line.size();
        }
        CPPUNIT_ASSERT(writer.end());
        CPPUNIT_ASSERT_EQUAL(size, writer.bytes());
        CPPUNIT_ASSERT(fs::status(_file).permissions() == fs::perms(0600));
        auto reader = TextReader::open(_file).value();
        for (std::size_t i = 0; i < 5000; ++i)
            CPPUNIT_ASSERT_EQUAL(i % 97, reader.next().value().value().size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{5000}, reader.number());
        CPPUNIT_ASSERT(!reader.next().value());
        CPPUNIT_ASSERT_EQUAL(size, reader.bytes());
    }

    void aStreamIsReadLikeAFile()
    {
        std::istringstream in("a\n\nb\n");
        auto reader = TextReader::of(in);
        CPPUNIT_ASSERT(reader.next().value() == "a");
        CPPUNIT_ASSERT(reader.next().value() == "");
        CPPUNIT_ASSERT(reader.next().value() == "b");
        CPPUNIT_ASSERT(!reader.next().value());
        CPPUNIT_ASSERT(!reader.next().value());
    }

    void aLastLineWithoutAnEndIsToldOf()
    {
        std::istringstream in("a\nb");
        auto reader = TextReader::of(in);
        CPPUNIT_ASSERT(reader.next());
        const auto cut = reader.next();
        CPPUNIT_ASSERT(!cut);
        CPPUNIT_ASSERT(cut.error().code == ErrorCode::truncated);
        CPPUNIT_ASSERT_EQUAL(std::string("line 2 has no end"), cut.error().message);
    }

    void endlessLinesAreRefused()
    {
        std::istringstream in("a\n" + std::string(2U << 20U, 'x') + '\n');
        auto reader = TextReader::of(in);
        CPPUNIT_ASSERT(reader.next());
        const auto line = reader.next();
        CPPUNIT_ASSERT(!line);
        CPPUNIT_ASSERT(line.error().code == ErrorCode::tooLarge);
    }

    void whatIsThereIsNotWrittenOver()
    {
        _folder.write("lines", "a\n");
        CPPUNIT_ASSERT(TextWriter::create(_file).error().code == ErrorCode::conflict);
        fs::create_symlink(_folder.path() / "elsewhere", _folder.path() / "link");
        CPPUNIT_ASSERT(!TextWriter::create(_folder.path() / "link"));
        CPPUNIT_ASSERT(!fs::exists(_folder.path() / "elsewhere"));
    }

    void otherThingsThanFilesAreNotRead()
    {
        CPPUNIT_ASSERT(TextReader::open(_file).error().code == ErrorCode::notFound);
        CPPUNIT_ASSERT(TextReader::open(_folder.path()).error().code == ErrorCode::io);
        CPPUNIT_ASSERT(TextReader::open("/dev/zero").error().code == ErrorCode::io);
    }

    void aFullDiskIsToldOf()
    {
        std::ostringstream full;
        full.setstate(std::ios::badbit);
        auto writer = TextWriter::to(full, "standard output");
        CPPUNIT_ASSERT(writer.write("a\n"));
        CPPUNIT_ASSERT_EQUAL(std::string("standard output cannot be written"), writer.end().error().message);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TextFileTest);

} // namespace waymark
