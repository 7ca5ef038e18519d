#include "FaultyNode.h"
#include "commands/probe/Check.h"
#include "commands/probe/Session.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <poll.h>
#include <set>

namespace waymark::discv4::testing
{

using namespace probe;

/// Every check of the probe passes on a node that keeps the rules, and finds one that does not.
class ProbeChecksTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProbeChecksTest);
    CPPUNIT_TEST(allPassOnANodeThatKeepsTheRules);
    CPPUNIT_TEST(eachCheckFindsItsFault);
    CPPUNIT_TEST(everyCheckIsSeenToFail);
    CPPUNIT_TEST(aNodeThatSaysNothingIsUnavailable);
    CPPUNIT_TEST(aNodeWithAnotherKeyIsUnavailable);
    CPPUNIT_TEST_SUITE_END();

    struct Case
    {
        const char* check;
        bool Faults::* fault;
    };

    /// At least one for each check.
    static const std::vector<Case>& cases()
    {
        static const std::vector<Case> all{
            {"pong.to", &Faults::wrongTo},
            {"pong.source", &Faults::answersFromElsewhere},
            {"proof.ping-back", &Faults::pingsNobodyBack},
            {"proof.findnode-unproven", &Faults::asksForNoProof},
            {"proof.enrrequest-unproven", &Faults::asksForNoProof},
            {"proof.findnode-after-ping", &Faults::asksForNoProof},
            {"proof.wrong-pong-hash", &Faults::takesAnyPong},
            {"proof.pong-of-another", &Faults::takesPongsOfOthers},
            {"proof.pong-of-another", &Faults::takesAnyPong},
            {"proof.findnode-proven", &Faults::pingsNobodyBack},
            {"proof.enrrequest-proven", &Faults::hasNoRecords},
            {"neighbors.size", &Faults::tellsLongPackets},
            {"neighbors.count", &Faults::tellsTooMany},
            {"neighbors.once", &Faults::tellsTwice},
            {"neighbors.addresses", &Faults::tellsSpecialAddresses},
            {"neighbors.ports", &Faults::tellsNoPorts},
            {"neighbors.keys", &Faults::tellsKeysOffTheCurve},
            {"enr.request-hash", &Faults::wrongRequestHash},
            {"enr.signature", &Faults::damagedRecord},
            {"enr.id", &Faults::recordOfAnother},
            {"enr.seq", &Faults::oldRecord},
            {"endpoint.wrong-from", &Faults::believesFrom},
            {"endpoint.forged-from", &Faults::believesFrom},
            {"endpoint.second-ip-findnode", &Faults::provesIdsEverywhere},
            {"endpoint.second-ip-enrrequest", &Faults::provesIdsEverywhere},
            {"endpoint.first-ip-stays", &Faults::losesProofs},
            {"expiry.ping-past", &Faults::ignoresExpiry},
            {"expiry.ping-zero", &Faults::ignoresExpiry},
            {"expiry.ping-far-future", &Faults::ignoresExpiry},
            {"expiry.findnode-past", &Faults::ignoresExpiry},
            {"expiry.enrrequest-past", &Faults::ignoresExpiry},
            {"expiry.pong-past", &Faults::ignoresExpiry},
            {"expiry.answers", &Faults::answersLate},
            {"amplification.ping", &Faults::repeatsPongs},
            {"amplification.ping", &Faults::padsPongs},
            {"amplification.shortest-ping", &Faults::padsPongs},
            {"amplification.findnode", &Faults::asksForNoProof},
            {"amplification.enrrequest", &Faults::asksForNoProof},
            {"amplification.unasked-pong", &Faults::answersPongs},
            {"amplification.unasked-neighbors", &Faults::believesNeighbors},
            {"framing.bad-hash", &Faults::answersAnything},
            {"framing.bad-signature", &Faults::answersAnything},
            {"framing.eip8-version", &Faults::knowsOneVersion},
            {"framing.eip8-items", &Faults::wantsExactLists},
            {"framing.eip8-behind", &Faults::wantsExactLists},
            {"framing.largest", &Faults::takesShortPacketsOnly},
            {"framing.oversize", &Faults::takesLongPackets},
            {"framing.truncated", &Faults::answersAnything},
            {"framing.too-short", &Faults::answersAnything},
            {"framing.unknown-type", &Faults::answersAnything},
            {"framing.unknown-type", &Faults::diesOfJunk},
            {"framing.no-list", &Faults::answersAnything},
            {"proof.findnode-proven", &Faults::signsWithAnotherKey},
            {"proof.enrrequest-proven", &Faults::signsWithAnotherKey},
            {"proof.ping-answered", &Faults::knowsTheFirstOnly},
            {"endpoint.wrong-to", &Faults::believesTo},
            {"liveness.ping", &Faults::answersOnce},
            {"liveness.newcomer", &Faults::knowsTheFirstOnly},
            {"pong.ping-hash", &Faults::wrongPingHash},
        };
        return all;
    }

    static bool wait(int descriptor, Duration patience)
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::max(patience, Duration::zero()));
        pollfd waiting{descriptor, POLLIN, 0};
        ::poll(&waiting, descriptor < 0 ? 0 : 1, static_cast<int>(left.count()));
        return true;
    }

    static constexpr Duration patience = std::chrono::milliseconds(400);

    static Session open(const FaultyNode& node, const SystemClock& clock, Duration time)
    {
        return {node.where(), {time, time, Duration::zero(), {}}, clock, wait};
    }

    static Check check(const std::string& id)
    {
        const auto all = allChecks();
        const auto found = std::ranges::find_if(all, [&](const Check& each) { return each.id == id; });
        CPPUNIT_ASSERT_MESSAGE(id, found != all.end());
        return *found;
    }

public:
    void allPassOnANodeThatKeepsTheRules()
    {
        const SystemClock clock;
        const FaultyNode node({});
        Session session(
            {node.where(), {std::chrono::seconds(30), patience, Duration::zero(), {}}, clock, wait});
        CPPUNIT_ASSERT(session.begin().has_value());
        for (const Check& each : allChecks()) {
            const Finding finding = each.run(session);
            CPPUNIT_ASSERT_MESSAGE(each.id + ": " + finding.detail, finding.verdict == Verdict::pass);
        }
    }

    static Finding examine(const Case& fault, Duration time)
    {
        const SystemClock clock;
        Faults faults;
        faults.*fault.fault = true;
        const FaultyNode node(faults);
        Session session = open(node, clock, time);
        // Who believes `from` answers good PINGs all the same.
        const auto begun = session.begin();
        return begun ? check(fault.check).run(session) : skip(begun.error().message);
    }

    void eachCheckFindsItsFault()
    {
        for (const Case& each : cases()) {
            // A fault that shows in an answer is not seen in time where the node is held up for longer.
            Finding finding = examine(each, patience);
            if (finding.verdict != Verdict::fail)
                finding = examine(each, std::chrono::seconds(5));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(each.check + std::string(": ") + finding.detail, std::string("fail"),
                                         std::string(toString(finding.verdict)));
        }
    }

    void everyCheckIsSeenToFail()
    {
        std::set<std::string> missing;
        for (const Check& each : allChecks())
            missing.insert(each.id);
        for (const auto& [id, fault] : cases())
            missing.erase(id);
        // What is only told, and cannot be wrong.
        CPPUNIT_ASSERT(std::set<std::string>{"pong.enr-seq"} == missing);
    }

    void aNodeThatSaysNothingIsUnavailable()
    {
        const SystemClock clock;
        Faults faults;
        faults.isDeafToPings = true;
        const FaultyNode node(faults);
        const auto begun = open(node, clock, patience).begin();
        CPPUNIT_ASSERT(!begun);
        CPPUNIT_ASSERT_MESSAGE(begun.error().message,
                               begun.error().message.find("within 400 ms, three times") != std::string::npos);
    }

    void aNodeWithAnotherKeyIsUnavailable()
    {
        const SystemClock clock;
        const FaultyNode node({});
        wire::Neighbor other = node.where();
        const auto real = other.key;
        other.key = node::PublicKey({1});
        Session session(other, {std::chrono::milliseconds(60), patience, Duration::zero(), {}}, clock, wait);
        const auto begun = session.begin();
        CPPUNIT_ASSERT(!begun);
        CPPUNIT_ASSERT_MESSAGE(begun.error().message,
                               begun.error().message.find(real.hex()) != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProbeChecksTest);

} // namespace waymark::discv4::testing
