#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>
#include <waymark/node/PeerId.h>
#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/testkit/fault/FailingMemory.h>

#include <cppunit/extensions/HelperMacros.h>

#include <vector>

namespace waymark::testkit::fault
{

/// What reads the bytes and texts of strangers, with each of its allocations failing: an error or
/// std::bad_alloc, and nothing left behind.
class DecodersWithoutMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DecodersWithoutMemoryTest);
    CPPUNIT_TEST(theAllocatorFails);
    CPPUNIT_TEST(leaksAreFound);
    CPPUNIT_TEST(recordsSurvive);
    CPPUNIT_TEST(urlsSurvive);
    CPPUNIT_TEST(idsSurvive);
    CPPUNIT_TEST(rlpSurvives);
    CPPUNIT_TEST_SUITE_END();

    static node::Enr record() { return node::EnrBuilder().seq(7).sign(testKey(1)).value(); }

    void theAllocatorFails()
    {
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{6}, failEachAllocation([] {
                                 const std::vector<char> one(100);
                                 const std::vector<char> two(100);
                             }));
    }

    void leaksAreFound()
    {
        std::string* kept = nullptr;
        CPPUNIT_ASSERT_THROW(failEachAllocation([&] {
                                 delete kept;
                                 kept = nullptr;
                                 kept = new std::string;
                                 const std::vector<char> more(100);
                             }),
                             std::logic_error);
        delete kept;
    }

    void recordsSurvive()
    {
        const node::Enr enr = record();
        const std::string text = enr.toString();
        const ByteView bytes = enr.encoded();
        CPPUNIT_ASSERT(failEachAllocation([&] { node::Enr::decode(bytes); }) > 2);
        CPPUNIT_ASSERT(failEachAllocation([&] { node::Enr::parse(text); }) > 2);
        // What makes the messages of refusals.
        failEachAllocation([&] { node::Enr::parse(text.substr(0, text.size() - 5)); });
        failEachAllocation([&] { node::Enr::decode(bytes.first(bytes.size() - 1)); });
        failEachAllocation([&] { node::Enr::parse("enr:!"); });
    }

    void urlsSurvive()
    {
        const std::string key = testKey(1).publicKey().hex();
        for (const std::string& url :
             {"enode://" + key + "@127.0.0.1:30303?discport=30301", "enode://" + key + "@[::1]:30303",
              "enode://" + key + "@host.example:1", "enode://" + key, std::string("http://x"),
              "enode://00" + key.substr(2) + "@127.0.0.1:99999"})
            CPPUNIT_ASSERT(failEachAllocation([&] { node::Enode::parse(url); }) >= 2);
    }

    void idsSurvive()
    {
        for (const std::string& text :
             {"0x" + testKey(1).publicKey().hex(), std::string("addr:") + std::string(60, 'a'),
              std::string("nothing:x"), std::string("0x12")})
            CPPUNIT_ASSERT(failEachAllocation([&] { node::PeerId::parse(text); }) >= 2);
    }

    void rlpSurvives()
    {
        const node::Enr enr = record();
        const ByteView whole = enr.encoded();
        for (std::size_t size = 0; size <= whole.size(); size += 7) {
            CPPUNIT_ASSERT(failEachAllocation([&] {
                               node::rlp::Reader reader(whole.first(size));
                               auto items = reader.list();
                               while (items && items->skip()) {
                               }
                           }) >= 2);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DecodersWithoutMemoryTest);

} // namespace waymark::testkit::fault
