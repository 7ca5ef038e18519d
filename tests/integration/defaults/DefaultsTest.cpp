#include "DocumentedDefaults.h"
#include "Settings.h"
#include "host/PluginHost.h"

#include <waymark/registry/RegistryState.h>
#include <waymark/testkit/Bootnode.h>

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <set>

namespace waymark::integration
{

/// Somebody reads of a default in a document, relies on it in a test, and meets it in production: it is one
/// number.
class DefaultsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DefaultsTest);
    CPPUNIT_TEST(readmesTellTheDefaultOfEveryKey);
    CPPUNIT_TEST(documentsRepeatNoOtherDefault);
    CPPUNIT_TEST(engineStartsFromTheConfiguredDefaults);
    CPPUNIT_TEST(registryStartsFromTheConfiguredDefaults);
    CPPUNIT_TEST(testkitChangesOnlyWhereThingsAre);
    CPPUNIT_TEST_SUITE_END();

    static std::filesystem::path root() { return WAYMARK_SOURCE_DIR; }

    /// Every key of the host and the installed plugins, with its default or "none".
    static const std::map<std::string, std::string>& declared()
    {
        static const auto defaults = [] {
            host::PluginHost host({});
            host.loadReference();
            std::map<std::string, std::string> made;
            for (const auto& section : host.configuration().sections())
                for (const auto& option : section.schema.options())
                    made.emplace(section.prefix + '.' + option.key(), option.defaultValue().value_or("none"));
            return made;
        }();
        return defaults;
    }

    static void assertTells(const std::filesystem::path& document, const std::string& key,
                            const std::string& told)
    {
        const auto found = declared().find(key);
        CPPUNIT_ASSERT_MESSAGE(document.string() + " tells of " + key + ", which is no key",
                               found != declared().end());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(document.string() + ": " + key, found->second, told);
    }

    void readmesTellTheDefaultOfEveryKey()
    {
        for (const char* const plugin : {"discv4", "http-api", "registry-memory", "registry-sqlite"}) {
            const auto readme = root() / "plugins" / plugin / "README.md";
            const auto documented = documentedDefaults(contentOf(readme));
            for (const auto& [key, told] : documented)
                assertTells(readme, key, told);
            for (const auto& [key, value] : declared())
                CPPUNIT_ASSERT_MESSAGE(readme.string() + " does not tell of " + key,
                                       !key.starts_with(std::string(plugin) + '.') ||
                                           documented.contains(key));
        }
    }

    void documentsRepeatNoOtherDefault()
    {
        for (const auto& entry : std::filesystem::directory_iterator(root() / "docs"))
            if (entry.path().extension() == ".md" && entry.path().filename() != "configuration.md")
                for (const auto& [key, told] : documentedDefaults(contentOf(entry.path())))
                    assertTells(entry.path(), key, told);
    }

    void engineStartsFromTheConfiguredDefaults()
    {
        host::Configuration configuration{host::Settings{}};
        configuration.addSection({"discv4", "Plugin discv4", discv4::settingsSchema()});
        CPPUNIT_ASSERT(configuration.problems().empty());
        const auto settings = discv4::Settings::from(configuration.view("discv4"));
        CPPUNIT_ASSERT(settings.parameters == discv4::engine::Parameters());
        CPPUNIT_ASSERT(settings.rates == discv4::io::IngressRates());
    }

    void registryStartsFromTheConfiguredDefaults()
    {
        const registry::RegistryLimits limits;
        for (const char* const backend : {"registry-memory.", "registry-sqlite."}) {
            const auto valueOf = [&](const char* key) {
                return declared().at(std::string(backend) + key);
            };
            CPPUNIT_ASSERT_EQUAL(std::to_string(limits.maximumPeers), valueOf("maximum-peers"));
            CPPUNIT_ASSERT_EQUAL(std::to_string(limits.tombstones), valueOf("tombstones"));
            CPPUNIT_ASSERT_EQUAL(std::to_string(limits.history), valueOf("history"));
        }
    }

    void testkitChangesOnlyWhereThingsAre()
    {
        const std::set<std::string> places{"waymark.plugins", "waymark.state-dir", "node.external-ip",
                                           "discv4.listen", "http-api.listen"};
        std::set<std::string> changed;
        for (const auto& [key, value] : testkit::wholeBootnode("folder"))
            changed.insert(key);
        CPPUNIT_ASSERT(places == changed);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DefaultsTest);

} // namespace waymark::integration
