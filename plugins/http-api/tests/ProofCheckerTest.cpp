#include "TestRegistry.h"
#include "TestServer.h"
#include "access/Access.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace waymark::httpapi
{

/// A ledger with room for two proofs.
class ProofCheckerTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProofCheckerTest);
    CPPUNIT_TEST(fullLedgerSaysWhenToComeBack);
    CPPUNIT_TEST(thereIsRoomAgainThen);
    CPPUNIT_TEST_SUITE_END();

    const node::IpAddress _address = node::IpAddress::v4(10, 0, 0, 1);
    TestRegistry _registry;
    observe::MetricRegistry _metrics;
    const observe::Log _log;
    Access _access{_metrics, _log};

    /// A request whose proof expires so many seconds from now.
    std::optional<http::ApiResponse> prove(std::uint64_t seconds)
    {
        http::ApiRequest request;
        request.method = "DELETE";
        request.path = "/peers/somebody";
        Admission admission;
        admission.proof = Proof::make(node::SecretKey::fromHex(testSecret(2)).value(),
                                      _registry.revision().epoch, _registry.clock.unixSeconds() + seconds,
                                      {request.method, request.path, request.body});
        return _access.prove(admission, request, _address);
    }

public:
    void setUp() override
    {
        _access.checkProofsWith(std::make_unique<ProofChecker>(
            _registry.clock, _registry, ProofChecker::Bounds{.proofs = 2, .ofAddress = 2}));
        CPPUNIT_ASSERT(!prove(100));
        CPPUNIT_ASSERT(!prove(40));
    }

private:
    void fullLedgerSaysWhenToComeBack()
    {
        const auto refusal = prove(60);
        CPPUNIT_ASSERT(refusal.has_value());
        CPPUNIT_ASSERT_EQUAL(429, refusal->status());
        const auto& headers = refusal->headers();
        const auto retry =
            std::ranges::find(headers, "Retry-After", [](const auto& one) { return one.first; });
        CPPUNIT_ASSERT(retry != headers.end());
        CPPUNIT_ASSERT_EQUAL(std::string("40"), retry->second);
    }

    void thereIsRoomAgainThen()
    {
        _registry.clock.advance(std::chrono::seconds(40));
        CPPUNIT_ASSERT(!prove(70));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProofCheckerTest);

} // namespace waymark::httpapi
