#include "commands/decode/Explain.h"

#include "wire/Encode.h"
#include "wire/Frame.h"

#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>

namespace waymark::discv4::decode
{

class ExplainTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ExplainTest);
    CPPUNIT_TEST(explainsEveryFieldOfAPing);
    CPPUNIT_TEST(explainsAPaddedPortAndFurtherItems);
    CPPUNIT_TEST(tellsExpirationAgainstItsReference);
    CPPUNIT_TEST(explainsRecords);
    CPPUNIT_TEST(refusesRecordsOfOthers);
    CPPUNIT_TEST(passesOverNeighborsWithoutSense);
    CPPUNIT_TEST(pointsAtTheByteThatIsWrong);
    CPPUNIT_TEST(judgesAsTheWireDoesWhereverAPacketIsCutOrChanged);
    CPPUNIT_TEST(writesTimes);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::uint64_t now = 1'700'000'000;
    static constexpr Reference captured{now, true};

    node::SecretKey _key = testkit::testKey(1);
    wire::Encoder _encoder{[this](const node::Hash256& digest) {
        return _key.sign(digest);
    }};
    const node::NodeEndpoint _here{node::IpAddress::v4(10, 0, 0, 1), 30303, 80};
    const node::NodeEndpoint _there{node::IpAddress::parse("2001:db8::1").value(), 30304, 0};

    template <class Message>
    Bytes packet(const Message& message) const
    {
        const auto made = _encoder.encode(message);
        return {made.bytes.begin(), made.bytes.end()};
    }

    /// With a right hash and signature, whatever stands in it.
    Bytes sealed(Byte type, ByteView data) const
    {
        Bytes content{type};
        content.insert(content.end(), data.begin(), data.end());
        const auto signature = _key.sign(node::keccak256(content));
        Bytes rest(signature.begin(), signature.end());
        rest.insert(rest.end(), content.begin(), content.end());
        const auto hash = node::keccak256(rest);
        Bytes whole(hash.begin(), hash.end());
        whole.insert(whole.end(), rest.begin(), rest.end());
        return whole;
    }

    static const Field& field(const Explanation& explanation, const std::string& name)
    {
        const auto found =
            std::ranges::find_if(explanation.fields, [&](const Field& each) { return each.name == name; });
        CPPUNIT_ASSERT_MESSAGE(name, found != explanation.fields.end());
        return *found;
    }
    static std::string shown(const Explanation& explanation, const std::string& name)
    {
        return field(explanation, name).value.shown();
    }

    void requireFault(const Bytes& datagram, std::size_t offset, const std::string& what) const
    {
        const auto explanation = explain(datagram, captured);
        CPPUNIT_ASSERT(!explanation.faults.empty());
        CPPUNIT_ASSERT_EQUAL(what, explanation.faults.front().what.substr(0, what.size()));
        CPPUNIT_ASSERT_EQUAL(offset, explanation.faults.front().offset);
    }

public:
    void explainsEveryFieldOfAPing()
    {
        const Bytes ping = packet(wire::Ping{_here, _there, now + 20, 7});
        const auto explanation = explain(ping, captured);
        CPPUNIT_ASSERT(explanation.isGood());
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), explanation.type);
        CPPUNIT_ASSERT(explanation.sender == _key.publicKey());
        CPPUNIT_ASSERT_EQUAL(std::string("4"), shown(explanation, "version"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), shown(explanation, "from.ip"));
        CPPUNIT_ASSERT_EQUAL(std::string("80"), shown(explanation, "from.tcp"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::1"), shown(explanation, "to.ip"));
        CPPUNIT_ASSERT_EQUAL(std::string("7"), shown(explanation, "enr-seq"));
        // Every byte behind the list's prefix is in one field, in order.
        std::size_t place = field(explanation, "version").offset;
        for (const Field& each : explanation.fields) {
            if (each.size == 0 || each.offset < place)
                continue;
            CPPUNIT_ASSERT(each.offset - place <= 1); // the prefix of an endpoint's list
            place = each.offset + each.size;
        }
        CPPUNIT_ASSERT_EQUAL(ping.size(), place);
    }

    void explainsAPaddedPortAndFurtherItems()
    {
        // [4, [ip, 0x0050, 0], [ip, 1, 0], expiration, [], "x"] and bytes behind it
        const auto explanation = explain(sealed(1, fromHex("da04c9840a000001820050"
                                                           "80"
                                                           "c7840a0000020180"
                                                           "846553f114c078"
                                                           "ffff")
                                                       .value()),
                                         captured);
        CPPUNIT_ASSERT_MESSAGE(explanation.faults.empty() ? "" : explanation.faults[0].what,
                               explanation.isGood());
        CPPUNIT_ASSERT_EQUAL(std::string("80"), shown(explanation, "from.udp"));
        CPPUNIT_ASSERT(field(explanation, "from.udp").meaning.find("leading zeros") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string("0xc0"), shown(explanation, "further item"));
        CPPUNIT_ASSERT_EQUAL(std::string("0xffff"), shown(explanation, "bytes behind"));
        CPPUNIT_ASSERT(explanation.expired == false);
    }

    void tellsExpirationAgainstItsReference()
    {
        const auto meaning = [&](std::uint64_t expiration, bool isCapture) {
            const auto explanation = explain(packet(wire::EnrRequest{expiration}), {now, isCapture});
            CPPUNIT_ASSERT(explanation.isGood());
            CPPUNIT_ASSERT_EQUAL(expiration < now || expiration >> 63U != 0, explanation.expired.value());
            return field(explanation, "expiration").meaning;
        };
        CPPUNIT_ASSERT_EQUAL(std::string("2023-11-14T22:13:40Z, 20 s after the packet was captured"),
                             meaning(now + 20, true));
        CPPUNIT_ASSERT_EQUAL(std::string("2023-11-14T21:13:20Z, had passed 60 min before now"),
                             meaning(now - 3600, false));
        CPPUNIT_ASSERT_EQUAL(std::string("at or above 2^63, which counts as passed"),
                             meaning(std::uint64_t{1} << 63U, true));
        CPPUNIT_ASSERT(meaning((std::uint64_t{1} << 63U) - 1, true).find("s after 1970") !=
                       std::string::npos);
    }

    void explainsRecords()
    {
        Bytes client;
        node::rlp::Writer out(client);
        const auto mark = out.beginList();
        out.string(asBytes("Waymark")).string(asBytes("0.1\x1b[2J")).endList(mark);
        const auto record = node::EnrBuilder()
                                .seq(9)
                                .endpoint(_here)
                                .entry("client", client)
                                .entry("eth", fromHex("c7c684aabbccdd05").value())
                                .sign(_key)
                                .value();
        const auto explanation = explain(packet(wire::EnrResponse{{}, record.encoded()}), captured);
        CPPUNIT_ASSERT_MESSAGE(explanation.faults.empty() ? "" : explanation.faults[0].what,
                               explanation.isGood());
        CPPUNIT_ASSERT_EQUAL(std::string("9"), shown(explanation, "record.seq"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), shown(explanation, "record.ip"));
        CPPUNIT_ASSERT_EQUAL(std::string("30303"), shown(explanation, "record.udp"));
        CPPUNIT_ASSERT_EQUAL(std::string("aabbccdd/5"), shown(explanation, "record.eth"));
        CPPUNIT_ASSERT_EQUAL(std::string("Waymark 0.1?[2J"), shown(explanation, "record.client"));
        CPPUNIT_ASSERT_EQUAL(record.toString(), shown(explanation, "record"));
    }

    void refusesRecordsOfOthers()
    {
        const auto another = node::EnrBuilder().seq(9).sign(testkit::testKey(2)).value();
        requireFault(packet(wire::EnrResponse{{}, another.encoded()}), 98 + 2 + 33,
                     "the record is that of another node, ");
        Bytes forged(another.encoded().begin(), another.encoded().end());
        forged[10] ^= 1U;
        requireFault(packet(wire::EnrResponse{{}, forged}), 98 + 2 + 33, "record: ");
    }

    void passesOverNeighborsWithoutSense()
    {
        // [[[1.2.3.4, 1, 1, "short"], []], expiration]
        const auto explanation = explain(sealed(4, fromHex("d5cfcd840102030401018573686f7274c0"
                                                           "846553f114")
                                                       .value()),
                                         captured);
        CPPUNIT_ASSERT_MESSAGE(explanation.faults.empty() ? "" : explanation.faults[0].what,
                               explanation.isGood());
        CPPUNIT_ASSERT_EQUAL(std::string("2"), shown(explanation, "nodes"));
        CPPUNIT_ASSERT_EQUAL(std::string("passed over"), shown(explanation, "nodes[0]"));
        CPPUNIT_ASSERT_EQUAL(std::string("passed over"), shown(explanation, "nodes[1]"));
    }

    void pointsAtTheByteThatIsWrong()
    {
        const Bytes good = packet(wire::Ping{_here, _there, now + 20, 7});
        Bytes damaged = good;
        damaged[40] ^= 1U;
        requireFault(damaged, 0, "the hash does not cover the rest");
        requireFault(Bytes(97, 0), 97, "the packet ends here");
        requireFault(sealed(9, fromHex("c0").value()), 97, "packet type 9 is none of 1 to 6");
        requireFault(sealed(5, {}), 98, "packet data: an RLP item is missing");
        requireFault(sealed(5, fromHex("c28100").value()), 99, "expiration: ");
        requireFault(sealed(3, fromHex("c20101").value()), 99, "target: ");
        requireFault(sealed(1, fromHex("d404c7840a0000010180c7840a000002018080").value()), 98,
                     "packet data: ");
        Bytes tooLong = fromHex("c0").value();
        tooLong.resize(1183);
        requireFault(sealed(5, tooLong), 1280, "the packet goes on for 1 bytes");
        Bytes badSignature = good;
        badSignature[96] = 4;
        const auto hash = node::keccak256(ByteView(badSignature).subspan(32));
        std::ranges::copy(hash, badSignature.begin());
        requireFault(badSignature, 96, "signature: ");
    }

    void judgesAsTheWireDoesWhereverAPacketIsCutOrChanged()
    {
        const auto record = node::EnrBuilder().seq(9).endpoint(_here).sign(_key).value();
        wire::Neighbor neighbor{testkit::testKey(2).publicKey(), _here};
        const auto told = _encoder.encode(std::span(&neighbor, 1), now);
        const Bytes neighbors(told.bytes.begin(), told.bytes.end());
        for (const Bytes& whole :
             {packet(wire::Ping{_here, _there, now, 7}), packet(wire::Pong{_here, {}, now, {}}),
              packet(wire::FindNode{neighbor.key, now}), neighbors, packet(wire::EnrRequest{now}),
              packet(wire::EnrResponse{{}, record.encoded()})}) {
            const ByteView data = ByteView(whole).subspan(wire::minimumPacket);
            for (std::size_t i = 0; i < data.size(); ++i) {
                requireSameJudgement(sealed(whole[97], data.first(i)));
                for (const Byte change : {Byte{1}, Byte{0x40}, Byte{0x80}, Byte{0xff}}) {
                    Bytes changed(data.begin(), data.end());
                    changed[i] ^= change;
                    requireSameJudgement(sealed(whole[97], changed));
                }
            }
            CPPUNIT_ASSERT(explain(whole, captured).isGood());
        }
    }

    void writesTimes()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("1970-01-01T00:00:00Z"), utc(std::uint64_t{0}));
        CPPUNIT_ASSERT_EQUAL(std::string("9999-12-31T23:59:59Z"), utc(std::uint64_t{253'402'300'799}));
        CPPUNIT_ASSERT_EQUAL(std::string("253402300800 s after 1970"), utc(std::uint64_t{253'402'300'800}));
        CPPUNIT_ASSERT_EQUAL(std::string("2023-11-14T22:13:20.000001Z"),
                             utc(WallTime(std::chrono::nanoseconds(1'700'000'000'000'001'999))));
        CPPUNIT_ASSERT_EQUAL(std::string("119 s"), roughly(119));
        CPPUNIT_ASSERT_EQUAL(std::string("2 days"), roughly(48 * 3600));
    }

private:
    void requireSameJudgement(const Bytes& datagram) const
    {
        const auto frame = wire::Frame::parse(datagram);
        const auto message = frame ? frame->decode() : tl::unexpected(frame.error());
        bool isGood = message && frame->recoverSender();
        const auto* const response = isGood ? std::get_if<wire::EnrResponse>(&*message) : nullptr;
        if (response != nullptr) {
            const auto record = node::Enr::decode(response->record);
            isGood = record && record->key() == _key.publicKey();
        }
        CPPUNIT_ASSERT_EQUAL_MESSAGE(toHex(datagram), isGood, explain(datagram, captured).isGood());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ExplainTest);

} // namespace waymark::discv4::decode
