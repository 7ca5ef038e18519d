#include "wire/Frame.h"

#include "wire/Encode.h"

#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace waymark::discv4::wire
{

namespace
{

using node::rlp::Writer;

constexpr std::uint64_t soon = 2'000'000'020;
const node::NodeEndpoint here{node::IpAddress::v4(127, 0, 0, 1), 30303, 0};
const node::NodeEndpoint there{node::IpAddress::v4(127, 0, 0, 2), 30304, 30305};

} // namespace

class FrameTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FrameTest);
    CPPUNIT_TEST(readsBackWhatWasEncoded);
    CPPUNIT_TEST(readsBackNeighborsAndTheirOrder);
    CPPUNIT_TEST(twelveLargestNeighborsFitOnePacket);
    CPPUNIT_TEST(refusesToEncodeMoreThanTwelveNeighbors);
    CPPUNIT_TEST(checksSizeBeforeAnythingElse);
    CPPUNIT_TEST(refusesEveryFlippedBit);
    CPPUNIT_TEST(refusesUnknownTypes);
    CPPUNIT_TEST(refusesDataCutAtEveryByte);
    CPPUNIT_TEST(survivesMutatedDataWithGoodHash);
    CPPUNIT_TEST(refusesRecoveryIdsOtherThanZeroAndOne);
    CPPUNIT_TEST(tellsExpirationsFromTwoToThe63OnAsOver);
    CPPUNIT_TEST(neverExpiresAnEnrResponse);
    CPPUNIT_TEST(toleratesPaddedPortsAndEmptyAddresses);
    CPPUNIT_TEST(refusesPingWithoutUsableEndpoints);
    CPPUNIT_TEST(passesOverOneSenselessNeighbor);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsBackWhatWasEncoded()
    {
        const auto ping = std::get<Ping>(pass(Ping{here, there, soon, 7}));
        CPPUNIT_ASSERT(ping.from == here && ping.to == there && ping.expiration == soon && ping.enrSeq == 7U);
        CPPUNIT_ASSERT(!std::get<Ping>(pass(Ping{here, there, soon, {}})).enrSeq);

        const node::Hash256 hash = node::keccak256({});
        const auto pong = std::get<Pong>(pass(Pong{there, hash, soon, 9}));
        CPPUNIT_ASSERT(pong.to == there && pong.pingHash == hash && pong.expiration == soon);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{9}, pong.enrSeq.value());

        const auto question = std::get<FindNode>(pass(FindNode{_key.publicKey(), soon}));
        CPPUNIT_ASSERT(question.target == _key.publicKey() && question.expiration == soon);

        CPPUNIT_ASSERT_EQUAL(soon, std::get<EnrRequest>(pass(EnrRequest{soon})).expiration);

        const Bytes record{0xc2, 0x01, 0x02};
        const auto packet = _encoder.encode(EnrResponse{hash, record});
        const auto message = Frame::parse(packet.bytes)->decode();
        const auto& response = std::get<EnrResponse>(*message);
        CPPUNIT_ASSERT(response.requestHash == hash);
        CPPUNIT_ASSERT(std::ranges::equal(response.record, record));
    }

    void readsBackNeighborsAndTheirOrder()
    {
        const std::vector<Neighbor> nodes{{_key.publicKey(), here}, {testkit::testKey(2).publicKey(), there}};
        const auto packet = _encoder.encode(nodes, soon);
        const auto message = Frame::parse(packet.bytes)->decode();
        CPPUNIT_ASSERT(std::ranges::equal(std::get<Neighbors>(*message).nodes(), nodes));
        CPPUNIT_ASSERT_EQUAL(
            std::size_t{0},
            std::get<Neighbors>(*Frame::parse(_encoder.encode({}, soon).bytes)->decode()).size);
    }

    void twelveLargestNeighborsFitOnePacket()
    {
        const node::NodeEndpoint widest{*node::IpAddress::parse("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
                                        65535, 65535};
        const std::vector<Neighbor> nodes(Neighbors::maximumSent, Neighbor{_key.publicKey(), widest});
        const auto packet = _encoder.encode(nodes, std::uint64_t{1} << 62);
        CPPUNIT_ASSERT(packet.bytes.size() <= maximumPacket);
        CPPUNIT_ASSERT(Frame::parse(packet.bytes).has_value());
    }

    void refusesToEncodeMoreThanTwelveNeighbors()
    {
        const std::vector<Neighbor> nodes(Neighbors::maximumSent + 1, Neighbor{_key.publicKey(), here});
        CPPUNIT_ASSERT_THROW(_encoder.encode(nodes, soon), std::length_error);
    }

    void checksSizeBeforeAnythingElse()
    {
        const Bytes zeros(maximumPacket + 1, 0);
        for (const std::size_t size : {0U, 1U, 97U})
            CPPUNIT_ASSERT(Frame::parse(ByteView(zeros).first(size)).error() == Drop::tooShort);
        CPPUNIT_ASSERT(Frame::parse(ByteView(zeros).first(minimumPacket)).error() == Drop::badHash);
        CPPUNIT_ASSERT(Frame::parse(ByteView(zeros).first(maximumPacket)).error() == Drop::badHash);
        CPPUNIT_ASSERT(Frame::parse(zeros).error() == Drop::tooLong);
    }

    void refusesEveryFlippedBit()
    {
        const auto packet = _encoder.encode(Ping{here, there, soon, 7});
        Bytes bytes(packet.bytes.begin(), packet.bytes.end());
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] ^ (1U << (bit % 8)));
            CPPUNIT_ASSERT(Frame::parse(bytes).error() == Drop::badHash);
            bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] ^ (1U << (bit % 8)));
        }
    }

    void refusesUnknownTypes()
    {
        for (const Byte type : {Byte{0}, Byte{7}, Byte{8}, Byte{0xff}})
            CPPUNIT_ASSERT(Frame::parse(sealed(type, {0xc0})).error() == Drop::unknownType);
    }

    void refusesDataCutAtEveryByte()
    {
        for (const Message& message : samples()) {
            const Bytes whole = encode(message);
            const ByteView data = ByteView(whole).subspan(minimumPacket);
            for (std::size_t size = 0; size < data.size(); ++size) {
                const Bytes packet = sealed(whole[headSize], data.first(size));
                CPPUNIT_ASSERT(Frame::parse(packet)->decode().error() == Drop::malformed);
            }
        }
    }

    void survivesMutatedDataWithGoodHash()
    {
        std::mt19937 random(7);
        std::uniform_int_distribution<unsigned> byte(0, 255);
        for (const Message& message : samples()) {
            const Bytes whole = encode(message);
            const ByteView original = ByteView(whole).subspan(minimumPacket);
            for (int i = 0; i < 2'000; ++i) {
                Bytes data(original.begin(), original.end());
                for (unsigned changes = 1 + byte(random) % 4; changes > 0; --changes)
                    data[(byte(random) * 256U + byte(random)) % data.size()] =
                        static_cast<Byte>(byte(random));
                const auto decoded = Frame::parse(sealed(whole[headSize], data))->decode();
                CPPUNIT_ASSERT(decoded.has_value() || decoded.error() == Drop::malformed);
            }
        }
    }

    void refusesRecoveryIdsOtherThanZeroAndOne()
    {
        const auto packet = _encoder.encode(EnrRequest{soon});
        Bytes bytes(packet.bytes.begin(), packet.bytes.end());
        for (const Byte recovery : {Byte{2}, Byte{3}, Byte{27}, Byte{28}, Byte{255}}) {
            bytes[headSize - 1] = recovery;
            rehash(bytes);
            CPPUNIT_ASSERT(Frame::parse(bytes)->recoverSender().error() == Drop::badSignature);
        }
        std::fill(bytes.begin() + hashSize, bytes.begin() + headSize, Byte{0});
        rehash(bytes);
        CPPUNIT_ASSERT(Frame::parse(bytes)->recoverSender().error() == Drop::badSignature);
    }

    void tellsExpirationsFromTwoToThe63OnAsOver()
    {
        constexpr std::uint64_t now = 2'000'000'000;
        constexpr std::uint64_t border = std::uint64_t{1} << 63;
        CPPUNIT_ASSERT(isExpired(EnrRequest{now - 1}, now));
        CPPUNIT_ASSERT(!isExpired(EnrRequest{now}, now));
        CPPUNIT_ASSERT(!isExpired(EnrRequest{border - 1}, now));
        CPPUNIT_ASSERT(isExpired(EnrRequest{border}, now));
        CPPUNIT_ASSERT(isExpired(EnrRequest{0 - now - 20}, now));
    }

    void neverExpiresAnEnrResponse() { CPPUNIT_ASSERT(!isExpired(EnrResponse{}, soon)); }

    void toleratesPaddedPortsAndEmptyAddresses()
    {
        Bytes data;
        Writer out(data);
        const auto mark = out.beginList();
        out.integer(4);
        writeEndpoint(out, {}, Bytes{0x00, 0x50}, Bytes{0x00, 0x00});
        writeEndpoint(out, Bytes{127, 0, 0, 1}, Bytes{0x00, 0x00, 0x76, 0x5f}, Bytes{});
        out.integer(soon).endList(mark);
        const auto ping = std::get<Ping>(*Frame::parse(sealed(1, data))->decode());
        CPPUNIT_ASSERT((ping.from == node::NodeEndpoint{node::IpAddress(), 0x50, 0}));
        CPPUNIT_ASSERT((ping.to == node::NodeEndpoint{node::IpAddress::v4(127, 0, 0, 1), 30303, 0}));
    }

    void refusesPingWithoutUsableEndpoints()
    {
        const Bytes loopback{127, 0, 0, 1};
        const Bytes port{0x76, 0x5f};
        for (const auto& [ip, udp] : {std::pair{Bytes{127, 0, 0}, port}, std::pair{Bytes(17, 1), port},
                                      std::pair{loopback, Bytes{1, 0, 0}}}) {
            Bytes data;
            Writer out(data);
            const auto mark = out.beginList();
            out.integer(4);
            writeEndpoint(out, loopback, port, port);
            writeEndpoint(out, ip, udp, port);
            out.integer(soon).endList(mark);
            CPPUNIT_ASSERT(Frame::parse(sealed(1, data))->decode().error() == Drop::malformed);
        }
    }

    void passesOverOneSenselessNeighbor()
    {
        Bytes data;
        Writer out(data);
        const auto mark = out.beginList();
        const auto list = out.beginList();
        for (const Bytes& ip : {Bytes{1, 2, 3}, Bytes{1, 2, 3, 4}}) {
            const auto item = out.beginList();
            out.string(ip).integer(30303).integer(30303).string(_key.publicKey().bytes()).endList(item);
        }
        out.endList(list).integer(soon).endList(mark);
        const auto message = Frame::parse(sealed(4, data))->decode();
        const auto& told = std::get<Neighbors>(*message);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, told.size);
        CPPUNIT_ASSERT(told.nodes()[0].endpoint.ip == node::IpAddress::v4(1, 2, 3, 4));
    }

private:
    static void writeEndpoint(Writer& out, const Bytes& ip, const Bytes& udp, const Bytes& tcp)
    {
        const auto mark = out.beginList();
        out.string(ip).string(udp).string(tcp).endList(mark);
    }

    static void rehash(Bytes& packet)
    {
        std::ranges::copy(node::keccak256(ByteView(packet).subspan(hashSize)), packet.begin());
    }

    /// A packet with any data, its signature zero and its hash right.
    static Bytes sealed(Byte type, ByteView data)
    {
        Bytes packet(headSize, 0);
        packet.push_back(type);
        packet.insert(packet.end(), data.begin(), data.end());
        rehash(packet);
        return packet;
    }
    static Bytes sealed(Byte type, std::initializer_list<Byte> data) { return sealed(type, Bytes(data)); }

    std::vector<Message> samples() const
    {
        static const Bytes record{0xc3, 0x01, 0x02, 0x03};
        Neighbors two;
        two.size = 2;
        two.storage[0] = {_key.publicKey(), here};
        two.storage[1] = {_key.publicKey(), there};
        two.expiration = soon;
        return {Ping{here, there, soon, {}},
                Pong{there, node::keccak256({}), soon, {}},
                FindNode{_key.publicKey(), soon},
                two,
                EnrRequest{soon},
                EnrResponse{node::keccak256({}), record}};
    }

    Bytes encode(const Message& message)
    {
        const auto packet = std::visit(
            [&](const auto& typed) {
                if constexpr (std::is_same_v<std::decay_t<decltype(typed)>, Neighbors>)
                    return _encoder.encode(typed.nodes(), typed.expiration);
                else
                    return _encoder.encode(typed);
            },
            message);
        return {packet.bytes.begin(), packet.bytes.end()};
    }

    /// Encodes, then goes through all stages; the sender must come out.
    Message pass(const Message& message)
    {
        const Bytes packet = encode(message);
        const auto frame = Frame::parse(packet);
        CPPUNIT_ASSERT(frame.has_value());
        CPPUNIT_ASSERT(frame->recoverSender() == _key.publicKey());
        return frame->decode().value();
    }

    node::SecretKey _key = testkit::testKey(1);
    Encoder _encoder{[this](const node::Hash256& digest) {
        return _key.sign(digest);
    }};
};

CPPUNIT_TEST_SUITE_REGISTRATION(FrameTest);

} // namespace waymark::discv4::wire
