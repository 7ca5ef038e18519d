#include "wire/Frame.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <string_view>

namespace waymark::discv4::wire
{

namespace
{

/// The packets of EIP-8, "RLPx Discovery Protocol", signed with the key that is printed there.
constexpr std::string_view vectorKey = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";

constexpr std::string_view pingVersion4 =
    "e9614ccfd9fc3e74360018522d30e1419a143407ffcce748de3e22116b7e8dc92ff74788c0b6663aaa3d67d641936511c8f8d6ad"
    "8698b820a7cf9e1be7155e9a241f556658c55428ec0563514365799a4be2be5a685a80971ddcfa80cb422cdd0101ec04cb847f00"
    "0001820cfa8215a8d790000000000000000000000000000000018208ae820d058443b9a3550102";

constexpr std::string_view pingVersion555 =
    "577be4349c4dd26768081f58de4c6f375a7a22f3f7adda654d1428637412c3d7fe917cadc56d4e5e7ffae1dbe3efffb9849feb71"
    "b262de37977e7c7a44e677295680e9e38ab26bee2fcbae207fba3ff3d74069a50b902a82c9903ed37cc993c50001f83e82022bd7"
    "9020010db83c4d001500000000abcdef12820cfa8215a8d79020010db885a308d313198a2e037073488208ae82823a8443b9a355"
    "c5010203040531b9019afde696e582a78fa8d95ea13ce3297d4afb8ba6433e4154caa5ac6431af1b80ba76023fa4090c408f6b4b"
    "c3701562c031041d4702971d102c9ab7fa5eed4cd6bab8f7af956f7d565ee1917084a95398b6a21eac920fe3dd1345ec0a7ef393"
    "67ee69ddf092cbfe5b93e5e568ebc491983c09c76d922dc3";

constexpr std::string_view pong =
    "09b2428d83348d27cdf7064ad9024f526cebc19e4958f0fdad87c15eb598dd61d08423e0bf66b2069869e1724125f820d851c136"
    "684082774f870e614d95a2855d000f05d1648b2d5945470bc187c2d2216fbe870f43ed0909009882e176a46b0102f846d7902001"
    "0db885a308d313198a2e037073488208ae82823aa0fbc914b16819237dcd8801d7e53f69e9719adecb3cc0e790c57e91ca4461c9"
    "548443b9a355c6010203c2040506a0c969a58f6f9095004c0177a6b47f451530cab38966a25cca5cb58f055542124e";

constexpr std::string_view findNode =
    "c7c44041b9f7c7e41934417ebac9a8e1a4c6298f74553f2fcfdcae6ed6fe53163eb3d2b52e39fe91831b8a927bf4fc222c390220"
    "2027e5e9eb812195f95d20061ef5cd31d502e47ecb61183f74a504fe04c51e73df81f25c4d506b26db4517490103f84eb840ca63"
    "4cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd31387574077f301b421bc84df7266c44e9e6d569fc56be00"
    "812904767bf5ccd1fc7f8443b9a35582999983999999280dc62cc8255c73471e0a61da0c89acdc0e035e260add7fc0c04ad9ebf3"
    "919644c91cb247affc82b69bd2ca235c71eab8e49737c937a2c396";

constexpr std::string_view findNodeTarget =
    "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd31387574077f301b421bc84df7266c44e9e6d569fc56"
    "be00812904767bf5ccd1fc7f";

constexpr std::string_view neighbors =
    "c679fc8fe0b8b12f06577f2e802d34f6fa257e6137a995f6f4cbfc9ee50ed3710faf6e66f932c4c8d81d64343f429651328758b4"
    "7d3dbc02c4042f0fff6946a50f4a49037a72bb550f3a7872363a83e1b9ee6469856c24eb4ef80b7535bcf99c0004f9015bf90150"
    "f84d846321163782115c82115db8403155e1427f85f10a5c9a7755877748041af1bcd8d474ec065eb33df57a97babf54bfd21035"
    "75fa829115d224c523596b401065a97f74010610fce76382c0bf32f84984010203040101b840312c55512422cf9b8a4097e9a6ad"
    "79402e87a15ae909a4bfefa22398f03d20951933beea1e4dfa6f968212385e829f04c2d314fc2d4e255e0d3bc08792b069dbf859"
    "9020010db83c4d001500000000abcdef12820d05820d05b84038643200b172dcfef857492156971f0e6aa2c538d8b74010f8e140"
    "811d53b98c765dd2d96126051913f44582e8c199ad7c6d6819e9a56483f637feaac9448aacf8599020010db885a308d313198a2e"
    "037073488203e78203e8b8408dcab8618c3253b558d459da53bd8fa68935a719aff8b811197101a4b2b47dd2d47295286fc00cc0"
    "81bb542d760717d1bdd6bec2c37cd72eca367d6dd3b9df738443b9a355010203b525a138aa34383fec3d2719a0";

constexpr std::uint64_t vectorExpiration = 1'136'239'445;

node::IpAddress ip(std::string_view text)
{
    return *node::IpAddress::parse(text);
}

} // namespace

/// All packets that EIP-8 asks every implementation to accept. They are only decoded: their signatures were
/// not made by RFC 6979.
class VectorsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(VectorsTest);
    CPPUNIT_TEST(decodesPingWithFurtherListItems);
    CPPUNIT_TEST(decodesPingOfAnyVersionWithTrailingBytes);
    CPPUNIT_TEST(decodesPongWithListWhereEnrSeqSits);
    CPPUNIT_TEST(decodesFindNodeWithTrailingBytes);
    CPPUNIT_TEST(decodesNeighborsWithTrailingBytes);
    CPPUNIT_TEST(refusesWhateverOfThemIsCutShort);
    CPPUNIT_TEST_SUITE_END();

public:
    void decodesPingWithFurtherListItems()
    {
        const auto ping = std::get<Ping>(decode(pingVersion4));
        CPPUNIT_ASSERT((ping.from == node::NodeEndpoint{ip("127.0.0.1"), 3322, 5544}));
        CPPUNIT_ASSERT((ping.to == node::NodeEndpoint{ip("::1"), 2222, 3333}));
        CPPUNIT_ASSERT_EQUAL(vectorExpiration, ping.expiration);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ping.enrSeq.value());
    }

    void decodesPingOfAnyVersionWithTrailingBytes()
    {
        const auto ping = std::get<Ping>(decode(pingVersion555));
        CPPUNIT_ASSERT((ping.from == node::NodeEndpoint{ip("2001:db8:3c4d:15::abcd:ef12"), 3322, 5544}));
        CPPUNIT_ASSERT(
            (ping.to == node::NodeEndpoint{ip("2001:db8:85a3:8d3:1319:8a2e:370:7348"), 2222, 33338}));
        CPPUNIT_ASSERT(!ping.enrSeq);
    }

    void decodesPongWithListWhereEnrSeqSits()
    {
        const auto answer = std::get<Pong>(decode(pong));
        CPPUNIT_ASSERT(
            (answer.to == node::NodeEndpoint{ip("2001:db8:85a3:8d3:1319:8a2e:370:7348"), 2222, 33338}));
        CPPUNIT_ASSERT_EQUAL(std::string("fbc914b16819237dcd8801d7e53f69e9719adecb3cc0e790c57e91ca4461c954"),
                             toHex(answer.pingHash));
        CPPUNIT_ASSERT_EQUAL(vectorExpiration, answer.expiration);
        CPPUNIT_ASSERT(!answer.enrSeq);
    }

    void decodesFindNodeWithTrailingBytes()
    {
        const auto question = std::get<FindNode>(decode(findNode));
        CPPUNIT_ASSERT_EQUAL(std::string(findNodeTarget), question.target.hex());
        CPPUNIT_ASSERT_EQUAL(vectorExpiration, question.expiration);
    }

    void decodesNeighborsWithTrailingBytes()
    {
        const auto answer = std::get<Neighbors>(decode(neighbors));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, answer.size);
        const auto nodes = answer.nodes();
        CPPUNIT_ASSERT((nodes[0].endpoint == node::NodeEndpoint{ip("99.33.22.55"), 4444, 4445}));
        CPPUNIT_ASSERT((nodes[1].endpoint == node::NodeEndpoint{ip("1.2.3.4"), 1, 1}));
        CPPUNIT_ASSERT(
            (nodes[2].endpoint == node::NodeEndpoint{ip("2001:db8:3c4d:15::abcd:ef12"), 3333, 3333}));
        CPPUNIT_ASSERT(
            (nodes[3].endpoint == node::NodeEndpoint{ip("2001:db8:85a3:8d3:1319:8a2e:370:7348"), 999, 1000}));
        CPPUNIT_ASSERT_EQUAL(std::string("3155e1427f85f10a"), nodes[0].key.hex().substr(0, 16));
        CPPUNIT_ASSERT_EQUAL(std::string("8dcab8618c3253b5"), nodes[3].key.hex().substr(0, 16));
    }

    void refusesWhateverOfThemIsCutShort()
    {
        for (const auto vector : {pingVersion4, pingVersion555, pong, findNode, neighbors}) {
            const Bytes packet = *fromHex(vector);
            for (std::size_t size = 0; size < packet.size(); ++size)
                CPPUNIT_ASSERT(!Frame::parse(ByteView(packet).first(size)));
        }
    }

private:
    /// Through all stages; the sender must be the key of the vectors.
    static Message decode(std::string_view vector)
    {
        const Bytes packet = *fromHex(vector);
        const auto frame = Frame::parse(packet);
        CPPUNIT_ASSERT(frame.has_value());
        const auto message = frame->decode();
        CPPUNIT_ASSERT(message.has_value());
        CPPUNIT_ASSERT(typeOf(*message) == frame->type());
        CPPUNIT_ASSERT(isExpired(*message, vectorExpiration + 1));
        CPPUNIT_ASSERT(!isExpired(*message, vectorExpiration));
        const auto sender = frame->recoverSender();
        CPPUNIT_ASSERT(sender.has_value());
        CPPUNIT_ASSERT(*sender == node::SecretKey::fromHex(vectorKey)->publicKey());
        return *message;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(VectorsTest);

} // namespace waymark::discv4::wire
