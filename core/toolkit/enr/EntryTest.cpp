#include "enr/Entry.h"

#include "toolkit/RecordDissection.h"

#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::toolkit::enr
{

class EntryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(EntryTest);
    CPPUNIT_TEST(readsWhatIsKnown);
    CPPUNIT_TEST(showsWhatIsUnknownInHex);
    CPPUNIT_TEST(saysWhereAKnownKeyHasNoValueOfItsKind);
    CPPUNIT_TEST(noItemBreaksAnyKey);
    CPPUNIT_TEST(showsDamagedRlpInHex);
    CPPUNIT_TEST(explainsARecordThatIsCutOffAnywhere);
    CPPUNIT_TEST(explainsARecordWithAnyByteChanged);
    CPPUNIT_TEST(writesWhatTheKeyWants);
    CPPUNIT_TEST(writesAnythingUnderAnyKey);
    CPPUNIT_TEST(refusesWhatIsNoEntry);
    CPPUNIT_TEST_SUITE_END();

    static void assertExplained(const std::string& key, const std::string& item, const std::string& json,
                                const std::string& shown)
    {
        const auto entry = explain(key, fromHex(item).value());
        CPPUNIT_ASSERT_MESSAGE(key, entry.isKnown && !entry.isMalformed && !entry.meaning.empty());
        CPPUNIT_ASSERT_EQUAL(json, entry.value.json());
        CPPUNIT_ASSERT_EQUAL(shown, entry.value.shown());
    }

    static std::string written(const std::string& text)
    {
        const auto entry = parseEntry(text);
        CPPUNIT_ASSERT_MESSAGE(text, entry.has_value());
        return entry->key + ' ' + toHex(entry->item);
    }

    void readsWhatIsKnown()
    {
        assertExplained("id", "827634", "\"v4\"", "v4");
        assertExplained("ip", "847f000001", "\"127.0.0.1\"", "127.0.0.1");
        assertExplained("ip6", "9020010db8000000000000000000000007", "\"2001:db8::7\"", "2001:db8::7");
        for (const std::string key : {"tcp", "udp", "tcp6", "udp6", "quic", "quic6"})
            assertExplained(key, "82765f", "30303", "30303");
        const std::string key = "03ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138";
        assertExplained("secp256k1", "a1" + key, '"' + key + '"', key);
        assertExplained("eth", "cac984fc64ec0483118c30", R"({"hash":"0xfc64ec04","next":1150000})",
                        "fc64ec04/1150000");
        assertExplained("eth", "c7c684fc64ec0480", R"({"hash":"0xfc64ec04","next":0})", "fc64ec04/0");
        assertExplained("snap", "c0", "true", "yes");
        assertExplained("client", "ca8467657468845631302e", R"(["geth","V10."])", "geth V10.");
        assertExplained("cgc", "08", "8", "8");
        assertExplained("nfd", "84deadbeef", "\"deadbeef\"", "deadbeef");
        // Chain 10, version 0, as unsigned LEB128; and a chain id of two bytes.
        assertExplained("opstack", "820a00", R"({"chain_id":10,"version":0})", "chain 10, version 0");
        assertExplained("opstack", "83854200", R"({"chain_id":8453,"version":0})", "chain 8453, version 0");
        // What a consensus client told: fork digest, next version, epoch in little-endian order.
        assertExplained("eth2", "90b5303f2a03000000ffffffffffffffff",
                        R"({"fork_digest":"b5303f2a","next_fork_version":"03000000","next_fork_epoch":null})",
                        "fork digest b5303f2a, no next one planned");
        assertExplained("eth2", "90b5303f2a030000000201000000000000",
                        R"({"fork_digest":"b5303f2a","next_fork_version":"03000000","next_fork_epoch":258})",
                        "fork digest b5303f2a, version 03000000 at epoch 258");
        assertExplained("attnets", "880100000000000080", "[0,63]", "0, 63");
        assertExplained("attnets", "880000000000000000", "[]", "none");
        const auto all = explain("attnets", fromHex("88ffffffffffffffff").value());
        CPPUNIT_ASSERT_EQUAL(std::string("all 64"), all.value.shown());
        assertExplained("syncnets", "0f", "[0,1,2,3]", "0, 1, 2, 3");
    }

    void showsWhatIsUnknownInHex()
    {
        const auto shown = [](const std::string& item) {
            const auto entry = explain("foo", fromHex(item).value());
            CPPUNIT_ASSERT(!entry.isKnown && !entry.isMalformed);
            return entry.value.json() + ' ' + entry.value.shown() + ' ' + entry.meaning;
        };
        CPPUNIT_ASSERT_EQUAL(std::string("\"0x\" 0x "), shown("80"));
        CPPUNIT_ASSERT_EQUAL(std::string("\"0x07\" 0x07 "), shown("07"));
        CPPUNIT_ASSERT_EQUAL(std::string("\"0x68656c6c6f\" 0x68656c6c6f 'hello'"), shown("8568656c6c6f"));
        CPPUNIT_ASSERT_EQUAL(std::string("[\"0x01\",[],[\"0x02\"]] [0x01, [], [0x02]] "),
                             shown("c401c0c102"));
    }

    void saysWhereAKnownKeyHasNoValueOfItsKind()
    {
        for (const auto& [key, item] : std::vector<std::pair<std::string, std::string>>{
                 {"ip", "830a0000"},
                 {"ip", "c0"},
                 {"ip6", "847f000001"},
                 {"ip6", "9000000000000000000000ffff7f000001"}, // IPv4 in disguise
                 {"udp", "83010000"},
                 {"udp", "820001"},
                 {"eth", "80"},
                 {"eth2", "80"},
                 {"attnets", "80"},
                 {"secp256k1", "80"},
                 {"opstack", "81ff"},
                 {"opstack", "83010203"},
                 {"client", "80"},
                 {"client", "c1c0"}}) {
            const auto entry = explain(key, fromHex(item).value());
            CPPUNIT_ASSERT_MESSAGE(key + ' ' + item, entry.isKnown && entry.isMalformed);
            CPPUNIT_ASSERT(entry.meaning.starts_with("no valid "));
        }
    }

    void noItemBreaksAnyKey()
    {
        for (const std::string key : {"attnets", "cgc", "client", "eth", "eth2", "id", "ip", "ip6", "les",
                                      "nfd", "opstack", "secp256k1", "snap", "syncnets", "tcp", "other"})
            for (std::size_t size = 0; size <= 40; ++size)
                for (const Byte fill : {Byte{0}, Byte{0x7f}, Byte{0x80}, Byte{0xff}}) {
                    Bytes item;
                    node::rlp::Writer(item).string(Bytes(size, fill));
                    CPPUNIT_ASSERT(!explain(key, item).value.shown().empty());
                }
    }

    void showsDamagedRlpInHex()
    {
        // Inner items that are cut off, or longer than they need to be, and no reader gets past.
        for (const std::string item : {"c181", "c2c181", "c3c28101", "c28101", "c484ffffff", "81", "8101",
                                       "f7", "", "0101", "c0c0", "c7c684fc64ec04"})
            for (const std::string key : {"eth", "client", "id", "ip", "snap", "foo"}) {
                const auto entry = explain(key, fromHex(item).value());
                CPPUNIT_ASSERT_EQUAL_MESSAGE(key, "\"0x" + item + '"', entry.value.json());
                CPPUNIT_ASSERT_EQUAL_MESSAGE(key, "0x" + item, entry.value.shown());
                CPPUNIT_ASSERT_EQUAL(key != "foo", entry.isKnown);
                CPPUNIT_ASSERT(entry.isMalformed && entry.meaning.starts_with("no "));
            }
    }

    /// With lists in lists under keys that are known and others.
    static Bytes richRecord()
    {
        const auto item = [](const std::string& hex) {
            return fromHex(hex).value();
        };
        const auto record = node::EnrBuilder()
                                .seq(1000)
                                .entry("attnets", item("880100000000000080"))
                                .entry("client", item("ca8467657468845631302e"))
                                .entry("eth", item("cac984fc64ec0483118c30"))
                                .entry("nested", item("c401c0c102"))
                                .entry("opstack", item("83854200"))
                                .entry("snap", item("c0"))
                                .endpoint({node::IpAddress::v4(127, 0, 0, 1), 30303, 30304})
                                .sign(testkit::testKey(1));
        const ByteView bytes = record.value().encoded();
        return {bytes.begin(), bytes.end()};
    }

    /// How many entries it has.
    static std::size_t explained(ByteView bytes)
    {
        const RecordDissection record(bytes);
        for (const auto& [key, item] : record.pairs()) {
            const auto entry = explain(key, item);
            CPPUNIT_ASSERT(!entry.value.shown().empty());
            CPPUNIT_ASSERT(entry.value.json().size() < 6 * item.size() + 200);
        }
        return record.pairs().size();
    }

    void explainsARecordThatIsCutOffAnywhere()
    {
        const Bytes whole = richRecord();
        CPPUNIT_ASSERT_EQUAL(std::size_t{11}, explained(whole));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CPPUNIT_ASSERT(explained(ByteView(whole).first(size)) <= 11);
            CPPUNIT_ASSERT(RecordDissection(ByteView(whole).first(size)).flaw());
        }
    }

    void explainsARecordWithAnyByteChanged()
    {
        const Bytes whole = richRecord();
        Bytes changed = whole;
        for (std::size_t place = 0; place < whole.size(); ++place) {
            for (unsigned flip = 1; flip < 256; ++flip) {
                changed[place] = static_cast<Byte>(whole[place] ^ flip);
                explained(changed);
            }
            changed[place] = whole[place];
        }
    }

    void writesWhatTheKeyWants()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("ip 847f000001"), written("ip=127.0.0.1"));
        CPPUNIT_ASSERT_EQUAL(std::string("ip6 9020010db8000000000000000000000007"),
                             written("ip6=2001:db8::7"));
        CPPUNIT_ASSERT_EQUAL(std::string("quic 82765f"), written("quic=30303"));
        CPPUNIT_ASSERT_EQUAL(std::string("eth cac984fc64ec0483118c30"), written("eth=fc64ec04/1150000"));
        CPPUNIT_ASSERT_EQUAL(std::string("eth c7c684fc64ec0480"), written("eth=fc64ec04"));
    }

    void writesAnythingUnderAnyKey()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("foo 8568656c6c6f"), written("foo=hello"));
        CPPUNIT_ASSERT_EQUAL(std::string("foo 80"), written("foo="));
        CPPUNIT_ASSERT_EQUAL(std::string("foo 83613d62"), written("foo=a=b"));
        CPPUNIT_ASSERT_EQUAL(std::string("foo 820102"), written("foo=0x0102"));
        CPPUNIT_ASSERT_EQUAL(std::string("foo 84") + "30783031", written("foo=text:0x01"));
        CPPUNIT_ASSERT_EQUAL(std::string("foo 820100"), written("foo=int:256"));
        CPPUNIT_ASSERT_EQUAL(std::string("foo 80"), written("foo=int:0"));
        CPPUNIT_ASSERT_EQUAL(std::string("foo c20102"), written("foo=rlp:c20102"));
        CPPUNIT_ASSERT_EQUAL(std::string("ip 820102"), written("ip=0x0102"));
    }

    void refusesWhatIsNoEntry()
    {
        for (const std::string text : {"",
                                       "foo",
                                       "=x",
                                       "ip=2001:db8::7",
                                       "ip6=10.0.0.1",
                                       "ip=here",
                                       "udp=65536",
                                       "udp=-1",
                                       "eth=fc64",
                                       "eth=fc64ec04/x",
                                       "eth=fc64ec04/",
                                       "foo=0x0",
                                       "foo=0xzz",
                                       "foo=int:",
                                       "foo=int:-1",
                                       "foo=int:18446744073709551616",
                                       "foo=rlp:",
                                       "foo=rlp:c2",
                                       "foo=rlp:0102",
                                       "foo=rlp:8105",
                                       "foo=rlp:xx"})
            CPPUNIT_ASSERT_MESSAGE(text, !parseEntry(text));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EntryTest);

} // namespace waymark::toolkit::enr
