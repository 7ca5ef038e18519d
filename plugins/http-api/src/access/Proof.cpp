#include "access/Proof.h"

#include "access/Token.h"
#include "server/RequestHead.h"

#include <waymark/registry/Revision.h>

#include <charconv>
#include <cstddef>
#include <optional>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view version = "waymark-proof-v1";
constexpr std::size_t epochDigits = 16;
constexpr std::size_t identityDigits = 16;

struct Parameters
{
    std::optional<std::string_view> peer;
    std::optional<std::string_view> epoch;
    std::optional<std::string_view> expires;
    std::optional<std::string_view> signature;
};

tl::unexpected<Refusal> malformed()
{
    return refuse(401, "the proof must be peer=\"<128 hex digits>\", epoch=\"<16 hex digits>\", "
                       "expires=\"<seconds since 1970>\", signature=\"<130 hex digits>\"");
}

std::optional<std::string_view>* placeFor(Parameters& parameters, std::string_view name)
{
    if (name == "peer")
        return &parameters.peer;
    if (name == "epoch")
        return &parameters.epoch;
    if (name == "expires")
        return &parameters.expires;
    return name == "signature" ? &parameters.signature : nullptr;
}

/// Takes name="value" off the front; false for anything else.
bool takeParameter(std::string_view& rest, Parameters& parameters)
{
    const std::size_t equals = rest.find("=\"");
    const std::size_t end = equals == std::string_view::npos ? equals : rest.find('"', equals + 2);
    if (end == std::string_view::npos)
        return false;
    auto* const place = placeFor(parameters, rest.substr(0, equals));
    if (place == nullptr || place->has_value())
        return false;
    *place = rest.substr(equals + 2, end - equals - 2);
    rest = trimmed(rest.substr(end + 1));
    if (rest.empty())
        return true;
    if (rest.front() != ',')
        return false;
    rest = trimmed(rest.substr(1));
    return !rest.empty();
}

bool readNumber(std::string_view text, int base, std::uint64_t& value)
{
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc() && rest == end;
}

/// One text for each number: what is signed repeats these, not what was sent.
bool isPlainDecimal(std::string_view text)
{
    return !text.empty() && (text.front() != '0' || text.size() == 1);
}

template <std::size_t N>
bool readHex(std::string_view text, FixedBytes<N>& out)
{
    return text.size() == 2 * N && fromHex(text, out).has_value();
}

} // namespace

Answered<Proof> Proof::parse(std::string_view parameters)
{
    Parameters found;
    std::string_view rest = trimmed(parameters);
    while (!rest.empty())
        if (!takeParameter(rest, found))
            return malformed();
    if (!found.peer || !found.epoch || !found.expires || !found.signature)
        return malformed();
    Proof proof;
    FixedBytes<node::PublicKey::size> key{};
    if (!readHex(*found.peer, key) || !readHex(*found.signature, proof.signature))
        return malformed();
    if (found.epoch->size() != epochDigits || !readNumber(*found.epoch, 16, proof.epoch))
        return malformed();
    if (!isPlainDecimal(*found.expires) || !readNumber(*found.expires, 10, proof.expires))
        return malformed();
    proof.peer = node::PublicKey(key);
    return proof;
}

Proof Proof::make(const node::SecretKey& key, std::uint64_t epoch, std::uint64_t expires,
                  const ProvenRequest& request)
{
    Proof proof{key.publicKey(), epoch, expires, {}};
    proof.signature = key.sign(proof.digest(request));
    return proof;
}

std::string Proof::toString() const
{
    return std::string(scheme) + " peer=\"" + peer.hex() + "\", epoch=\"" +
           registry::Revision{epoch, 0}.epochText() + "\", expires=\"" + std::to_string(expires) +
           "\", signature=\"" + toHex(signature) + '"';
}

node::Hash256 Proof::digest(const ProvenRequest& request) const
{
    std::string text(version);
    const auto line = [&text](std::string_view part) {
        text.append("\n").append(part);
    };
    line(request.method);
    line(request.path);
    line(peer.hex());
    line(registry::Revision{epoch, 0}.epochText());
    line(std::to_string(expires));
    line(toHex(digestOf(request.body)));
    return node::keccak256(asBytes(text));
}

bool Proof::isSigned(const node::Hash256& digest) const
{
    const auto signer = node::recover(signature, digest);
    return signer && *signer == peer;
}

std::string Proof::identity() const
{
    return "peer:" + peer.hex().substr(0, identityDigits);
}

} // namespace waymark::httpapi
