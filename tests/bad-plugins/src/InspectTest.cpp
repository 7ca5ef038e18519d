#include "host/loader/DynamicSymbols.h"

#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bad
{

using waymark::testkit::Process;

/// `waymark plugin inspect` says beforehand what the daemon would say.
class InspectTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(InspectTest);
    CPPUNIT_TEST(goodPluginIsAccepted);
    CPPUNIT_TEST(whatTheFileTellsIsSaidWithoutRunningCode);
    CPPUNIT_TEST(whatOnlyLoadingTellsIsSaidByLoading);
    CPPUNIT_TEST(damagedSectionsAreNotTakenForAnAnswer);
    CPPUNIT_TEST(aRefusedManifestIsShownAllTheSame);
    CPPUNIT_TEST(noPluginAtAllIsSaidToBeNone);
    CPPUNIT_TEST_SUITE_END();

    waymark::testkit::TemporaryFolder _folder;

    static std::string file(const std::string& name)
    {
        return WAYMARK_BUILD_DIR "/bad-plugins/" + name + ".so";
    }

    static std::string inspect(int code, std::vector<std::string> words)
    {
        words.insert(words.begin(), {"plugin", "inspect"});
        Process process(WAYMARK_BUILD_DIR "/bin/waymark", words);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(process.output(), code, process.waitForExit().value_or(-1));
        return process.output();
    }

    static void assertContains(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
    }

    void goodPluginIsAccepted()
    {
        for (const std::vector<std::string>& words :
             {std::vector{file("good")}, {file("good"), "--load"}, {file("good"), "--json"}}) {
            const std::string output = inspect(0, words);
            assertContains(output, "says hello");
            CPPUNIT_ASSERT_MESSAGE(output, output.find("refus") == std::string::npos);
        }
    }

    void whatTheFileTellsIsSaidWithoutRunningCode()
    {
        const std::vector<std::pair<std::string, std::string>> reasons{
            {"wrong-magic", "does not start with the magic"},
            {"wrong-abi", "plugin ABI 4711, this host has ABI"},
            {"wrong-build-tag", "this host with 'libstdc++"},
            {"no-manifest", "without a manifest of Waymark"},
            {"no-class", "it exports no class"},
            {"missing-symbol", "it needs waymark::definedNowhere(), which this Waymark does not have"}};
        for (const auto& [name, reason] : reasons) {
            const std::string output = inspect(78, {file(name)});
            assertContains(output, "it would be refused: " + file(name) + ": ");
            assertContains(output, reason);
        }
        // Its constructors would say something.
        CPPUNIT_ASSERT(inspect(0, {file("throwing-static")}).find("thrown") == std::string::npos);
    }

    void whatOnlyLoadingTellsIsSaidByLoading()
    {
        const std::vector<std::pair<std::string, std::string>> reasons{
            {"missing-symbol", "definedNowhere"},
            {"no-class", "No manifest in"},
            {"throwing-static", "a static constructor threw: thrown by a static constructor"},
            {"throwing-constructor", "its constructor threw: thrown by the constructor"},
            {"throwing-number", "no std::exception"}};
        for (const auto& [name, reason] : reasons) {
            const std::string output = inspect(78, {"--load", file(name)});
            assertContains(output, file(name));
            assertContains(output, reason);
        }
    }

    /// What the file says of its sections may be anything.
    void damagedSectionsAreNotTakenForAnAnswer()
    {
        const auto copy = _folder.path() / "good.so";
        std::ifstream in(file("good"), std::ios::binary);
        const std::string whole{std::istreambuf_iterator<char>(in), {}};
        Elf64_Ehdr header;
        std::memcpy(&header, whole.data(), sizeof header);
        for (std::size_t place = header.e_shoff; place + 8 <= whole.size(); place += 8)
            for (const char filler : {'\0', '\x7f', '\xff'}) {
                std::string damaged = whole;
                damaged.replace(place, 8, 8, filler);
                std::ofstream(copy, std::ios::binary) << damaged;
                static_cast<void>(waymark::host::flawInSymbols(copy));
            }
        std::string stripped = whole;
        header.e_shnum = 0;
        stripped.replace(0, sizeof header, static_cast<const char*>(static_cast<const void*>(&header)),
                         sizeof header);
        std::ofstream(copy, std::ios::binary) << stripped;
        inspect(0, {copy.string()});
    }

    void aRefusedManifestIsShownAllTheSame()
    {
        assertContains(inspect(78, {file("wrong-build-tag")}),
                       "libc++,libPocoFoundation.so.1,sanitizer=none\n");
        assertContains(inspect(78, {file("wrong-build-tag"), "--json"}), R"("name":"wrong-build-tag")");
        assertContains(inspect(78, {file("wrong-abi"), "--json"}),
                       R"("refusal":"it is built for plugin ABI 4711)");
    }

    void noPluginAtAllIsSaidToBeNone()
    {
        assertContains(inspect(78, {_folder.write("text.so", "this is no library\n").string()}),
                       "not an ELF file");
        const auto copy = _folder.path() / "good.so";
        std::filesystem::copy_file(file("good"), copy);
        std::filesystem::resize_file(copy, 8'192);
        assertContains(inspect(78, {copy.string()}), "cut off");
        assertContains(inspect(78, {_folder.path().string()}), "not a regular file");
        assertContains(inspect(78, {"discv44"}), "no plugin and no file");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(InspectTest);

} // namespace bad
