#include "Client.h"
#include "Ledger.h"
#include "Vitals.h"

#include <waymark/testkit/Bootnode.h>

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>

namespace waymark::soak
{

/// The soak's own judgement: it must see what it is there to see.
class SoakTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SoakTest);
    CPPUNIT_TEST(flatMemoryIsNoGrowth);
    CPPUNIT_TEST(leaksAreGrowth);
    CPPUNIT_TEST(fillingUpAtFirstIsNoGrowth);
    CPPUNIT_TEST(measuresThisProcess);
    CPPUNIT_TEST(certainAccountAllowsOneStateOnly);
    CPPUNIT_TEST(unansweredRequestAllowsBothStates);
    CPPUNIT_TEST(refusedRequestIsAllowedInALaterLifeOnly);
    CPPUNIT_TEST(whatCannotBeReadIsNotAudited);
    CPPUNIT_TEST_SUITE_END();

    /// 90 measurements, a minute apart.
    template <class Resident>
    static Vitals vitalsOf(Resident&& residentKib, std::size_t descriptorsAtTheEnd = 20)
    {
        Vitals vitals;
        for (int i = 0; i < 90; ++i)
            vitals.add({std::chrono::minutes(i), residentKib(i), i < 60 ? 20 : descriptorsAtTheEnd, 15});
        return vitals;
    }

    void flatMemoryIsNoGrowth()
    {
        const auto vitals = vitalsOf([](int i) { return std::size_t{100'000} + (i % 7) * 500U; });
        CPPUNIT_ASSERT(vitals.growth().empty());
    }

    void leaksAreGrowth()
    {
        const auto leaking =
            vitalsOf([](int i) { return std::size_t{100'000} + static_cast<unsigned>(i) * 2'000U; });
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, leaking.growth().size());
        const auto keepingOpen = vitalsOf([](int) { return std::size_t{100'000}; }, 60);
        CPPUNIT_ASSERT_EQUAL(std::string("descriptors grew from 20 to 60"), keepingOpen.growth().at(0));
    }

    void fillingUpAtFirstIsNoGrowth()
    {
        const auto vitals = vitalsOf([](int i) { return std::size_t{i < 20 ? 50'000U : 200'000U}; });
        CPPUNIT_ASSERT(vitals.growth().empty());
    }

    void measuresThisProcess()
    {
        const Vital vital = measure(std::chrono::seconds(3));
        CPPUNIT_ASSERT(vital.residentKib > 1'000);
        CPPUNIT_ASSERT(vital.descriptors >= 3);
        CPPUNIT_ASSERT(vital.threads >= 1);
    }

    static Account::State at(Byte last)
    {
        return node::NodeEndpoint{node::IpAddress::v4(127, 0, 0, last), 30303, 30303};
    }

    void certainAccountAllowsOneStateOnly()
    {
        Account account = openLedger(1, 1).front();
        CPPUNIT_ASSERT(account.allows({}, 0) && !account.allows(at(1), 0));
        account.settle(at(1));
        CPPUNIT_ASSERT(account.allows(at(1), 0) && !account.allows(at(2), 0) && !account.allows({}, 0));
    }

    void unansweredRequestAllowsBothStates()
    {
        Account account = openLedger(1, 1).front();
        account.settle(at(1));
        account.unanswered = Account::State();
        CPPUNIT_ASSERT(account.allows(at(1), 0) && account.allows({}, 0) && !account.allows(at(2), 0));
        account.settle({});
        CPPUNIT_ASSERT(account.isCertain(0) && !account.allows(at(1), 0));
    }

    void refusedRequestIsAllowedInALaterLifeOnly()
    {
        Account account = openLedger(1, 1).front();
        account.settle(at(1));
        account.refused.push_back({at(2), 3});
        CPPUNIT_ASSERT(account.isCertain(3) && account.allows(at(1), 3) && !account.allows(at(2), 3));
        CPPUNIT_ASSERT(!account.isCertain(4) && account.allows(at(1), 4) && account.allows(at(2), 4));
        CPPUNIT_ASSERT(!account.allows({}, 4));
        account.settle(at(1));
        CPPUNIT_ASSERT(account.isCertain(4) && !account.allows(at(2), 4));
    }

    static std::uint64_t audited(const Findings& findings)
    {
        const auto counts = findings.counts();
        const auto found = counts.find("accounts audited");
        return found == counts.end() ? 0 : found->second;
    }

    void whatCannotBeReadIsNotAudited()
    {
        constexpr std::size_t peers = 3;
        const std::atomic<std::uint64_t> lives{0};
        testkit::Bootnode bootnode;
        Findings findings;
        Client client({bootnode.rest().url(), bootnode.udp(), lives}, openLedger(1, peers), 1, findings);
        client.audit();
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{peers}, audited(findings));
        CPPUNIT_ASSERT(findings.violations().empty());
        bootnode.stop();
        client.audit();
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{peers}, audited(findings));
        CPPUNIT_ASSERT_EQUAL(peers, findings.violations().size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SoakTest);

} // namespace waymark::soak
