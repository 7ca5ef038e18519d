#include "TestServer.h"
#include "documents/SignatureBase.h"

#include <waymark/node/Enode.h>

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <cppunit/extensions/HelperMacros.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace waymark::httpapi
{

using namespace std::chrono_literals;

/// The documents for node software.
class DocumentsTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DocumentsTest);
    CPPUNIT_TEST(tellHowToReachThisNode);
    CPPUNIT_TEST(areValidWithoutAnAddress);
    CPPUNIT_TEST(listPeersInTheFormatsOfNodeSoftware);
    CPPUNIT_TEST(leaveOutWhatAFormatCannotSay);
    CPPUNIT_TEST(nameTheChainOnlyWhenItIsKnown);
    CPPUNIT_TEST(changeWithTheRegistryAndAreNotSentTwice);
    CPPUNIT_TEST(endWithALeaseBeforeTheRegistryCountsIt);
    CPPUNIT_TEST(areSignedWhereThatIsAsked);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::array<const char*, 8> paths = {
        "/bootstrap",        "/enode", "/enr", "/peers.json", "/peers.txt", "/peer_count", "/bootnodes.json",
        "/static-nodes.json"};

    static std::string enode(unsigned number, const std::string& place)
    {
        return "enode://" + testKey(number).hex() + "@" + place;
    }
    static void place(TestServer& server, unsigned number, const node::NodeEndpoint& where,
                      std::map<std::string, std::string> labels = {})
    {
        auto peer = registry::Peer::at(testKey(number), where);
        peer.labels = std::move(labels);
        server.registry.apply({registry::PutClaim{{"test", std::move(peer), {}}}}, [](const auto&) {});
    }
    static void placeThree(TestServer& server)
    {
        place(server, 4, {node::IpAddress::parse("fd00::6").value(), 30304, 30303});
        place(server, 3, {node::IpAddress::v4(10, 0, 0, 20), 30303, 30303},
              {{"name", "quote \" and \\"}, {"namespace", "net\u2028"}, {"nodeType", "bootnode"}});
        place(server, 2, {node::IpAddress::v4(10, 0, 0, 3), 30303, 30303});
    }
    static void assertType(const std::string& type, const HttpAnswer& answer)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        CPPUNIT_ASSERT_EQUAL(type, answer.header("content-type"));
        CPPUNIT_ASSERT_EQUAL(std::string("no-cache"), answer.header("cache-control"));
        CPPUNIT_ASSERT(answer.header("etag").size() > 2);
        CPPUNIT_ASSERT(!answer.header("waymark-revision").empty());
    }
    static std::string json(const TestServer& server, const std::string& path)
    {
        const auto answer = server.get(path);
        assertType("application/json", answer);
        CPPUNIT_ASSERT_NO_THROW(Poco::JSON::Parser().parse(answer.body));
        return answer.body;
    }
    static std::string text(const TestServer& server, const std::string& path)
    {
        const auto answer = server.get(path);
        assertType("text/plain; charset=utf-8", answer);
        return answer.body;
    }

    void tellHowToReachThisNode()
    {
        TestServer server(Values{{"bootstrap-node-id", "7"}});
        server.node.advertise(node::NodeEndpoint{node::IpAddress::v4(10, 0, 0, 1), 30303, 0});
        server.start();
        const std::string record = server.node.record()->toString();
        CPPUNIT_ASSERT_EQUAL(R"({"node_id":7,"p2p_node_id":")" + testKey(1).hex() +
                                 R"(","p2p_addresses":["10.0.0.1:30303"],"p2p_relay_url":null,"enr":")" +
                                 record + R"(","enode":")" + enode(1, "10.0.0.1:30303") + "\"}",
                             json(server, "/bootstrap"));
        CPPUNIT_ASSERT_EQUAL(enode(1, "10.0.0.1:30303\n"), text(server, "/enode"));
        CPPUNIT_ASSERT_EQUAL(record + '\n', text(server, "/enr"));
    }

    void areValidWithoutAnAddress()
    {
        TestServer server(Values{{"chain-id", "5"}});
        server.start();
        const std::string bootstrap = json(server, "/bootstrap");
        CPPUNIT_ASSERT(bootstrap.find(R"("p2p_addresses":[])") != std::string::npos);
        CPPUNIT_ASSERT(bootstrap.ends_with(R"(,"enode":null})"));
        CPPUNIT_ASSERT_EQUAL(503, server.get("/enode").status);
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"5":[]})"), json(server, "/bootnodes.json"));
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), json(server, "/static-nodes.json"));
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), json(server, "/peers.json"));
        CPPUNIT_ASSERT_EQUAL(std::string(), text(server, "/peers.txt"));
        CPPUNIT_ASSERT_EQUAL(std::string("0\n"), text(server, "/peer_count"));
    }

    void listPeersInTheFormatsOfNodeSoftware()
    {
        TestServer server(Values{{"chain-id", "560048"}});
        server.node.advertise(node::NodeEndpoint{node::IpAddress::v4(10, 0, 0, 1), 30303, 0});
        server.start();
        placeThree(server);
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.3:30303\n10.0.0.20:30303\n[fd00::6]:30303\n"),
                             text(server, "/peers.txt"));
        CPPUNIT_ASSERT_EQUAL(std::string("3\n"), text(server, "/peer_count"));
        CPPUNIT_ASSERT_EQUAL("[\"" + enode(2, "10.0.0.3:30303") + "\",\"" + enode(3, "10.0.0.20:30303") +
                                 "\",\"" + enode(4, "[fd00::6]:30303?discport=30304") + "\"]",
                             json(server, "/static-nodes.json"));
        CPPUNIT_ASSERT_EQUAL(R"({"560048":[")" + enode(1, "10.0.0.1:30303") + "\",\"" +
                                 enode(3, "10.0.0.20:30303") + "\"]}",
                             json(server, "/bootnodes.json"));
        const auto peers =
            Poco::JSON::Parser().parse(json(server, "/peers.json")).extract<Poco::JSON::Array::Ptr>();
        CPPUNIT_ASSERT_EQUAL(std::size_t(3), peers->size());
        const auto named = peers->getObject(1);
        CPPUNIT_ASSERT_EQUAL(std::string("quote \" and \\"), named->getValue<std::string>("name"));
        CPPUNIT_ASSERT_EQUAL(std::string("net\u2028"), named->getValue<std::string>("namespace"));
        CPPUNIT_ASSERT_EQUAL(std::string("bootnode"), named->getValue<std::string>("nodeType"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.20"), named->getValue<std::string>("ip"));
        CPPUNIT_ASSERT_EQUAL(30303, named->getValue<int>("port"));
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.20:30303"), named->getValue<std::string>("peerString"));
        CPPUNIT_ASSERT_EQUAL("0x" + testKey(2).hex(), peers->getObject(0)->getValue<std::string>("name"));
    }

    void leaveOutWhatAFormatCannotSay()
    {
        TestServer server;
        server.start();
        place(server, 2, {node::IpAddress::v4(10, 0, 0, 3), 30303, 0}); // nobody can dial it
        const registry::Peer named{node::PeerId::parse("addr:relay").value(),
                                   {{registry::Transport::tcp, "relay.example", 4001}},
                                   {},
                                   {}};
        const registry::Peer placeless{node::PeerId(testKey(3)), {}, {}, {}};
        server.registry.sync("file:test", {named, placeless}, [](const auto&) {});
        CPPUNIT_ASSERT_EQUAL(std::size_t(3), server.registry.size());
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), json(server, "/static-nodes.json"));
        CPPUNIT_ASSERT_EQUAL(std::string("0\n"), text(server, "/peer_count"));
    }

    void nameTheChainOnlyWhenItIsKnown()
    {
        TestServer server;
        server.start();
        const auto answer = server.get("/bootnodes.json");
        CPPUNIT_ASSERT_EQUAL(404, answer.status);
        CPPUNIT_ASSERT(answer.body.find("http-api.chain-id") != std::string::npos);
    }

    void changeWithTheRegistryAndAreNotSentTwice()
    {
        TestServer server(Values{{"chain-id", "1"}});
        server.node.advertise(node::NodeEndpoint{node::IpAddress::v4(10, 0, 0, 1), 30303, 0});
        server.start();
        placeThree(server);
        for (const std::string path : paths) {
            const auto first = server.get(path);
            const std::string fields = "If-None-Match: \"other\", " + first.header("etag") + "\r\n";
            HttpClient client(server.endpoint());
            client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
            const auto known = client.read(true);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 304, known.status);
            CPPUNIT_ASSERT_EQUAL(first.header("etag"), known.header("etag"));
            for (const char* const ofABody : {"content-length", "content-type"})
                CPPUNIT_ASSERT_EQUAL(std::string(), known.header(ofABody));
        }
        place(server, 5, {node::IpAddress::v4(10, 0, 0, 4), 1, 2});
        CPPUNIT_ASSERT_EQUAL(std::string("4\n"), text(server, "/peer_count"));
    }

    void endWithALeaseBeforeTheRegistryCountsIt()
    {
        TestServer server;
        server.start();
        const auto peer = registry::Peer::at(testKey(2), {node::IpAddress::v4(10, 0, 0, 3), 30303, 30303});
        server.registry.apply({registry::PutClaim{{"test", peer, 60s}}}, [](const auto&) {});
        CPPUNIT_ASSERT_EQUAL(std::string("1\n"), text(server, "/peer_count"));
        server.registry.clock.advance(60s);
        CPPUNIT_ASSERT_EQUAL(std::string("0\n"), text(server, "/peer_count"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), server.registry.revision().number);
    }

    /// As a client checks it, from the fields alone.
    void areSignedWhereThatIsAsked()
    {
        TestServer server(
            Values{{"chain-id", "1"}, {"sign-documents", "true"}, {"signature-lifetime", "2h"}});
        server.node.advertise(node::NodeEndpoint{node::IpAddress::v4(10, 0, 0, 1), 30303, 0});
        server.start();
        placeThree(server);
        for (const std::string path : paths) {
            const auto answer = server.get(path);
            const std::string digest = answer.header("content-digest");
            CPPUNIT_ASSERT_EQUAL(contentDigest(answer.body), digest);
            const std::string parameters =
                R"(("content-digest" "waymark-revision" "@path";req);created=2000000000;expires=2000007200;)"
                R"(keyid=")" +
                testKey(1).hex() + R"(";alg="ecdsa-secp256k1-sha256")";
            CPPUNIT_ASSERT_EQUAL("waymark=" + parameters, answer.header("signature-input"));
            const std::string base = "\"content-digest\": " + digest +
                                     "\n\"waymark-revision\": " + answer.header("waymark-revision") +
                                     "\n\"@path\";req: " + path + "\n\"@signature-params\": " + parameters;
            CPPUNIT_ASSERT_MESSAGE(path, isSignedBy(testKey(1), base, answer.header("signature")));
            CPPUNIT_ASSERT(!isSignedBy(testKey(2), base, answer.header("signature")));
            CPPUNIT_ASSERT(!isSignedBy(testKey(1), base + ' ', answer.header("signature")));
        }
    }

    static bool isSignedBy(const node::PublicKey& key, const std::string& base, const std::string& field)
    {
        const std::string mark = "waymark=:";
        CPPUNIT_ASSERT_MESSAGE(field, field.starts_with(mark) && field.ends_with(':'));
        const std::string encoded = field.substr(mark.size(), field.size() - mark.size() - 1);
        CPPUNIT_ASSERT_EQUAL(std::size_t(88), encoded.size());
        std::array<Byte, 66> decoded{};
        const auto text = asBytes(encoded);
        CPPUNIT_ASSERT_EQUAL(66,
                             ::EVP_DecodeBlock(decoded.data(), text.data(), static_cast<int>(text.size())));
        node::CompactSignature signature{};
        std::copy_n(decoded.begin(), signature.size(), signature.begin());
        return node::verify(key, signature, sha256(base));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DocumentsTest);

} // namespace waymark::httpapi
