#include "host/loader/DynamicSymbols.h"

#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
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
    CPPUNIT_TEST(whatItsOwnLibraryHasIsNotMissed);
    CPPUNIT_TEST(onlyNamesOfTheNamespaceAreWaymarks);
    CPPUNIT_TEST(namesOfSymbolsMoveNoTerminal);
    CPPUNIT_TEST(endlessNamesTakeNoTime);
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

    static std::string contentOf(const std::string& file)
    {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
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
            {"called-node", "its name node is that of the host's own keys"},
            {"provides-timers", "it provides service timers, which the host itself provides"},
            {"no-class", "it exports no class"},
            {"missing-symbol", "it needs waymark::definedNowhere(), which this Waymark does not have"}};
        for (const auto& [name, reason] : reasons) {
            const std::string output = inspect(78, {file(name)});
            assertContains(output, "it would be refused: " + file(name) + ": ");
            assertContains(output, reason);
        }
        // Its table of keys is made by its code.
        inspect(0, {file("declares-twice")});
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
            {"throwing-number", "no std::exception"},
            {"declares-twice", "schema failed: option level: declared twice"}};
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
        const std::string whole = contentOf(file("good"));
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

    void whatItsOwnLibraryHasIsNotMissed()
    {
        inspect(0, {file("own-library")});
        inspect(0, {"--load", file("own-library")});
    }

    template <typename Part>
    static void append(std::string& bytes, const Part& part)
    {
        bytes.append(static_cast<const char*>(static_cast<const void*>(&part)), sizeof part);
    }

    /// What is said of a file that has these undefined symbols and no other.
    std::optional<std::string> flawWith(const std::string& names, const std::vector<std::uint32_t>& places,
                                        std::uint16_t section = SHN_UNDEF) const
    {
        std::string symbols;
        for (const std::uint32_t place : places)
            append(symbols, Elf64_Sym{.st_name = place,
                                      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                                      .st_other = 0,
                                      .st_shndx = section,
                                      .st_value = 0,
                                      .st_size = 0});
        std::string dynamic;
        append(dynamic, Elf64_Dyn{}); // DT_NULL: it needs no library
        auto sectionOf = [at = sizeof(Elf64_Ehdr)](std::uint32_t type, const std::string& content,
                                                   std::size_t entry) mutable {
            Elf64_Shdr made{};
            made.sh_type = type;
            made.sh_offset = at;
            made.sh_size = content.size();
            made.sh_link = 2; // the names
            made.sh_entsize = entry;
            at += content.size();
            return made;
        };
        const std::vector<Elf64_Shdr> sections{{},
                                               sectionOf(SHT_DYNSYM, symbols, sizeof(Elf64_Sym)),
                                               sectionOf(SHT_STRTAB, names, 0),
                                               sectionOf(SHT_DYNAMIC, dynamic, sizeof(Elf64_Dyn))};
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = static_cast<std::uint16_t>(sections.size());
        header.e_shoff = sizeof header + symbols.size() + names.size() + dynamic.size();
        std::string bytes;
        append(bytes, header);
        bytes += symbols + names + dynamic;
        for (const Elf64_Shdr& each : sections)
            append(bytes, each);
        return waymark::host::flawInSymbols(_folder.write("made.so", bytes));
    }

    void onlyNamesOfTheNamespaceAreWaymarks()
    {
        const std::string terminator(1, '\0');
        for (const std::string name :
             {"_ZN7waymark4goneEv", "_ZNK7waymark4Gone3getEv", "_ZNKO7waymark4Gone3getEv",
              "_ZTVN7waymark4GoneE", "_ZTIN7waymark4GoneE", "_ZGVN7waymark4gone1xE"}) {
            const auto flaw = flawWith(terminator + name + terminator, {1});
            CPPUNIT_ASSERT_MESSAGE(name, flaw.has_value());
            assertContains(*flaw, "it needs ");
        }
        for (const std::string name : {"_Z2goN7waymark4GoneE", "_ZN1a7waymark4goneEv", "_ZN8waymarks4goneEv",
                                       "_ZN17waymark4goneEv", "waymark", "_ZTV7waymark"}) {
            const auto flaw = flawWith(terminator + name + terminator, {1});
            CPPUNIT_ASSERT_MESSAGE(name, flaw.has_value());
            assertContains(*flaw, "it exports no class");
        }
    }

    void namesOfSymbolsMoveNoTerminal()
    {
        const std::string terminator(1, '\0');
        const auto escape = flawWith("_ZN7waymark\x1b]0;title\x07\xff\xc2\x9b" + terminator, {0});
        CPPUNIT_ASSERT(escape.has_value());
        assertContains(*escape, "_ZN7waymark?]0;title?");
        CPPUNIT_ASSERT(escape->find_first_of("\x1b\x07\xff") == std::string::npos);
        const auto longOne = flawWith("_ZN7waymark" + std::string(60'000, 'x') + terminator, {0});
        CPPUNIT_ASSERT(longOne.has_value());
        CPPUNIT_ASSERT(longOne->size() < 400);
        // Each part is twice what is before it.
        std::string doubling = "_ZN7waymark4goneISt4pairIiiE";
        for (const char part : std::string("0123456789ABCDEFGHIJKLMNOPQRST"))
            doubling += std::string("St4pairIS") + part + "_S" + part + "_E";
        CPPUNIT_ASSERT(flawWith(doubling + "EEvv" + terminator, {0}).value_or("").size() < 400);
        std::string whole = contentOf(file("missing-symbol"));
        const std::string name = "_ZN7waymark14definedNowhereEv";
        for (std::size_t at = whole.find(name); at != std::string::npos; at = whole.find(name, at))
            whole.replace(at, name.size(), "_ZN7waymark14\x1b]0;definedNowEv");
        const std::string copy = _folder.write("escape.so", whole).string();
        for (const std::vector<std::string>& words : {std::vector{copy}, {copy, "--load"}}) {
            const std::string output = inspect(78, words);
            assertContains(output, "?]0;definedNow");
            CPPUNIT_ASSERT(output.find('\x1b') == std::string::npos);
        }
    }

    /// 200,000 symbols whose names reach to the end of eight megabytes.
    void endlessNamesTakeNoTime()
    {
        const std::vector<std::uint32_t> places(200'000, 0);
        for (const std::string begin : {"_ZN7waymark", "pocoBuildManifest", "other"}) {
            const std::string names = begin + std::string(std::size_t{8} << 20, 'x');
            assertContains(flawWith(names, places, 1).value_or(""), "it exports no class");
            assertContains(flawWith(names, places).value_or(""),
                           begin == "_ZN7waymark" ? "damaged" : "it exports no class");
        }
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
