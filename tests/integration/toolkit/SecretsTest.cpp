#include "Examples.h"
#include "Program.h"

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::testing
{

/// A key where something else was meant, which is a slip of a moment and must not show it for good: terminals
/// are watched and logs are kept.
class SecretsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SecretsTest);
    CPPUNIT_TEST(aKeyFileForANodeSetIsNotShown);
    CPPUNIT_TEST(aKeyOnStandardInputIsNotShown);
    CPPUNIT_TEST(aKeyInTheArgumentsIsNotShown);
    CPPUNIT_TEST(aKeyFileForBootnodesIsNotShown);
    CPPUNIT_TEST_SUITE_END();

    using Words = std::vector<std::string>;

    /// Neither the digits nor a part of them from which the rest could be guessed.
    void assertHidden(const Words& words, const std::string& input = {}) const
    {
        const Ran ran = _program.run(words, input);
        const std::string all = ran.out + ran.error;
        CPPUNIT_ASSERT_MESSAGE(all, !ran.error.empty());
        for (std::size_t part = 0; part + 8 <= exampleKey.size(); part += 4)
            CPPUNIT_ASSERT_MESSAGE(words.front() + ' ' + words.back() + ": " + all,
                                   all.find(exampleKey.substr(part, 8)) == std::string::npos);
    }

    /// The ways in which the digits of a key may stand in a file.
    static Words contents()
    {
        return {exampleKey + '\n',
                "0x" + exampleKey,
                "  " + exampleKey + " \r\n\r\n",
                '"' + exampleKey + "\"\n",
                "# mine\n" + exampleKey + " # it\n",
                exampleKey.substr(1) + '\n',
                exampleKey.substr(0, 32) + ' ' + exampleKey.substr(32) + '\n',
                "key = " + exampleKey + '\n'};
    }

    void aKeyFileForANodeSetIsNotShown()
    {
        for (const std::string& content : contents()) {
            const std::string file = _program.write("boot.key", content);
            for (const std::string verb : {"info", "filter", "merge"}) {
                assertHidden({"nodeset", verb, file});
                for (const std::string format : {"list", "csv", "nodes-json", "static-nodes", "enrs"})
                    assertHidden({"nodeset", verb, "--strict", "--from", format, file});
            }
            assertHidden({"registry", "stats", file});
            assertHidden({"registry", "import", "--in", file, "--to", "json-lines", "made"});
        }
        _program.bad(65, "looks like a node key",
                     {"nodeset", "info", _program.write("boot.key", exampleKey)});
    }

    void aKeyOnStandardInputIsNotShown()
    {
        for (const std::string& content : contents()) {
            assertHidden({"nodeset", "info", "-"}, content);
            assertHidden({"enr", "decode", "-"}, content);
            assertHidden({"enr", "decode", "--json", "-"}, content);
            assertHidden({"registry", "import", "--to", "json-lines", "made"}, content);
        }
        _program.bad(65, "looks like a node key", {"enr", "decode", "-"}, exampleKey + '\n');
    }

    void aKeyInTheArgumentsIsNotShown()
    {
        for (const std::string& key : {exampleKey, "0x" + exampleKey, ' ' + exampleKey, exampleKey + "00"}) {
            for (const Words& words : std::vector<Words>{{"enr", "decode"},
                                                         {"enr", "decode", "enr:" + exampleKey},
                                                         {"enode", "parse"},
                                                         {"nodeset", "info"},
                                                         {"nodeset", "filter", "x", "--network"},
                                                         {"key", "inspect"},
                                                         {"key", "generate"},
                                                         {"key", "to-enr", "x", "--entry"},
                                                         {"key", "to-enr", "x", "--ip"},
                                                         {"registry", "convert", "a", "b", "--to"},
                                                         {"bootnode"},
                                                         {"bootnode", "-nat"},
                                                         {"bootnode", "-nodekeyhex", key + key + "-addr"},
                                                         {"bootnode", "-writeaddress=" + exampleKey},
                                                         {"plugin", "inspect"},
                                                         {"help"},
                                                         {"man"},
                                                         {"key"},
                                                         {"ping"},
                                                         {}}) {
                Words all = words;
                all.push_back(key);
                assertHidden(all);
            }
        }
    }

    void aKeyFileForBootnodesIsNotShown()
    {
        for (const std::string& content : contents()) {
            // Blanks separate nodes there: a half of a key is one.
            if (content.find(exampleKey.substr(1)) == std::string::npos)
                continue;
            assertHidden(
                {"crawl", "--out", "nodes.json", "--bootnodes", "@" + _program.write("boot.key", content)});
        }
    }

    Program _program;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SecretsTest);

} // namespace waymark::testing
