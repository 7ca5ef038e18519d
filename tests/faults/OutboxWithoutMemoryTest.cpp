#include "net/Outbox.h"

#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <new>
#include <string>
#include <vector>

namespace waymark::net
{

using testkit::fault::FailingMemory;

/// A worker keeps its outbox for life: whatever allocation fails, what leaves is what was taken.
class OutboxWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(OutboxWithoutMemoryTest);
    CPPUNIT_TEST(keepsAllOfADatagramOrNothing);
    CPPUNIT_TEST(leavesWithoutMemory);
    CPPUNIT_TEST_SUITE_END();

    static Bytes payload(std::size_t number) { return Bytes(100, static_cast<Byte>(number)); }

    static bool send(Outbox& outbox, const Bytes& bytes)
    {
        try {
            outbox.send({{node::IpAddress::v4(127, 0, 0, 1), 1}, {}, bytes});
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }

    /// True when an allocation failed.
    static bool failsAt(std::uint64_t successes)
    {
        std::vector<Bytes> payloads;
        for (std::size_t i = 0; i < 20; ++i)
            payloads.push_back(payload(i));
        std::vector<Bytes> taken;
        taken.reserve(payloads.size());
        std::vector<bool> isTaken(payloads.size());
        Outbox outbox;
        bool failed = false;
        {
            const FailingMemory memory(successes);
            for (std::size_t i = 0; i < payloads.size(); ++i)
                isTaken[i] = send(outbox, payloads[i]);
            failed = memory.hasFailed();
        }
        for (std::size_t i = 0; i < payloads.size(); ++i)
            if (isTaken[i])
                taken.push_back(payloads[i]);
        CPPUNIT_ASSERT_EQUAL(payloads.size() - (failed ? 1 : 0), taken.size());
        const auto kept = outbox.datagrams();
        CPPUNIT_ASSERT_EQUAL(taken.size(), kept.size());
        for (std::size_t i = 0; i < kept.size(); ++i)
            CPPUNIT_ASSERT(Bytes(kept[i].payload.begin(), kept[i].payload.end()) == taken[i]);
        return failed;
    }

    void keepsAllOfADatagramOrNothing()
    {
        std::uint64_t allocations = 0;
        while (failsAt(allocations))
            ++allocations;
        CPPUNIT_ASSERT_MESSAGE(std::to_string(allocations), allocations > 4);
    }

    void leavesWithoutMemory()
    {
        const auto socket = UdpSocket::open({node::IpAddress::v4(127, 0, 0, 1), 0}, std::size_t{1} << 16U,
                                            UdpSocket::Sharing::first);
        CPPUNIT_ASSERT(socket.has_value());
        Outbox outbox;
        const Bytes bytes = payload(1);
        outbox.send({socket->bound(), {}, bytes});
        bool failed = true;
        std::pair<std::size_t, std::size_t> counts;
        {
            const FailingMemory memory(0, FailingMemory::Fails::onwards);
            counts = outbox.flush(*socket);
            failed = memory.hasFailed();
        }
        CPPUNIT_ASSERT(!failed);
        CPPUNIT_ASSERT((counts == std::pair<std::size_t, std::size_t>{1, 1}));
        CPPUNIT_ASSERT(outbox.datagrams().empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OutboxWithoutMemoryTest);

} // namespace waymark::net
