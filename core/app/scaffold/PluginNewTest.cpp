#include "Catalogue.h"
#include "PluginName.h"
#include "PluginNewCommand.h"
#include "PluginTemplate.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <pwd.h>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::app
{

namespace
{

namespace fs = std::filesystem;

const fs::path templates = fs::path(WAYMARK_SOURCE_DIR) / "examples" / "plugin-template";

std::string contentOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    CPPUNIT_ASSERT_MESSAGE(file.string(), in.good());
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Everything below a folder.
std::set<std::string> namesIn(const fs::path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        names.insert(entry.path().lexically_relative(folder).string());
    return names;
}

void assertContains(const std::string& text, const std::string& part)
{
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
}

} // namespace

class PluginNewTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PluginNewTest);
    CPPUNIT_TEST(namesAreThoseOfManifests);
    CPPUNIT_TEST(namesOfOthersAreRefused);
    CPPUNIT_TEST(namesOfThePluginsOfTheTreeAreRefused);
    CPPUNIT_TEST(firstWordsOfCommandsAreRefused);
    CPPUNIT_TEST(aNameHasItsForms);
    CPPUNIT_TEST(noPlaceholderIsLeft);
    CPPUNIT_TEST(anUnknownPlaceholderIsAnError);
    CPPUNIT_TEST(programsMayBeRun);
    CPPUNIT_TEST(whatExistsIsNamedAndNothingIsWritten);
    CPPUNIT_TEST(aFolderWithOtherFilesIsFilled);
    CPPUNIT_TEST(aFailureHalfwayRemovesWhatWasWritten);
    CPPUNIT_TEST(theFolderAboveMustBeThere);
    CPPUNIT_TEST(saysWhatToInstallWithoutTemplates);
    CPPUNIT_TEST(saysWhatToTypeNext);
    CPPUNIT_TEST(aPrefixOfLinksIsNoBuild);
    CPPUNIT_TEST(foldersThatCMakeTakesNotAreRefused);
    CPPUNIT_TEST(aFolderIsNotTakenForAnOption);
    CPPUNIT_TEST(maintainersHaveAnAddress);
    CPPUNIT_TEST(noMaintainerIsMadeUpOfHalves);
    CPPUNIT_TEST(theMaintainerIsSaid);
    CPPUNIT_TEST(foldersThatPackagesLeaveOutAreRefused);
    CPPUNIT_TEST(theKindIsNeeded);
    CPPUNIT_TEST_SUITE_END();

    struct Ran
    {
        int code;
        std::string out;
        std::string error;
    };

    testkit::TemporaryFolder _folder;
    std::optional<fs::path> _templates = templates;
    std::vector<toolkit::CommandGroup> _builtIn;
    std::map<std::string, host::PluginSource> _installed;

    fs::path target() const { return _folder.path() / "made"; }

    Ran run(const std::vector<std::string>& words) const
    {
        const Catalogue catalogue(_builtIn, _installed);
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream error;
        PluginNewCommand command(catalogue, [this] { return _templates; });
        const int code = command.run({words, in, out, error});
        return {code, out.str(), error.str()};
    }
    Ran make(const std::string& name, const std::string& kind) const
    {
        return run({name, "--kind", kind, "--directory", target().string()});
    }

    void namesAreThoseOfManifests()
    {
        for (const std::string good : {"ab", "discv5", "registry-etcd-2", "a234567890123456789012345678901"})
            CPPUNIT_ASSERT_MESSAGE(good, PluginName::parse(good).has_value());
        for (const std::string bad : {"", "a", "Plain", "a_b", "3d", "-a", "a-", "a--b", "a b", "a/b",
                                      "\xc3\xa4h", "a2345678901234567890123456789012"})
            CPPUNIT_ASSERT_MESSAGE(bad, !PluginName::parse(bad).has_value());
        const Ran ran = make("Plain", "service");
        CPPUNIT_ASSERT_EQUAL(64, ran.code);
        assertContains(ran.error, "'Plain'");
        assertContains(ran.error, "up to 31 lower-case letters");
        CPPUNIT_ASSERT(!fs::exists(target()));
    }

    void namesOfOthersAreRefused()
    {
        for (const std::string own : {"waymark", "node", "registry", "build", "complete", "help", "plugin"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(own, 64, make(own, "service").code);
        _installed.emplace("acme", host::PluginSource{"/there/acme.so", nullptr, failure(ErrorCode::io, "")});
        const Ran ran = make("acme", "service");
        CPPUNIT_ASSERT_EQUAL(64, ran.code);
        assertContains(ran.error, "/there/acme.so");
        CPPUNIT_ASSERT(!fs::exists(target()));
    }

    /// None of them is installed here.
    void namesOfThePluginsOfTheTreeAreRefused()
    {
        std::size_t tried = 0;
        for (const auto& entry : fs::directory_iterator(fs::path(WAYMARK_SOURCE_DIR) / "plugins")) {
            if (!entry.is_directory())
                continue;
            const std::string name = entry.path().filename().string();
            const Ran ran = make(name, "service");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 64, ran.code);
            assertContains(ran.error, "the name " + name + " is that of a plugin of Waymark's own");
            ++tried;
        }
        CPPUNIT_ASSERT(tried >= 4);
        CPPUNIT_ASSERT(!fs::exists(target()));
    }

    void firstWordsOfCommandsAreRefused()
    {
        _builtIn = {{"node", {{"key generate", "Make a key", nullptr}, {"man", "Print", nullptr}}}};
        host::PluginManifest manifest;
        manifest.commands = {{"peers list", "Show them"}};
        _installed.emplace("http-api", host::PluginSource{"/there/http-api.so", nullptr, manifest});
        for (const auto& [name, command] : std::map<std::string, std::string>{
                 {"key", "key generate"}, {"man", "man"}, {"peers", "peers list"}}) {
            const Ran ran = make(name, "service");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 64, ran.code);
            assertContains(ran.error, "the name " + name + " is the first word of waymark " + command + ';');
            CPPUNIT_ASSERT(!fs::exists(target()));
        }
        CPPUNIT_ASSERT_EQUAL(0, make("generate", "service").code);
    }

    void aNameHasItsForms()
    {
        const auto name = PluginName::parse("registry-etcd-2").value();
        CPPUNIT_ASSERT_EQUAL(std::string("registry_etcd_2"), name.lower());
        CPPUNIT_ASSERT_EQUAL(std::string("REGISTRY_ETCD_2"), name.upper());
        CPPUNIT_ASSERT_EQUAL(std::string("RegistryEtcd2"), name.camel());
    }

    void noPlaceholderIsLeft()
    {
        for (const std::string kind : {"service", "command", "registry"}) {
            CPPUNIT_ASSERT_EQUAL(0, make("a-plugin", kind).code);
            for (const std::string& name : namesIn(target())) {
                CPPUNIT_ASSERT_MESSAGE(name, name.find('@') == std::string::npos && !name.ends_with(".in"));
                if (!fs::is_regular_file(target() / name))
                    continue;
                const std::string content = contentOf(target() / name);
                CPPUNIT_ASSERT_MESSAGE(name, !content.empty());
                for (const std::string left : {"@name", "@Name", "@NAME", "@version", "@year", "@date"})
                    CPPUNIT_ASSERT_MESSAGE(name + " has " + left, content.find(left) == std::string::npos);
            }
            for (const std::string file :
                 {"CMakeLists.txt", "src/APluginPlugin.cpp", "src/Export.cpp", "tests/APluginTest.cpp",
                  "a-plugin.properties", "README.md", ".gitignore", "debian/rules", "debian/control",
                  "debian/changelog", "debian/copyright", "debian/source/format", "debian/tests/control"})
                CPPUNIT_ASSERT_MESSAGE(kind + " has no " + file, fs::is_regular_file(target() / file));
            assertContains(contentOf(target() / "src/Export.cpp"), ".name = \"a-plugin\"");
            fs::remove_all(target());
        }
    }

    void anUnknownPlaceholderIsAnError()
    {
        fs::create_directories(_folder.path() / "t/service");
        fs::create_directories(_folder.path() / "t/common");
        static_cast<void>(_folder.write("t/service/file.in", "so @nothing@\n"));
        _templates = _folder.path() / "t";
        const Ran ran = make("plain", "service");
        CPPUNIT_ASSERT_EQUAL(78, ran.code);
        assertContains(ran.error, "file.in: nothing is known to stand for @nothing@");
        CPPUNIT_ASSERT(!fs::exists(target()));
    }

    void programsMayBeRun()
    {
        CPPUNIT_ASSERT_EQUAL(0, make("plain", "service").code);
        for (const std::string program : {"debian/rules", "debian/tests/load"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(program, 0, ::access((target() / program).c_str(), X_OK));
        CPPUNIT_ASSERT((fs::status(target() / "README.md").permissions() & fs::perms::owner_exec) ==
                       fs::perms::none);
    }

    void whatExistsIsNamedAndNothingIsWritten()
    {
        fs::create_directories(target() / "src");
        static_cast<void>(_folder.write("made/README.md", "mine"));
        fs::create_symlink("nowhere", target() / "src/Export.cpp");
        const auto before = namesIn(target());
        const Ran ran = make("plain", "service");
        CPPUNIT_ASSERT_EQUAL(1, ran.code);
        assertContains(ran.error, (target() / "README.md").string());
        assertContains(ran.error, (target() / "src/Export.cpp").string());
        CPPUNIT_ASSERT_EQUAL(std::string("mine"), contentOf(target() / "README.md"));
        CPPUNIT_ASSERT(before == namesIn(target()));
        CPPUNIT_ASSERT(ran.out.empty());
    }

    void aFolderWithOtherFilesIsFilled()
    {
        fs::create_directories(target() / "debian");
        static_cast<void>(_folder.write("made/NOTES", "mine"));
        CPPUNIT_ASSERT_EQUAL(0, make("plain", "registry").code);
        CPPUNIT_ASSERT_EQUAL(std::string("mine"), contentOf(target() / "NOTES"));
        CPPUNIT_ASSERT(fs::exists(target() / "debian/rules"));
        CPPUNIT_ASSERT_EQUAL(1, make("plain", "registry").code);
    }

    void aFailureHalfwayRemovesWhatWasWritten()
    {
        fs::create_directories(target());
        static_cast<void>(_folder.write("made/tests", "a file where a folder is to be"));
        const Ran ran = make("plain", "service");
        CPPUNIT_ASSERT_EQUAL(74, ran.code);
        assertContains(ran.error, (target() / "tests").string() + " cannot be written: ");
        CPPUNIT_ASSERT((namesIn(target()) == std::set<std::string>{"tests"}));
    }

    void theFolderAboveMustBeThere()
    {
        const Ran ran = run({"plain", "--kind", "command", "--directory", (target() / "below").string()});
        CPPUNIT_ASSERT_EQUAL(1, ran.code);
        assertContains(ran.error, "there is no folder " + target().string());
        CPPUNIT_ASSERT(!fs::exists(target()));
    }

    void saysWhatToInstallWithoutTemplates()
    {
        _templates.reset();
        const Ran ran = make("plain", "service");
        CPPUNIT_ASSERT_EQUAL(78, ran.code);
        assertContains(ran.error, "waymark-dev");
        _templates = _folder.path() / "empty";
        CPPUNIT_ASSERT_EQUAL(78, make("plain", "service").code);
        CPPUNIT_ASSERT(!fs::exists(target()));
    }

    void saysWhatToTypeNext()
    {
        const Ran ran =
            run({"plain", "--kind", "command", "--directory", (_folder.path() / "it's here").string() + '/'});
        CPPUNIT_ASSERT_EQUAL(0, ran.code);
        const std::string quoted = '\'' + _folder.path().string() + "/it'\\''s here";
        assertContains(ran.out, "  cmake -S " + quoted + "' -B " + quoted + "/build'");
        assertContains(ran.out, "  cmake --build " + quoted + "/build'\n");
        assertContains(ran.out, "  ctest --test-dir " + quoted + "/build'\n");
        assertContains(ran.out, "-DCMAKE_PREFIX_PATH=");
        CPPUNIT_ASSERT(ran.out.find("runs out of a build") == std::string::npos);
    }

    /// As GNU stow has them.
    void aPrefixOfLinksIsNoBuild()
    {
        const fs::path prefix = _folder.path() / "prefix";
        fs::create_directories(prefix / "share/waymark");
        fs::create_symlink(templates, prefix / "share/waymark/plugin-template");
        _templates = prefix / "share/waymark/plugin-template";
        const std::string installed = make("plain", "command").out;
        assertContains(installed, " -DCMAKE_PREFIX_PATH=" + prefix.string() + '\n');
        CPPUNIT_ASSERT_MESSAGE(installed, installed.find("runs out of a build") == std::string::npos);
        fs::remove_all(target());
        static_cast<void>(_folder.write("prefix/CMakeCache.txt", ""));
        const std::string built = make("plain", "command").out;
        assertContains(built, " -DCMAKE_PREFIX_PATH=PREFIX\n");
        assertContains(built, "runs out of a build");
    }

    void foldersThatCMakeTakesNotAreRefused()
    {
        for (const fs::path& folder : {_folder.path() / "a;b", _folder.path() / "c;" / "d"}) {
            const Ran ran = run({"plain", "--kind", "service", "--directory", folder.string()});
            CPPUNIT_ASSERT_EQUAL(64, ran.code);
            assertContains(ran.error,
                           "CMake takes no folder with a ';' in its name, as '" + folder.string() + "' has");
        }
        CPPUNIT_ASSERT(namesIn(_folder.path()).empty());
    }

    void aFolderIsNotTakenForAnOption()
    {
        const fs::path before = fs::current_path();
        fs::current_path(_folder.path());
        const Ran ran = run({"plain", "--kind", "service", "--directory", "-x"});
        fs::current_path(before);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(ran.error, 0, ran.code);
        assertContains(ran.out, "  cmake -S ./-x -B ./-x/build");
        assertContains(ran.out, "  cmake --build ./-x/build\n");
        assertContains(ran.out, "  ctest --test-dir ./-x/build\n");
    }

    void maintainersHaveAnAddress()
    {
        const Ran wrong = run({"plain", "--kind", "service", "--maintainer", "nobody"});
        CPPUNIT_ASSERT_EQUAL(64, wrong.code);
        assertContains(wrong.error, "--maintainer needs a name and an address");
        const std::string who = "Some Body <body@example.org>";
        CPPUNIT_ASSERT_EQUAL(
            0,
            run({"plain", "--kind", "service", "--directory", target().string(), "--maintainer", who}).code);
        assertContains(contentOf(target() / "debian/control"), "Maintainer: " + who + '\n');
        assertContains(contentOf(target() / "debian/changelog"), "\n -- " + who + "  ");
    }

    void noMaintainerIsMadeUpOfHalves()
    {
        for (const std::string wrong :
             {"  <a@b.c>", " A <a@b.c>", "A  <a@b.c>", "A <a b@c>", "A <a@ >", "A <a@b.c> ", "A <@b>",
              "A <a@>", "A <a@b@c>", "A<a@b.c>", "<a@b.c>", "A <<a@b.c>", "A@ <a@b.c>", "\xff <a@b.c>",
              "A\n <a@b.c>", "A\xc2\x9b <a@b.c>", ""})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(wrong, 64,
                                         run({"plain", "--kind", "service", "--maintainer", wrong}).code);
        CPPUNIT_ASSERT(!fs::exists("plain"));
    }

    /// The environment for as long as it lives.
    class Variables
    {
    public:
        explicit Variables(const std::map<std::string, std::string>& values)
        {
            for (const char* const name : {"DEBEMAIL", "EMAIL", "DEBFULLNAME"}) {
                if (const char* const value = std::getenv(name); value != nullptr)
                    _before.emplace(name, value);
                ::unsetenv(name);
            }
            for (const auto& [name, value] : values)
                ::setenv(name.c_str(), value.c_str(), 1);
        }
        Variables(const Variables&) = delete;
        Variables& operator=(const Variables&) = delete;
        ~Variables()
        {
            for (const char* const name : {"DEBEMAIL", "EMAIL", "DEBFULLNAME"})
                ::unsetenv(name);
            for (const auto& [name, value] : _before)
                ::setenv(name.c_str(), value.c_str(), 1);
        }

    private:
        std::map<std::string, std::string> _before;
    };

    void theMaintainerIsSaid()
    {
        const passwd* const user = ::getpwuid(::getuid());
        const std::string fields = user == nullptr ? "" : user->pw_gecos;
        const std::string person = fields.substr(0, fields.find(','));
        const std::string nobody = "Plain developers <plain@example.org>";
        const std::vector<std::pair<std::map<std::string, std::string>, std::string>> cases{
            {{{"DEBEMAIL", "a@example.org"}, {"DEBFULLNAME", "Some Body"}}, "Some Body <a@example.org>"},
            {{{"DEBEMAIL", "Other <a@example.org>"}, {"DEBFULLNAME", "Some Body"}}, "Other <a@example.org>"},
            {{{"EMAIL", "a@example.org"}}, person.empty() ? nobody : person + " <a@example.org>"},
            {{{"EMAIL", "nonsense"}}, nobody},
            {{}, nobody}};
        for (const auto& [values, who] : cases) {
            const Variables variables(values);
            assertContains(make("plain", "command").out, "\nThe maintainer is " + who + "; --maintainer");
            assertContains(contentOf(target() / "debian/control"), "\nMaintainer: " + who + '\n');
            fs::remove_all(target());
        }
        const Ran told = run({"plain", "--kind", "command", "--directory", target().string(), "--maintainer",
                              "Some Body <body@example.org>"});
        CPPUNIT_ASSERT(told.out.find("maintainer") == std::string::npos);
    }

    void foldersThatPackagesLeaveOutAreRefused()
    {
        for (const std::string folder : {"build", "build/", "made/../build/.", ".state"}) {
            const Ran ran =
                run({"plain", "--kind", "service", "--directory", (_folder.path() / folder).string()});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(folder, 64, ran.code);
            assertContains(ran.error, "source packages leave out");
        }
        const Ran none = run({"plain", "--kind", "service", "--directory", ""});
        CPPUNIT_ASSERT_EQUAL(64, none.code);
        assertContains(none.error, "--directory needs the folder to write to");
        CPPUNIT_ASSERT(namesIn(_folder.path()).empty());
    }

    void theKindIsNeeded()
    {
        // Who is told that a kind is missing is told what to type.
        for (const Ran& told : {run({"plain"}), run({"--help"})})
            for (const std::string kind : {"service (", "command (", "registry ("})
                assertContains(told.out + told.error, kind);
        const Ran ran = make("plain", "servcie");
        CPPUNIT_ASSERT_EQUAL(64, ran.code);
        assertContains(ran.error, "service");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PluginNewTest);

} // namespace waymark::app
