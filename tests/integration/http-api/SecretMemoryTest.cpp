#include "Daemon.h"
#include "ProcessMemory.h"
#include "TestCertificates.h"
#include "TestTokens.h"

#include <waymark/node/Key.h>

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/String.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <sys/socket.h>
#include <vector>

namespace waymark::httpapi
{

namespace
{

/// Test keys: digests of a text, so that they stand nowhere but where they were sent.
std::string secretHex(const std::string& name)
{
    return toHex(node::keccak256(asBytes("waymark test key: " + name)));
}

} // namespace

/// A secret key that was sent to a daemon is in none of its memory afterwards.
class SecretMemoryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SecretMemoryTest);
    CPPUNIT_TEST(scanFindsWhatIsThere);
    CPPUNIT_TEST(registeredKeyIsGone);
    CPPUNIT_TEST(keyWithPrefixAndUpperCaseIsGone);
    CPPUNIT_TEST(escapedKeyIsGone);
    CPPUNIT_TEST(chunkedKeyIsGone);
    CPPUNIT_TEST(keyInSingleByteSegmentsIsGone);
    CPPUNIT_TEST(keysOnAKeptConnectionAreGone);
    CPPUNIT_TEST(malformedKeyIsGone);
    CPPUNIT_TEST(keyInBrokenJsonIsGone);
    CPPUNIT_TEST(keyInATooLargeBodyIsGone);
    CPPUNIT_TEST(keyUnderAMisspeltNameOrInsideAnArrayIsGone);
    CPPUNIT_TEST(keyInsideOfOtherTextIsGone);
    CPPUNIT_TEST(keyOfAnAbandonedRequestIsGone);
    CPPUNIT_TEST(keyWithTwoCredentialsIsGone);
    CPPUNIT_TEST(keyInAQueryIsGone);
    CPPUNIT_TEST(keyInAPathIsGone);
    CPPUNIT_TEST(keyInAHeaderIsGone);
    CPPUNIT_TEST(bearerTokenIsGone);
    CPPUNIT_TEST(wrongBearerTokenIsGone);
    CPPUNIT_TEST(keyInARefusedHeadIsGone);
    CPPUNIT_TEST(keyInAHeadOfAKeptConnectionIsGone);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { start({}); }
    void tearDown() override { _daemon.reset(); }

protected:
    /// Over what it was started with before.
    void start(const testkit::Properties& more)
    {
        for (const auto& [key, value] : more)
            _properties[key] = value;
        _daemon.reset();
        _daemon = std::make_unique<Daemon>(
            std::map<std::string, std::string>{{"WAYMARK_TEST_CONTROL", secretHex("control")}}, _properties);
    }
    node::Endpoint endpoint() const { return _daemon->endpoint(); }
    virtual HttpClient connect() { return HttpClient(endpoint()); }

private:
    static void endSending(HttpClient& client)
    {
        ::shutdown(client.socket().impl()->sockfd(), SHUT_WR); // also below TLS, which would not
    }

    static std::string body(const std::string& key)
    {
        return R"({"secret_key":")" + key + R"(","ip":"10.0.0.1"})";
    }

    static std::string post(const std::string& content, const std::string& headers = "")
    {
        return "POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + headers +
               "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
    }

    int send(const std::string& request, bool drip = false)
    {
        HttpClient client = connect();
        client.socket().setSendTimeout(Poco::Timespan(10, 0));
        drip ? client.drip(request) : client.send(request);
        endSending(client);
        const int status = client.read().status;
        CPPUNIT_ASSERT(client.ended());
        return status;
    }

    /// Where anything of a key is: the hex digits in any case, the number in either byte order, the text as
    /// it was sent, or a half of any of them. Empty: nowhere.
    std::string placeOf(const std::string& key, const std::string& asSent)
    {
        const ProcessMemory memory(_daemon->pid());
        FixedBytes<32> raw{};
        CPPUNIT_ASSERT(fromHex(key, raw));
        FixedBytes<32> reversed = raw;
        std::ranges::reverse(reversed);
        std::string place;
        for (const std::size_t half : {0U, 1U}) {
            place += memory.findText(key.substr(half * 32, 32));
            place += memory.find(ByteView(raw).subspan(half * 16, 16));
            place += memory.find(ByteView(reversed).subspan(half * 16, 16));
        }
        for (std::size_t at = 0; at + 16 <= asSent.size(); at += 16)
            place += memory.findText(asSent.substr(at, 16));
        return place;
    }

    /// The answer may be here before the thread that sent it has gone on to wipe, on a busy machine.
    void assertGone(const std::string& key, const std::string& asSent = "")
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(100);
        std::string place = placeOf(key, asSent);
        while (!place.empty() && std::chrono::steady_clock::now() < deadline)
            place = placeOf(key, asSent);
        CPPUNIT_ASSERT_EQUAL(std::string(), place);
    }

    void scanFindsWhatIsThere()
    {
        const std::string key = secretHex("shown");
        CPPUNIT_ASSERT_EQUAL(201, send(post(body(key))));
        const ProcessMemory memory(_daemon->pid());
        const auto publicKey = node::SecretKey::fromHex(key).value().publicKey();
        CPPUNIT_ASSERT(!memory.find(publicKey.bytes()).empty());
        CPPUNIT_ASSERT(!memory.findText(Poco::toUpper(secretHex("control"))).empty());
    }

    void registeredKeyIsGone()
    {
        const std::string key = secretHex("plain");
        CPPUNIT_ASSERT_EQUAL(201, send(post(body(key))));
        assertGone(key);
    }

    void keyWithPrefixAndUpperCaseIsGone()
    {
        const std::string key = secretHex("upper");
        CPPUNIT_ASSERT_EQUAL(201, send(post(body("0x" + Poco::toUpper(key)))));
        assertGone(key);
    }

    void escapedKeyIsGone()
    {
        const std::string key = secretHex("escaped");
        std::string escaped;
        for (const char digit : key)
            escaped += digit == 'a' ? std::string("\\u0061") : std::string(1, digit);
        CPPUNIT_ASSERT(escaped != key);
        CPPUNIT_ASSERT_EQUAL(201, send(post(R"({"\u0073ecret_key":")" + escaped + R"(","ip":"10.0.0.1"})")));
        assertGone(key, escaped);
    }

    void chunkedKeyIsGone()
    {
        const std::string key = secretHex("chunked");
        std::string request = "POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n";
        const std::string content = body(key);
        for (std::size_t at = 0; at < content.size(); at += 10) {
            const std::string chunk = content.substr(at, 10);
            request += std::string(1, "0123456789a"[chunk.size()]) + "\r\n" + chunk + "\r\n";
        }
        CPPUNIT_ASSERT_EQUAL(201, send(request + "0\r\n\r\n"));
        assertGone(key);
    }

    void keyInSingleByteSegmentsIsGone()
    {
        const std::string key = secretHex("dripped");
        CPPUNIT_ASSERT_EQUAL(201, send(post(body(key)), true));
        assertGone(key);
    }

    void keysOnAKeptConnectionAreGone()
    {
        const std::string first = secretHex("first");
        const std::string second = secretHex("second");
        HttpClient client = connect();
        client.send(post(body(first)) + post(body(second)));
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        CPPUNIT_ASSERT_EQUAL(201, client.read().status);
        client.send("GET /peers HTTP/1.1\r\nHost: a\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        assertGone(first);
        assertGone(second);
    }

    void malformedKeyIsGone()
    {
        const std::string key = secretHex("malformed");
        CPPUNIT_ASSERT_EQUAL(400, send(post(body(key + "0"))));
        CPPUNIT_ASSERT_EQUAL(400, send(post(body(key + std::string(100, '0')))));
        CPPUNIT_ASSERT_EQUAL(400, send(post(body(' ' + key))));
        assertGone(key);
    }

    void keyInBrokenJsonIsGone()
    {
        const std::string key = secretHex("broken");
        CPPUNIT_ASSERT_EQUAL(400, send(post(R"({"secret_key":")" + key + R"(","ip":)")));
        CPPUNIT_ASSERT_EQUAL(400, send(post(R"({"ip":,"secret_key":")" + key + "\"}")));
        CPPUNIT_ASSERT_EQUAL(400, send(post(R"({"secret_key":")" + key)));
        CPPUNIT_ASSERT_EQUAL(400, send(post(key)));
        assertGone(key);
    }

    void keyInATooLargeBodyIsGone()
    {
        const std::string key = secretHex("large");
        const std::string large = R"({"secret_key":")" + key + R"(","x":")" + std::string(70000, 'x') + "\"}";
        CPPUNIT_ASSERT_EQUAL(413, send(post(large)));
        CPPUNIT_ASSERT_EQUAL(413, send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n100\r\n" +
                                       large.substr(0, 0x100) + "\r\n10000\r\n" + large));
        assertGone(key);
    }

    void keyUnderAMisspeltNameOrInsideAnArrayIsGone()
    {
        const std::string key = secretHex("misspelt");
        CPPUNIT_ASSERT_EQUAL(422, send(post(R"({"secretkey":"0x)" + key + R"(","ip":"10.0.0.1"})")));
        CPPUNIT_ASSERT_EQUAL(422, send(post(R"({"secret_key":[")" + key + R"("],"ip":"10.0.0.1"})")));
        CPPUNIT_ASSERT_EQUAL(422, send(post(R"({"x":{"secret_key":")" + key + R"("}})")));
        CPPUNIT_ASSERT_EQUAL(422, send(post("\"" + key + "\"")));
        CPPUNIT_ASSERT_EQUAL(415,
                             send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Length: 64\r\n\r\n" + key));
        CPPUNIT_ASSERT_EQUAL(404, send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 64\r\n\r\n" + key));
        assertGone(key);
    }

    void keyInsideOfOtherTextIsGone()
    {
        const std::string key = secretHex("pasted");
        std::string escaped;
        for (const char digit : key)
            escaped += digit == 'b' ? std::string("\\u0062") : std::string(1, digit);
        CPPUNIT_ASSERT(escaped != key);
        for (const std::string& text : {key, escaped}) {
            CPPUNIT_ASSERT_EQUAL(400, send(post(R"({"enode":"enode://)" + text + R"(@10.0.0.1:30303"})")));
            CPPUNIT_ASSERT_EQUAL(400, send(post(R"({"id":"  0x)" + text + R"(","ip":"10.0.0.1"})")));
            CPPUNIT_ASSERT_EQUAL(422, send(post(R"({"ip":"10.0.0.1","x":{"y":[[")" + text + R"("]]}})")));
            CPPUNIT_ASSERT_EQUAL(400, send(post(R"({"id":"0x","ip":"10.0.0.1","x":{"y":{")" + text +
                                                R"(":[[")" + text + R"("]]}}})")));
        }
        assertGone(key, escaped);
    }

    void keyOfAnAbandonedRequestIsGone()
    {
        const std::string key = secretHex("abandoned");
        HttpClient client = connect();
        client.send(post(body(key)).substr(0, post(body(key)).size() - 1));
        endSending(client);
        CPPUNIT_ASSERT(client.ended());
        assertGone(key);
    }

    static std::string get(const std::string& target, const std::string& headers = "")
    {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
    }

    void keyInAQueryIsGone()
    {
        const std::string key = secretHex("query");
        std::string encoded;
        for (const char digit : key)
            encoded += digit == 'a' ? std::string("%61") : std::string(1, digit);
        for (const std::string path : {"/peers", "/discovered"}) { // one refuses what it does not know
            const int status = path == "/peers" ? 400 : 200;
            CPPUNIT_ASSERT_EQUAL(status, send(get(path + "?secret_key=" + key)));
            CPPUNIT_ASSERT_EQUAL(status, send(get(path + "?" + key + "=1&x=" + encoded)));
            CPPUNIT_ASSERT_EQUAL(400, send(get(path + "?" + key + "=1&" + key + "=2&x=" + encoded)));
            CPPUNIT_ASSERT_EQUAL(400, send(get(path + "?secret_key=" + key + "%zz")));
        }
        CPPUNIT_ASSERT_EQUAL(404, send(get("http://a/x?" + key)));
        assertGone(key, encoded);
    }

    void keyInAPathIsGone()
    {
        const std::string key = secretHex("path");
        CPPUNIT_ASSERT_EQUAL(400, send(get("/peers/" + key)));
        CPPUNIT_ASSERT_EQUAL(400, send("DELETE /peers/0x" + key + " HTTP/1.1\r\nHost: a\r\n\r\n"));
        CPPUNIT_ASSERT_EQUAL(404, send(get("/" + key)));
        assertGone(key);
    }

    void keyInAHeaderIsGone()
    {
        const std::string key = secretHex("header");
        for (const std::string name : {"X-Secret", "Authorization", "Cookie", "If-None-Match", "User-Agent"})
            CPPUNIT_ASSERT_EQUAL(200, send(get("/peers", name + ": " + key + "\r\n")));
        CPPUNIT_ASSERT_EQUAL(200, send(get("/peers", "X: " + key + "\r\nX: " + key + "\r\n")));
        CPPUNIT_ASSERT_EQUAL(200, send(get("/peers", key + ": x\r\n")));
        CPPUNIT_ASSERT_EQUAL(415,
                             send("POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: " + key + "\r\n\r\n"));
        assertGone(key);
    }

    /// Good for a request that is answered at once, for one that is refused, and for one that changes
    /// something.
    void bearerTokenIsGone()
    {
        const std::string token = secretHex("token");
        const TestTokens tokens;
        tokens.write(TestTokens::line("register", token, "label=ci"));
        start({{"http-api.tokens", tokens.file()}});
        const std::string field = "Authorization: Bearer " + token + "\r\n";
        CPPUNIT_ASSERT_EQUAL(200, send(get("/peers", field)));
        CPPUNIT_ASSERT_EQUAL(200, send(get("/livez", field)));
        CPPUNIT_ASSERT_EQUAL(404, send(get("/nothing", field)));
        CPPUNIT_ASSERT_EQUAL(201, send(post(body(secretHex("with a token")), field)));
        CPPUNIT_ASSERT_EQUAL(400, send(get("/peers", field + field)));
        assertGone(token);
    }

    void wrongBearerTokenIsGone()
    {
        const std::string token = secretHex("wrong token");
        const std::string field = "Authorization: Bearer " + token + "\r\n";
        CPPUNIT_ASSERT_EQUAL(401, send(get("/peers", field)));
        CPPUNIT_ASSERT_EQUAL(401, send(post(body(secretHex("no matter")), field)));
        assertGone(token);
    }

    void keyInARefusedHeadIsGone()
    {
        const std::string key = secretHex("refused");
        CPPUNIT_ASSERT_EQUAL(400, send(get("/", "X-Secret: " + key + "\r\nbroken\r\n")));
        CPPUNIT_ASSERT_EQUAL(431, send(get("/", "X: " + key + "\r\nY: " + std::string(20000, 'y') + "\r\n")));
        CPPUNIT_ASSERT_EQUAL(417, send(get("/", "Expect: " + key + "\r\n")));
        CPPUNIT_ASSERT_EQUAL(501, send(get("/", "Transfer-Encoding: " + key + "\r\n")));
        assertGone(key);
    }

    void keyInAHeadOfAKeptConnectionIsGone()
    {
        const std::string key = secretHex("kept");
        HttpClient client = connect();
        client.send(get("/discovered?secret_key=" + key, "X: " + key + "\r\n"));
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        client.send(get("/peers"));
        CPPUNIT_ASSERT_EQUAL(200, client.read().status);
        assertGone(key);
    }

    void keyWithTwoCredentialsIsGone()
    {
        const std::string key = secretHex("two");
        CPPUNIT_ASSERT_EQUAL(400, send(post(R"({"enr":"enr:abc","secret_key":")" + key + "\"}")));
        assertGone(key);
    }

    testkit::Properties _properties;
    std::unique_ptr<Daemon> _daemon;
};

/// The same over TLS, where every byte passes through OpenSSL.
class TlsSecretMemoryTest : public SecretMemoryTest
{
    CPPUNIT_TEST_SUB_SUITE(TlsSecretMemoryTest, SecretMemoryTest);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override
    {
        const auto certificate = _authority.issue();
        const auto key = _folder.write("server.key", certificate.key);
        std::filesystem::permissions(key, std::filesystem::perms::owner_read);
        start({{"http-api.tls-certificate", _folder.write("server.crt", certificate.certificate).string()},
               {"http-api.tls-key", key.string()}});
    }

protected:
    HttpClient connect() override
    {
        Poco::Net::Context::Params params;
        params.caLocation = _folder.write("trusted.crt", _authority.certificate()).string();
        const Poco::Net::Context::Ptr context(
            new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params));
        return HttpClient(Poco::Net::SecureStreamSocket(
            Poco::Net::SocketAddress(endpoint().ip.toString(), endpoint().port), "localhost", context));
    }

private:
    testkit::TemporaryFolder _folder;
    TestAuthority _authority;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SecretMemoryTest);
CPPUNIT_TEST_SUITE_REGISTRATION(TlsSecretMemoryTest);

} // namespace waymark::httpapi
