#include "World.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <new>

namespace waymark::discv4::engine
{

using discovery::Liveness;
using testing::at;
using testing::nodeAt;
using testkit::fault::FailingMemory;

/// Whatever allocation fails, what is known of registered peers is what it was, or what it was to be.
class RegisteredPeersWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegisteredPeersWithoutMemoryTest);
    CPPUNIT_TEST(aPeerThatAnsweredGetsAnotherFamily);
    CPPUNIT_TEST(aPeerThatAnsweredIsSeenElsewhere);
    CPPUNIT_TEST_SUITE_END();

    static constexpr MonotonicTime now{std::chrono::hours(1)};
    const node::PublicKey _key = testkit::testKey(5).publicKey();
    const node::Hash256 _id = _key.nodeId();

    RegisteredPeers::Change pong(RegisteredPeers& peers, const char* from) const
    {
        return peers.pong(
            {_key, _id, at(from), 30303, std::chrono::milliseconds(3), WallTime(std::chrono::hours(9))}, now);
    }

    /// The only one that answered, so that what is packed of it has its place alone.
    void prepare(RegisteredPeers& peers) const
    {
        const RegisteredPeers::Place place{nodeAt("8.8.8.8:1")};
        peers.put({_key, _id, {&place, 1}}, now);
        CPPUNIT_ASSERT(pong(peers, "8.8.8.8:1") == RegisteredPeers::Change::found);
    }

    /// Runs it with every allocation failing once, until none does.
    template <class Change>
    void requireAllOrNothing(const char* before, const char* after, Change&& change) const
    {
        for (std::uint64_t successes = 0;; ++successes) {
            RegisteredPeers peers(Parameters(), 7);
            prepare(peers);
            bool hasFailed = false;
            {
                const FailingMemory memory(successes);
                try {
                    change(peers);
                } catch (const std::bad_alloc&) {
                    hasFailed = true;
                }
            }
            CPPUNIT_ASSERT(peers.knows(at(before)));
            CPPUNIT_ASSERT(peers.liveness(_id)->state == Liveness::live);
            CPPUNIT_ASSERT(peers.liveness(_id)->roundTrip == std::chrono::milliseconds(3));
            if (!hasFailed) {
                CPPUNIT_ASSERT(successes > 0 && peers.knows(at(after)));
                return;
            }
            change(peers);
            CPPUNIT_ASSERT(peers.knows(at(before)) && peers.knows(at(after)));
            peers.remove(_id);
            CPPUNIT_ASSERT(!peers.contains(_id) && !peers.knows(at(before)) && !peers.knows(at(after)));
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, peers.size());
        }
    }

    void aPeerThatAnsweredGetsAnotherFamily()
    {
        requireAllOrNothing("8.8.8.8:1", "[2600::8]:1", [&](RegisteredPeers& peers) {
            const std::array places{RegisteredPeers::Place{nodeAt("8.8.8.8:1")},
                                    RegisteredPeers::Place{nodeAt("[2600::8]:1")}};
            peers.put({_key, _id, places}, now);
        });
    }

    void aPeerThatAnsweredIsSeenElsewhere()
    {
        requireAllOrNothing("8.8.8.8:1", "9.9.9.9:1",
                            [&](RegisteredPeers& peers) { pong(peers, "9.9.9.9:1"); });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegisteredPeersWithoutMemoryTest);

} // namespace waymark::discv4::engine
