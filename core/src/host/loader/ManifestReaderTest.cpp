#include "host/loader/ManifestReader.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace waymark::host
{

class ManifestReaderTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ManifestReaderTest);
    CPPUNIT_TEST(readsWhatTheAuthorWrote);
    CPPUNIT_TEST(everyCutOffHeaderIsRefused);
    CPPUNIT_TEST(everyFlippedByteOfTheHeadersIsSurvived);
    CPPUNIT_TEST(hugeOffsetsAreRefused);
    CPPUNIT_TEST(whatIsNoRegularFileIsRefused);
    CPPUNIT_TEST(everyCutOffManifestIsRefused);
    CPPUNIT_TEST(textsWithoutEndAreRefused);
    CPPUNIT_TEST(otherBuildTagNamesBothSides);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;

    static std::string goodPlugin()
    {
        std::ifstream file(WAYMARK_BUILD_DIR "/bad-plugins/good.so", std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(file), {}};
        CPPUNIT_ASSERT(bytes.size() > 1000);
        return bytes;
    }

    std::filesystem::path write(const std::string& bytes)
    {
        const auto file = _folder.path() / "tried.so";
        std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
        return file;
    }

    static WaymarkManifest rawManifest()
    {
        WaymarkManifest raw{};
        std::memcpy(raw.magic, WAYMARK_MANIFEST_MAGIC, sizeof WAYMARK_MANIFEST_MAGIC);
        raw.size = sizeof raw;
        raw.abi = WAYMARK_ABI;
        std::strcpy(raw.name, "some-name");
        std::strcpy(raw.provides[0], "some-service");
        return raw;
    }

    static Result<PluginManifest> decode(const WaymarkManifest& raw)
    {
        return decodeManifest({static_cast<const Byte*>(static_cast<const void*>(&raw)), sizeof raw});
    }

    void readsWhatTheAuthorWrote()
    {
        const auto manifest = readManifest(WAYMARK_BUILD_DIR "/bad-plugins/good.so").value();
        CPPUNIT_ASSERT_EQUAL(std::string("good"), manifest.name);
        CPPUNIT_ASSERT_EQUAL(std::string("1.0"), manifest.version);
        CPPUNIT_ASSERT_EQUAL(std::string("says hello"), manifest.commands.at(0).second);
        CPPUNIT_ASSERT(checkBuildTag(manifest));
        CPPUNIT_ASSERT(decode(rawManifest())->doesProvide("some-service"));
    }

    void everyCutOffHeaderIsRefused()
    {
        const std::string whole = goodPlugin();
        for (std::size_t size = 0; size < 600; ++size)
            CPPUNIT_ASSERT_MESSAGE(std::to_string(size), !readManifest(write(whole.substr(0, size))));
    }

    void everyFlippedByteOfTheHeadersIsSurvived()
    {
        const std::string whole = goodPlugin();
        const std::size_t headers = sizeof(Elf64_Ehdr) + 12 * sizeof(Elf64_Phdr);
        int refused = 0;
        for (std::size_t i = 0; i < headers; ++i) {
            std::string flipped = whole;
            flipped[i] = static_cast<char>(~flipped[i]);
            refused += readManifest(write(flipped)) ? 0 : 1;
        }
        CPPUNIT_ASSERT(refused > 0);
    }

    void hugeOffsetsAreRefused()
    {
        const std::string whole = goodPlugin();
        for (const std::uint64_t value :
             {~std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0} - 55}) {
            std::string bytes = whole;
            std::memcpy(bytes.data() + offsetof(Elf64_Ehdr, e_phoff), &value, sizeof value);
            CPPUNIT_ASSERT(!readManifest(write(bytes)));
            bytes = whole;
            Elf64_Ehdr header;
            std::memcpy(&header, bytes.data(), sizeof header);
            for (std::size_t i = 0; i < header.e_phnum; ++i) {
                const std::size_t place = header.e_phoff + i * sizeof(Elf64_Phdr);
                std::memcpy(bytes.data() + place + offsetof(Elf64_Phdr, p_offset), &value, sizeof value);
                std::memcpy(bytes.data() + place + offsetof(Elf64_Phdr, p_filesz), &value, sizeof value);
            }
            CPPUNIT_ASSERT(!readManifest(write(bytes)));
        }
    }

    void whatIsNoRegularFileIsRefused()
    {
        CPPUNIT_ASSERT(readManifest(_folder.path() / "none").error().code == ErrorCode::notFound);
        CPPUNIT_ASSERT(!readManifest(_folder.path()));
        const auto pipe = _folder.path() / "pipe";
        CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(pipe.c_str(), 0600));
        CPPUNIT_ASSERT(!readManifest(pipe));
        CPPUNIT_ASSERT(readManifest(write("#!/bin/sh\n")).error().message.find("not an ELF") !=
                       std::string::npos);
    }

    void everyCutOffManifestIsRefused()
    {
        const WaymarkManifest raw = rawManifest();
        const ByteView whole(static_cast<const Byte*>(static_cast<const void*>(&raw)), sizeof raw);
        for (std::size_t size = 0; size < whole.size(); ++size)
            CPPUNIT_ASSERT(!decodeManifest(whole.first(size)));
        CPPUNIT_ASSERT(decodeManifest(whole));
    }

    void textsWithoutEndAreRefused()
    {
        WaymarkManifest raw = rawManifest();
        std::memset(raw.version, 'x', sizeof raw.version);
        CPPUNIT_ASSERT(!decode(raw));
        raw = rawManifest();
        std::memset(raw.needs[3], 'x', sizeof raw.needs[3]);
        CPPUNIT_ASSERT(decode(raw)); // behind the end of the list
        std::strcpy(raw.needs[0], "a");
        std::strcpy(raw.needs[1], "b");
        std::strcpy(raw.needs[2], "c");
        CPPUNIT_ASSERT(!decode(raw));
        raw = rawManifest();
        std::strcpy(raw.name, "Bad\nName");
        CPPUNIT_ASSERT(!decode(raw));
    }

    void otherBuildTagNamesBothSides()
    {
        PluginManifest manifest;
        manifest.buildTag = "other";
        const std::string message = checkBuildTag(manifest).error().message;
        CPPUNIT_ASSERT(message.find("'other'") != std::string::npos);
        CPPUNIT_ASSERT(message.find(hostBuildTag()) != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ManifestReaderTest);

} // namespace waymark::host
