#include "engine/SignedAnswers.h"

#include "World.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace waymark::discv4::testing
{

using engine::SignedAnswers;
using wire::Neighbor;

/// Answers that are signed once and sent to many.
class SignedAnswersTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SignedAnswersTest);
    CPPUNIT_TEST(keepsOnlyWhatIsAskedForAgain);
    CPPUNIT_TEST(findsNothingButTheVerySameContent);
    CPPUNIT_TEST(goesToNobodyTwice);
    CPPUNIT_TEST(isFoundUntilItsTimeIsOver);
    CPPUNIT_TEST(isSignedAnewWhenTheClockWasSetBack);
    CPPUNIT_TEST(goesToABoundedNumberOfNodes);
    CPPUNIT_TEST(keepsItsBounds);
    CPPUNIT_TEST(keepsNothingWithoutRoom);
    CPPUNIT_TEST(manyThatAskTheSameCostOneSignature);
    CPPUNIT_TEST(sentPacketsAreValidForTheirWholeLifetime);
    CPPUNIT_TEST(noNodeGetsTheSameBytesTwiceWhateverChanges);
    CPPUNIT_TEST(tellsChangesAtOnceHoweverOftenTheAnswerWasSent);
    CPPUNIT_TEST_SUITE_END();

public:
    void keepsOnlyWhatIsAskedForAgain()
    {
        const auto content = nodes(3);
        CPPUNIT_ASSERT(!_answers.find({content, who(1), now}).isKept);
        const auto again = _answers.find({content, who(2), now});
        CPPUNIT_ASSERT(again.isKept && again.packets.size == 0);
        put(content, 2, now + 5);
        const auto found = _answers.find({content, who(3), now});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, found.packets.size);
        CPPUNIT_ASSERT(std::ranges::equal(found.packets.all()[0], asBytes("first")));
        CPPUNIT_ASSERT(std::ranges::equal(found.packets.all()[1], asBytes("second")));
    }

    void findsNothingButTheVerySameContent()
    {
        const auto content = nodes(4);
        put(content, 1, now + 5);
        std::vector<std::vector<Neighbor>> others(7, content);
        std::swap(others[0][1], others[0][2]);
        others[1].pop_back();
        others[2].push_back(nodes(5).back());
        ++others[3][2].endpoint.udp;
        ++others[4][2].endpoint.tcp;
        others[5][2].endpoint.ip = at("10.9.9.9:1").ip;
        auto key = content[3].key.bytes();
        key.back() ^= 1; // what the hash of the content leaves out
        others[6][3].key = node::PublicKey(key);
        for (const auto& other : others)
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _answers.find({other, who(2), now}).packets.size);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _answers.find({content, who(2), now}).packets.size);
    }

    void goesToNobodyTwice()
    {
        const auto content = nodes(2);
        put(content, 1, now + 5);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _answers.find({content, who(1), now}).packets.size);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _answers.find({content, who(2), now}).packets.size);
        const auto second = _answers.find({content, who(2), now});
        CPPUNIT_ASSERT(second.isKept && second.packets.size == 0);
        put(content, 2, now + 5); // another signature
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _answers.find({content, who(1), now}).packets.size);
    }

    void isFoundUntilItsTimeIsOver()
    {
        const auto content = nodes(2);
        put(content, 1, now + 5);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _answers.find({content, who(2), now + 5}).packets.size);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _answers.find({content, who(3), now + 6}).packets.size);
    }

    void isSignedAnewWhenTheClockWasSetBack()
    {
        constexpr std::uint64_t earlier = now - 3'600;
        const auto content = nodes(2);
        put(content, 1, now + 5);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _answers.find({content, who(2), earlier}).packets.size);
        _answers.put({content, who(2), earlier}, earlier + 5, packets());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _answers.find({content, who(3), earlier}).packets.size);
    }

    void goesToABoundedNumberOfNodes()
    {
        const auto content = nodes(2);
        put(content, 0, now + 5);
        for (std::uint64_t i = 1; i < SignedAnswers::recipients; ++i)
            CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _answers.find({content, who(i), now}).packets.size);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _answers.find({content, who(999), now}).packets.size);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _answers.size(now));
    }

    void keepsItsBounds()
    {
        constexpr std::size_t bytes = 1'000'000;
        SignedAnswers answers(1, bytes);
        std::vector<Neighbor> content = nodes(1);
        for (std::uint16_t port = 1; port < 2'000; ++port) {
            content[0].endpoint.udp = port;
            answers.put({content, who(1), now}, now + 5, packets());
        }
        CPPUNIT_ASSERT(answers.size(now) > 100 && answers.size(now) < bytes / 4'000);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, answers.find({content, who(2), now}).packets.size);
    }

    void keepsNothingWithoutRoom()
    {
        SignedAnswers answers(1, 0);
        const auto content = nodes(1);
        for (std::uint64_t i = 0; i < 5; ++i)
            CPPUNIT_ASSERT(!answers.find({content, who(i), now}).isKept);
    }

    void manyThatAskTheSameCostOneSignature()
    {
        enrollSome(20);
        for (std::uint64_t i = 0; i < 30; ++i)
            speaker(i).bond(_node.endpoint());
        for (std::uint64_t i = 0; i < 30; ++i)
            speaker(i).findNode(_node.endpoint(), target(0));
        _world.deliver();
        // The first may stay the only one; the second shows that others ask the same.
        CPPUNIT_ASSERT_EQUAL(2.0, answered("fresh"));
        CPPUNIT_ASSERT_EQUAL(28.0, answered("reused"));
        for (std::uint64_t i = 0; i < 30; ++i)
            CPPUNIT_ASSERT_EQUAL(std::size_t{16}, speaker(i).takeNeighbors().size());
    }

    void sentPacketsAreValidForTheirWholeLifetime()
    {
        enrollSome(20);
        for (std::uint64_t i = 0; i < 30; ++i)
            speaker(i).bond(_node.endpoint());
        const std::uint64_t lifetime = 20;
        for (std::uint64_t i = 0; i < 30; ++i) {
            speaker(i).findNode(_node.endpoint(), target(0));
            _world.deliver();
            for (const auto& heard : speaker(i).heard()) {
                const auto expiration = std::get<wire::Neighbors>(heard.message).expiration;
                const auto earliest = _world.clock().unixSeconds() + lifetime;
                CPPUNIT_ASSERT(expiration >= earliest);
                CPPUNIT_ASSERT(expiration <= earliest + SignedAnswers::reuseSeconds);
            }
            _world.clock().advance(std::chrono::milliseconds(700));
        }
        CPPUNIT_ASSERT(answered("reused") > 20 && answered("fresh") > 3);
    }

    void noNodeGetsTheSameBytesTwiceWhateverChanges()
    {
        testkit::SeededRandom random(3);
        enrollSome(20);
        for (std::uint64_t i = 0; i < 6; ++i)
            speaker(i).bond(_node.endpoint());
        std::set<std::pair<std::uint64_t, node::Hash256>> sent;
        for (int step = 0; step < 400; ++step) {
            const std::uint64_t i = random.below(6);
            speaker(i).findNode(_node.endpoint(), target(random.below(3)));
            _world.deliver();
            for (const auto& heard : speaker(i).heard())
                if (heard.type == wire::PacketType::neighbors)
                    CPPUNIT_ASSERT(sent.emplace(i, heard.hash).second);
            speaker(i).heard().clear();
            if (random.below(50) == 0)
                enrollSome(18 + random.below(4));
            if (random.below(20) == 0) // clocks are set back, too
                _world.clock().setWall(-std::chrono::seconds(random.below(8)));
            _world.clock().advance(std::chrono::milliseconds(random.below(200)));
        }
        CPPUNIT_ASSERT(answered("reused") > 100);
    }

    void tellsChangesAtOnceHoweverOftenTheAnswerWasSent()
    {
        enrollSome(20);
        for (std::uint64_t i = 0; i < 20; ++i)
            speaker(i).bond(_node.endpoint());
        const auto added = target(0);
        const auto endpointOfAdded = [&](std::uint64_t asker) -> std::optional<node::NodeEndpoint> {
            speaker(asker).findNode(_node.endpoint(), added);
            _world.deliver();
            const auto told = speaker(asker).takeNeighbors();
            const auto found = std::ranges::find(told, added, &Neighbor::key);
            return found == told.end() ? std::nullopt : std::optional(found->endpoint);
        };
        std::uint64_t asker = 0;
        const auto requireTold = [&](const std::optional<node::NodeEndpoint>& expected) {
            for (int i = 0; i < 5; ++i)
                CPPUNIT_ASSERT(endpointOfAdded(asker++) == expected);
        };
        requireTold(std::nullopt);
        _node.enroll(added, nodeAt("10.1.9.9:30303"));
        requireTold(nodeAt("10.1.9.9:30303"));
        _node.enroll(added, nodeAt("10.1.9.9:30304"));
        requireTold(nodeAt("10.1.9.9:30304"));
        _node.dismiss(added);
        requireTold(std::nullopt);
        CPPUNIT_ASSERT(answered("reused") >= 4 * 3 - 1);
    }

private:
    static constexpr std::uint64_t now = 10'000;

    static std::vector<Neighbor> nodes(std::uint64_t count)
    {
        std::vector<Neighbor> made;
        for (std::uint64_t i = 0; i < count; ++i)
            made.push_back(
                {testkit::testKey(100 + i).publicKey(), nodeAt("10.0.0.1:" + std::to_string(1'000 + i))});
        return made;
    }

    static const node::Hash256& who(std::uint64_t number)
    {
        static std::map<std::uint64_t, node::Hash256> known;
        const auto [place, isNew] = known.try_emplace(number);
        if (isNew)
            place->second = node::keccak256(asBytes(std::to_string(number)));
        return place->second;
    }

    static std::vector<ByteView> packets() { return {asBytes("first"), asBytes("second")}; }

    void put(const std::vector<Neighbor>& content, std::uint64_t recipient, std::uint64_t expiration)
    {
        _answers.put({content, who(recipient), now}, expiration, packets());
    }

    /// The n-th test key whose node id begins with this bit. Targets and registered peers have one side and
    /// those who ask the other, so that none of these is in an answer, which would be another without it.
    static std::uint64_t keyNumber(bool bit, std::uint64_t n)
    {
        constexpr Byte firstBit = 0x80;
        std::uint64_t number = 200;
        for (std::uint64_t found = 0;; ++number)
            if (((testkit::testKey(number).publicKey().nodeId()[0] & firstBit) != 0) == bit && found++ == n)
                return number;
    }

    static node::PublicKey target(std::uint64_t number)
    {
        return testkit::testKey(keyNumber(false, number)).publicKey();
    }

    Speaker& speaker(std::uint64_t number)
    {
        while (_speakers.size() <= number)
            _speakers.push_back(
                std::make_unique<Speaker>(_world, keyNumber(true, _speakers.size()),
                                          at("127.0.0." + std::to_string(_speakers.size() + 10) + ":30303")));
        return *_speakers[static_cast<std::size_t>(number)];
    }

    void enrollSome(std::uint64_t count)
    {
        constexpr std::uint64_t targets = 3;
        for (std::uint64_t i = 0; i < count; ++i)
            _node.enroll(target(targets + i),
                         nodeAt("10.1.0." + std::to_string(i + 1) + ":" + std::to_string(30'000 + count)));
    }

    double answered(const char* signature)
    {
        return _node.metrics().value("waymark_discv4_answers_total", {{"signature", signature}}).value();
    }

    SignedAnswers _answers{7, std::size_t{1} << 20};
    World _world;
    Node _node{_world, 1, at("127.0.0.1:30303")};
    std::vector<std::unique_ptr<Speaker>> _speakers;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SignedAnswersTest);

} // namespace waymark::discv4::testing
