#include "TestServer.h"
#include "TestTokens.h"
#include "access/Proof.h"

#include <waymark/node/Enr.h>

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// Registration by proof, as clients see it.
class ProofAccessTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ProofAccessTest);
    CPPUNIT_TEST(peerRegistersRenewsAndRemovesItself);
    CPPUNIT_TEST(withoutAProofTheAnswerSaysWhatToSign);
    CPPUNIT_TEST(tokensStayGood);
    CPPUNIT_TEST(nobodyRegistersOrRemovesAnother);
    CPPUNIT_TEST(copiedRecordRegistersNobody);
    CPPUNIT_TEST(changedRequestIsRefused);
    CPPUNIT_TEST(eachProofIsGoodOnceAlsoWithAnotherSignature);
    CPPUNIT_TEST(proofsExpireAndAreNotValidForLong);
    CPPUNIT_TEST(proofForAnotherRegistryIsRefused);
    CPPUNIT_TEST(secretKeyIsNotTakenWithAProof);
    CPPUNIT_TEST(batchAndReadingTakeNoProof);
    CPPUNIT_TEST(proofIsOverlookedWhereNoneIsAskedFor);
    CPPUNIT_TEST(bodyThatWaitsIsCheckedToo);
    CPPUNIT_TEST(auditTellsWhoProvedToBeWho);
    CPPUNIT_TEST(configurationNeedsNoTokensForIt);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::uint64_t start = 2'000'000'000; // the test registry's clock

    TestTokens _tokens;
    const std::string _body = R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.5","ttl":60})";
    const std::string _path = "/peers/" + testKey(2).hex();
    const std::string _json = "Content-Type: application/json\r\n";

    static node::SecretKey secret(unsigned number)
    {
        return node::SecretKey::fromHex(testSecret(number)).value();
    }

    static std::string field(const Proof& proof) { return "Authorization: " + proof.toString() + "\r\n"; }

    static Proof proofOf(const TestServer& server, unsigned key, const ProvenRequest& request,
                         std::uint64_t expires = start + 60)
    {
        return Proof::make(secret(key), server.registry.revision().epoch, expires, request);
    }

    HttpAnswer send(const TestServer& server, const std::string& method, const std::string& path,
                    const std::optional<std::string>& body, const std::string& fields) const
    {
        return HttpClient::request(server.endpoint(), method, path, body, fields + (body ? _json : ""));
    }
    HttpAnswer sendProven(const TestServer& server, unsigned key, const std::string& method,
                          const std::string& path, const std::optional<std::string>& body = std::nullopt,
                          std::uint64_t expires = start + 60) const
    {
        return send(server, method, path, body,
                    field(proofOf(server, key, {method, path, body.value_or("")}, expires)));
    }

    static std::string challenge(const TestServer& server)
    {
        return "Waymark-Proof epoch=\"" + server.registry.revision().epochText() + '"';
    }
    static void assertRefused(const TestServer& server, const HttpAnswer& answer)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 401, answer.status);
        CPPUNIT_ASSERT_EQUAL(challenge(server), answer.header("www-authenticate"));
    }

    void peerRegistersRenewsAndRemovesItself()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        const auto registered = sendProven(server, 2, "POST", "/peers", _body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(registered.body, 201, registered.status);
        CPPUNIT_ASSERT_EQUAL(200, sendProven(server, 2, "PUT", _path + "/lease").status);
        CPPUNIT_ASSERT_EQUAL(200, sendProven(server, 2, "PUT", _path + "/lease", R"({"ttl":90})").status);
        CPPUNIT_ASSERT_EQUAL(200, sendProven(server, 2, "DELETE", _path).status);
        CPPUNIT_ASSERT_EQUAL(404, sendProven(server, 2, "DELETE", _path, std::nullopt, start + 61).status);
        const std::string encoded = "/peers/%30x" + testKey(2).hex();
        const auto decoded = proofOf(server, 2, {"DELETE", "/peers/0x" + testKey(2).hex(), ""}, start + 62);
        CPPUNIT_ASSERT_EQUAL(404, send(server, "DELETE", encoded, std::nullopt, field(decoded)).status);
    }

    void withoutAProofTheAnswerSaysWhatToSign()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        assertRefused(server, send(server, "POST", "/peers", _body, ""));
        assertRefused(server, send(server, "DELETE", _path, std::nullopt, ""));
        assertRefused(server, send(server, "PUT", _path + "/lease", std::nullopt, ""));
        assertRefused(server, send(server, "DELETE", _path, std::nullopt, "Authorization: Basic YTpi\r\n"));
        const std::string revision = R"("revision":")" + server.registry.revision().toString() + '"';
        CPPUNIT_ASSERT(server.get("/").body.find(revision) != std::string::npos);
        TestServer withTokens(Values{{"registration", "proof"}, {"tokens", _tokens.file()}});
        withTokens.start();
        CPPUNIT_ASSERT_EQUAL(challenge(withTokens) + R"(, Bearer realm="waymark")",
                             send(withTokens, "POST", "/peers", _body, "").header("www-authenticate"));
        for (const char* broken : {"Authorization: Waymark-Proof\r\n", "Authorization: Waymark-Proof x\r\n"})
            CPPUNIT_ASSERT_EQUAL(401, send(server, "POST", "/peers", _body, broken).status);
    }

    void tokensStayGood()
    {
        TestServer server(Values{{"registration", "proof"}, {"tokens", _tokens.file()}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(
            201, send(server, "POST", "/peers", _body, "Authorization: Bearer register-token\r\n").status);
        CPPUNIT_ASSERT_EQUAL(
            403, send(server, "DELETE", _path, std::nullopt, "Authorization: Bearer read-token\r\n").status);
        CPPUNIT_ASSERT_EQUAL(200, sendProven(server, 2, "DELETE", _path).status);
    }

    void nobodyRegistersOrRemovesAnother()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, sendProven(server, 2, "POST", "/peers", _body).status);
        CPPUNIT_ASSERT_EQUAL(403, sendProven(server, 3, "POST", "/peers", _body).status);
        CPPUNIT_ASSERT_EQUAL(403, sendProven(server, 3, "DELETE", _path).status);
        CPPUNIT_ASSERT_EQUAL(403, sendProven(server, 3, "PUT", _path + "/lease").status);
        Proof forged = proofOf(server, 3, {"DELETE", _path, ""});
        forged.peer = testKey(2);
        assertRefused(server, send(server, "DELETE", _path, std::nullopt, field(forged)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, server.registry.size());
    }

    void copiedRecordRegistersNobody()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        const auto record = node::EnrBuilder()
                                .endpoint({node::IpAddress::v4(10, 0, 0, 9), 30303, 30303})
                                .sign(secret(2))
                                .value()
                                .toString();
        const std::string body = R"({"enr":")" + record + "\"}";
        assertRefused(server, send(server, "POST", "/peers", body, ""));
        CPPUNIT_ASSERT_EQUAL(403, sendProven(server, 3, "POST", "/peers", body).status);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.registry.size());
        CPPUNIT_ASSERT_EQUAL(201, sendProven(server, 2, "POST", "/peers", body).status);
    }

    void changedRequestIsRefused()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        const auto proof = field(proofOf(server, 2, {"POST", "/peers", _body}));
        const std::string moved = R"({"id":")" + testKey(2).hex() + R"(","ip":"10.0.1.6","ttl":60})";
        assertRefused(server, send(server, "POST", "/peers", moved, proof));
        assertRefused(server, send(server, "PUT", _path + "/lease", std::nullopt, proof));
        assertRefused(server, send(server, "DELETE", _path, std::nullopt, proof));
        // What was refused did not use it up.
        CPPUNIT_ASSERT_EQUAL(201, send(server, "POST", "/peers", _body, proof).status);
    }

    void eachProofIsGoodOnceAlsoWithAnotherSignature()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        Proof proof = proofOf(server, 2, {"POST", "/peers", _body});
        CPPUNIT_ASSERT_EQUAL(201, send(server, "POST", "/peers", _body, field(proof)).status);
        assertRefused(server, send(server, "POST", "/peers", _body, field(proof)));
        negate(proof.signature);
        CPPUNIT_ASSERT(proof.isSigned(proof.digest({"POST", "/peers", _body})));
        assertRefused(server, send(server, "POST", "/peers", _body, field(proof)));
    }

    /// The other signature over the same digest, which anybody can make of one: s becomes n - s.
    static void negate(node::RecoverableSignature& signature)
    {
        const auto order =
            fromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").value();
        int borrow = 0;
        for (std::size_t i = order.size(); i-- > 0;) {
            const int difference = order[i] - signature.at(32 + i) - borrow;
            borrow = difference < 0 ? 1 : 0;
            signature.at(32 + i) = static_cast<Byte>(difference & 0xff);
        }
        signature.back() ^= 1U;
    }

    void proofsExpireAndAreNotValidForLong()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        for (const std::uint64_t expires :
             {std::uint64_t{0}, start - 1, start, start + 301, ~std::uint64_t{0}})
            assertRefused(server, sendProven(server, 2, "POST", "/peers", _body, expires));
        CPPUNIT_ASSERT_EQUAL(201, sendProven(server, 2, "POST", "/peers", _body, start + 300).status);
        CPPUNIT_ASSERT_EQUAL(201, sendProven(server, 2, "POST", "/peers", _body, start + 1).status);
        server.registry.clock.advance(1s);
        assertRefused(server, sendProven(server, 2, "DELETE", _path, std::nullopt, start + 1));
    }

    void proofForAnotherRegistryIsRefused()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        const auto epoch = server.registry.revision().epoch;
        const auto foreign = Proof::make(secret(2), epoch + 1, start + 60, {"POST", "/peers", _body});
        assertRefused(server, send(server, "POST", "/peers", _body, field(foreign)));
    }

    void secretKeyIsNotTakenWithAProof()
    {
        TestServer server(Values{{"registration", "proof"}, {"secret-keys", "accept"}});
        server.start();
        const std::string body = R"({"secret_key":")" + testSecret(2) + R"(","ip":"10.0.1.5"})";
        CPPUNIT_ASSERT_EQUAL(403, sendProven(server, 2, "POST", "/peers", body).status);
    }

    void batchAndReadingTakeNoProof()
    {
        TestServer server(Values{{"registration", "proof"}, {"tokens", _tokens.file()}});
        server.start();
        const auto batch = sendProven(server, 2, "POST", "/peers:batch", '[' + _body + ']');
        CPPUNIT_ASSERT_EQUAL(401, batch.status);
        CPPUNIT_ASSERT_EQUAL(std::string(R"(Bearer realm="waymark")"), batch.header("www-authenticate"));
        CPPUNIT_ASSERT_EQUAL(401, sendProven(server, 2, "GET", "/peers").status);
        TestServer withoutTokens(Values{{"registration", "proof"}});
        withoutTokens.start();
        CPPUNIT_ASSERT_EQUAL(403,
                             sendProven(withoutTokens, 2, "POST", "/peers:batch", '[' + _body + ']').status);
        CPPUNIT_ASSERT_EQUAL(200, sendProven(withoutTokens, 2, "GET", "/peers").status);
    }

    void proofIsOverlookedWhereNoneIsAskedFor()
    {
        TestServer open;
        open.start();
        CPPUNIT_ASSERT_EQUAL(201, sendProven(open, 3, "POST", "/peers", _body, 1).status);
        TestServer withTokens(Values{{"tokens", _tokens.file()}});
        withTokens.start();
        const auto answer = sendProven(withTokens, 2, "POST", "/peers", _body);
        CPPUNIT_ASSERT_EQUAL(401, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string(R"(Bearer realm="waymark")"), answer.header("www-authenticate"));
    }

    void bodyThatWaitsIsCheckedToo()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        const auto head = [&](const Proof& proof) {
            return "POST /peers HTTP/1.1\r\nHost: a\r\n" + field(proof) + _json +
                   "Expect: 100-continue\r\nContent-Length: " + std::to_string(_body.size()) + "\r\n\r\n";
        };
        HttpClient client(server.endpoint());
        for (const int status : {401, 201}) {
            const auto proof =
                proofOf(server, 2, {"POST", "/peers", status == 201 ? _body : std::string("other")});
            CPPUNIT_ASSERT_EQUAL(100, client.send(head(proof)).read().status);
            CPPUNIT_ASSERT_EQUAL(status, client.send(_body).read().status);
        }
        HttpClient another(server.endpoint());
        const auto expired = proofOf(server, 2, {"POST", "/peers", _body}, start);
        CPPUNIT_ASSERT_EQUAL(401, another.send(head(expired)).read().status);
    }

    void auditTellsWhoProvedToBeWho()
    {
        TestServer server(Values{{"registration", "proof"}});
        server.start();
        CPPUNIT_ASSERT_EQUAL(201, sendProven(server, 2, "POST", "/peers", _body).status);
        auto line = server.lines->await("http-api http.audit method=POST");
        const std::string id = "peer:" + testKey(2).hex().substr(0, 16);
        CPPUNIT_ASSERT_MESSAGE(line, line.find(" status=201 identity=" + id + " role=register ") !=
                                         std::string::npos);
        Proof forged = proofOf(server, 3, {"DELETE", _path, ""});
        forged.peer = testKey(2);
        assertRefused(server, send(server, "DELETE", _path, std::nullopt, field(forged)));
        line = server.lines->await("http-api http.audit method=DELETE");
        CPPUNIT_ASSERT_MESSAGE(line,
                               line.find(" status=401 identity=anonymous role=none ") != std::string::npos);
    }

    void configurationNeedsNoTokensForIt()
    {
        TestServer reachable(
            {{"listen", "0.0.0.0:0"}, {"registration", "proof"}, {"allow-anonymous", "true"}});
        CPPUNIT_ASSERT_THROW(TestServer(Values{{"listen", "0.0.0.0:0"}, {"registration", "proof"}}),
                             std::invalid_argument);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProofAccessTest);

} // namespace waymark::httpapi
