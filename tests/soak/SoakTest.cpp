#include "Ledger.h"
#include "Vitals.h"

#include <cppunit/extensions/HelperMacros.h>

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
        CPPUNIT_ASSERT(account.allows({}) && !account.allows(at(1)));
        account.settle(at(1));
        CPPUNIT_ASSERT(account.allows(at(1)) && !account.allows(at(2)) && !account.allows({}));
    }

    void unansweredRequestAllowsBothStates()
    {
        Account account = openLedger(1, 1).front();
        account.settle(at(1));
        account.unanswered = Account::State();
        CPPUNIT_ASSERT(account.allows(at(1)) && account.allows({}) && !account.allows(at(2)));
        account.settle({});
        CPPUNIT_ASSERT(account.isCertain() && !account.allows(at(1)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SoakTest);

} // namespace waymark::soak
