#include "Choices.h"
#include "Fuzzing.h"
#include "access/Credentials.h"
#include "json/RegistrationRequest.h"
#include "server/ChunkedDecoder.h"
#include "server/RequestHead.h"
#include "server/RequestReader.h"

/// A request to the HTTP API: head, credentials, target, framing of the body and POST /peers. However the
/// bytes are cut into pieces on their way, they mean the same.
namespace waymark::fuzz
{

namespace
{

using namespace httpapi;

constexpr std::size_t bodyLimit = 2'048;

void look(const Refusal& refusal)
{
    require(refusal.status >= 400 && refusal.status < 600, "a refusal has the status of an error");
    requireOneLine(refusal.message);
}

/// The length of the head, when there is a whole one.
std::optional<std::size_t> scanned(std::string_view text, Choices& pieces)
{
    HeadScanner whole;
    const auto atOnce = whole.scan(text);
    HeadScanner scanner;
    auto inPieces = scanner.scan({});
    for (std::size_t size = 0; size < text.size() && inPieces && !*inPieces;) {
        size = std::min(text.size(), size + 1 + pieces.below(64));
        inPieces = scanner.scan(text.substr(0, size));
    }
    require(atOnce.has_value() == inPieces.has_value(), "pieces do not decide whether a head is accepted");
    if (!atOnce) {
        look(atOnce.error());
        return std::nullopt;
    }
    require(*atOnce == *inPieces, "pieces do not decide where a head ends");
    return *atOnce;
}

struct Body
{
    int status = 0; ///< of the refusal; 0: none
    bool isComplete = false;
    std::string text;
    std::string rest;
};

Body dechunked(std::string_view input, Choices* pieces)
{
    ChunkedDecoder decoder(bodyLimit);
    SecretBuffer waiting;
    SecretBuffer body;
    Body result;
    do {
        const std::size_t size =
            pieces == nullptr ? input.size() : std::min(input.size(), 1 + pieces->below(32));
        waiting.append(input.substr(0, size));
        input.remove_prefix(size);
        const auto done = decoder.decode(waiting, body);
        if (!done) {
            look(done.error());
            result.status = done.error().status;
            break;
        }
        result.isComplete = *done;
    } while (!input.empty() && !result.isComplete);
    result.text = body.view();
    result.rest = std::string(waiting.view()) + std::string(input);
    require(result.text.size() <= bodyLimit, "a body is not longer than its limit");
    return result;
}

std::string bodyOf(const RequestHead& head, std::string_view behind, Choices& pieces)
{
    if (!head.chunked)
        return std::string(behind.substr(0, head.contentLength.value_or(0)));
    const Body atOnce = dechunked(behind, nullptr);
    const Body inPieces = dechunked(behind, &pieces);
    require(atOnce.status == inPieces.status, "pieces do not decide whether a body is accepted");
    if (atOnce.status != 0)
        return {};
    require(atOnce.isComplete == inPieces.isComplete && atOnce.text == inPieces.text,
            "pieces do not decide what a body is");
    require(!atOnce.isComplete || atOnce.rest == inPieces.rest, "pieces do not decide where a body ends");
    return atOnce.text;
}

void lookAtCredentials(const RequestHead& head)
{
    const auto credentials = credentialsIn(head);
    if (!credentials)
        return look(credentials.error());
    const auto* const proof = std::get_if<Proof>(&*credentials);
    if (proof == nullptr)
        return;
    const std::string text = proof->toString();
    const auto again = Proof::parse(std::string_view(text).substr(Proof::scheme.size()));
    require(again && again->toString() == text, "a proof becomes text and back");
    const auto digest = proof->digest({head.method, head.path(), {}});
    require(again->digest({head.method, head.path(), {}}) == digest, "what is signed has one text");
    require(!proof->isSigned(digest) || proof->peer.isOnCurve(), "who signed has a key");
}

void lookAtHead(const RequestHead& head)
{
    lookAtCredentials(head);
    require(!(head.chunked && head.contentLength), "a body has one length");
    const auto blind = head.withoutContent();
    require(!blind.empty() && blind.ends_with("\r\n\r\n"), "what Poco is shown is a head");
    for (const auto& [name, value] : head.fields)
        require(head.field(name).has_value() && !name.empty(), "each field is found by its name");
    const auto target = parseTarget(head.target);
    if (!target)
        return look(target.error());
    if (const auto request = readRequest(head, *target); !request)
        look(request.error());
}

} // namespace

void run(ByteView input)
{
    Choices choices(input);
    Choices pieces(choices.bytes(8));
    const std::string_view text = asText(choices.rest());
    const auto size = scanned(text, pieces);
    if (!size)
        return;
    const auto head = RequestHead::parse(text.substr(0, *size));
    if (!head)
        return look(head.error());
    lookAtHead(*head);
    const std::string body = bodyOf(*head, text.substr(*size), pieces);
    for (const bool secretKeys : {true, false}) {
        const auto registration = readRegistration(body, secretKeys);
        if (!registration)
            look(registration.error());
        else
            require(registration->peer.endpoint().has_value(), "a peer that is registered is somewhere");
    }
    if (const auto ttl = readRenewal(body); !ttl)
        look(ttl.error());
}

std::vector<Seed> seeds()
{
    const std::string pieces(8, '\0');
    const std::string id = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                           "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    const auto get = [&](const char* name, const std::string& lines) {
        return seed(name, pieces + lines + "\r\n\r\n");
    };
    const auto post = [&](const char* name, const std::string& body) {
        return seed(
            name,
            pieces + "POST /peers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    };
    const std::string place = R"(, "ip": "127.0.0.1", "tcp_port": 1, "udp_port": 30303})";
    return {
        get("get", "GET / HTTP/1.1\r\nHost: localhost"),
        get("get-query", "GET /peers?after=%30x1&limit=10 HTTP/1.1\r\nHost: a\r\nConnection: close"),
        get("absolute-form", "GET http://localhost:1/peers/a%2Fb HTTP/1.1\r\nHost: localhost"),
        get("http-1.0", "HEAD /metrics HTTP/1.0"),
        get("two-lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked"),
        get("expect", "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0"),
        get("proof", "DELETE /peers/" + id + " HTTP/1.1\r\nHost: a\r\nAuthorization: Waymark-Proof peer=\"" +
                         id + "\", epoch=\"5d0c2b1e9f3a7c48\", expires=\"2000000060\", signature=\"" + id +
                         "00\""),
        post("by-id", R"({"id": "0x)" + id + "\"" + place),
        post("by-secret", R"({"secret_key": ")" + std::string(63, '0') + "1\"" + place),
        post("by-enode", R"({"enode": "enode://)" + id + R"(@127.0.0.1:30303"})"),
        post(
            "by-enr",
            R"({"enr": "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8"})"),
        post("escapes", R"({"labels": {"a": ["\u0041", 1e5, -0.5, true, null]}, "id": "\ud83d\ude00"})"),
        seed("chunked", pieces + "POST /peers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "4;x=y\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nT: u\r\n\r\nGET /"),
    };
}

} // namespace waymark::fuzz
