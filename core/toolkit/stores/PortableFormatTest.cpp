#include "stores/PortableFormat.h"

#include "stores/Statistics.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sstream>
#include <string>
#include <vector>

namespace waymark::toolkit::stores
{

using namespace waymark::registry;

namespace
{

/// Remembers what it was given.
class Collected final : public StoreSink
{
public:
    Result<void> begin(const StoreHead& head) override
    {
        revision = head.revision;
        return {};
    }
    Result<void> take(std::vector<StoredRow> batch) override
    {
        ++batches;
        rows += batch.size();
        if (refuses)
            return failure(ErrorCode::unavailable, "there is no room");
        return {};
    }
    Result<void> end() override
    {
        isWhole = true;
        return {};
    }

    Revision revision;
    std::size_t batches = 0;
    std::size_t rows = 0;
    bool isWhole = false;
    bool refuses = false;
};

} // namespace

class PortableFormatTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(PortableFormatTest);
    CPPUNIT_TEST(everyTruncationIsNoticed);
    CPPUNIT_TEST(rowsComeInBatches);
    CPPUNIT_TEST(anErrorOfTheSinkIsPassedOn);
    CPPUNIT_TEST(onlyTheTypeIsNeededOfTheEnd);
    CPPUNIT_TEST(aSeqThatIsNotToldIsThatOfTheRecord);
    CPPUNIT_TEST(manyLabelsDoNotFillTheMemory);
    CPPUNIT_TEST_SUITE_END();

    static constexpr const char* head =
        "{\"type\":\"registry\",\"version\":1,\"revision\":\"00000000000000aa-5\"}\n";

    static std::string claim(std::size_t number, const std::string& more = "")
    {
        return R"({"type":"claim","peer":"addr:a)" + std::to_string(number) +
               R"(","origin":"api","addresses":[])" + more + "}\n";
    }
    static Result<void> read(const std::string& text, StoreSink& sink)
    {
        std::istringstream in(text);
        return readPortable(TextReader::of(in), sink);
    }
    static void assertRead(const std::string& text, StoreSink& sink)
    {
        const auto done = read(text, sink);
        CPPUNIT_ASSERT_MESSAGE(done ? "" : done.error().message, done.has_value());
    }

    void everyTruncationIsNoticed()
    {
        std::ostringstream out;
        const auto sink = writePortable(TextWriter::to(out, "text"));
        assertRead(head + claim(1, R"(,"labels":{"a":"\u00e4"})") + claim(2) + "{\"type\":\"end\"}\n", *sink);
        const std::string text = out.str();
        for (std::size_t size = 0; size < text.size(); ++size) {
            Collected collected;
            const auto done = read(text.substr(0, size), collected);
            CPPUNIT_ASSERT_MESSAGE(std::to_string(size), !done && done.error().code == ErrorCode::corrupt);
            CPPUNIT_ASSERT(!collected.isWhole);
        }
        Collected whole;
        assertRead(text, whole);
        CPPUNIT_ASSERT(whole.isWhole);
        CPPUNIT_ASSERT((whole.revision == Revision{0xaa, 5}));
    }

    void rowsComeInBatches()
    {
        std::string text = head;
        constexpr std::size_t count = StoreFormat::batch * 2 + 1;
        for (std::size_t i = 0; i < count; ++i)
            text += claim(i);
        Collected collected;
        assertRead(text + "{\"type\":\"end\"}\n", collected);
        CPPUNIT_ASSERT_EQUAL(count, collected.rows);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, collected.batches);
    }

    void anErrorOfTheSinkIsPassedOn()
    {
        Collected collected;
        collected.refuses = true;
        const auto done = read(head + claim(1) + "{\"type\":\"end\"}\n", collected);
        CPPUNIT_ASSERT_EQUAL(std::string("there is no room"), done.error().message);
    }

    void onlyTheTypeIsNeededOfTheEnd()
    {
        Collected collected;
        assertRead("{\"type\":\"registry\",\"version\":1}\n{\"type\":\"end\"}\n", collected);
        CPPUNIT_ASSERT((collected.revision == Revision{}));
        CPPUNIT_ASSERT(!read(std::string(head) + "{\"type\":\"end\",\"keccak256\":\"00\"}\n", collected));
    }

    void aSeqThatIsNotToldIsThatOfTheRecord()
    {
        // The example record of EIP-778, whose seq is 1.
        const std::string enr =
            "enr:-"
            "IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlk"
            "gnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
        const std::string peer = "0xca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd31387574077f3"
                                 "01b421bc84df7266c44e9e6d569"
                                 "fc56be00812904767bf5ccd1fc7f";
        Statistics statistics{WallTime()};
        assertRead(std::string(head) + R"({"type":"claim","peer":")" + peer +
                       R"(","origin":"api","addresses":[],"enr":")" + enr + "\"}\n{\"type\":\"end\"}\n",
                   statistics);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, statistics.withEnr());
    }

    void manyLabelsDoNotFillTheMemory()
    {
        std::string text = head;
        for (std::size_t i = 0; i < 300; ++i)
            text += claim(i, R"(,"labels":{"n)" + std::to_string(i) + R"(":"x","same":"v)" +
                                 std::to_string(i) + "\"}");
        Statistics statistics{WallTime()};
        assertRead(text + "{\"type\":\"end\"}\n", statistics);
        const std::string json = statistics.labels().json();
        CPPUNIT_ASSERT(json.find(R"("same":{"claims":300})") != std::string::npos);
        CPPUNIT_ASSERT(json.find("\"n299\"") == std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PortableFormatTest);

} // namespace waymark::toolkit::stores
