#include "registry/ClaimRules.h"

#include <Poco/UTF8Encoding.h>

#include <algorithm>

namespace waymark::registry
{

namespace
{

constexpr std::size_t maximumOrigin = 128;
constexpr std::size_t maximumAddresses = 16;
constexpr std::size_t maximumHost = 253;
constexpr std::size_t maximumLabels = 32;
constexpr std::size_t maximumLabelName = 64;
constexpr std::size_t maximumLabelValue = 256;

bool isPrintable(std::string_view text, char lowest) noexcept
{
    return std::all_of(text.begin(), text.end(),
                       [lowest](char letter) { return letter >= lowest && letter <= '~'; });
}

tl::unexpected<Error> refused(const std::string& what)
{
    return failure(ErrorCode::invalidArgument, what);
}

bool isText(std::string_view text)
{
    const Poco::UTF8Encoding utf8;
    const bool controls = std::any_of(text.begin(), text.end(), [](char letter) {
        return (static_cast<unsigned char>(letter) < 0x20) || letter == 0x7f;
    });
    if (controls)
        return false;
    const ByteView bytes = asBytes(text);
    std::size_t at = 0;
    while (at < bytes.size()) {
        const int length = utf8.sequenceLength(bytes.data() + at, 1);
        const auto size = static_cast<std::size_t>(std::abs(length));
        const bool whole = length != 0 && size <= bytes.size() - at;
        if (!whole || !Poco::UTF8Encoding::isLegal(bytes.data() + at, static_cast<int>(size)))
            return false;
        at += size;
    }
    return true;
}

Result<void> checkAddress(const PeerAddress& address, bool mustBeIp)
{
    if (address.host.empty() || address.host.size() > maximumHost || !isPrintable(address.host, '!'))
        return refused("an address's host must have 1 to 253 printable characters");
    if (!mustBeIp)
        return {};
    const auto ip = node::IpAddress::parse(address.host);
    if (!ip)
        return refused("host " + address.host + ": an eth peer's host must be an IP address");
    if (ip->toString() != address.host)
        return refused("host " + address.host + " must be written " + ip->toString());
    return {};
}

Result<void> checkLabels(const std::map<std::string, std::string>& labels)
{
    if (labels.size() > maximumLabels)
        return refused("a peer may have 32 labels at most");
    for (const auto& [name, value] : labels) {
        if (name.empty() || name.size() > maximumLabelName || !isPrintable(name, '!'))
            return refused("a label's name must have 1 to 64 printable characters");
        if (value.size() > maximumLabelValue || !isText(value))
            return refused("label " + name + ": the value must be text of at most 256 bytes");
    }
    return {};
}

} // namespace

Result<void> checkOrigin(std::string_view origin)
{
    if (origin.empty() || origin.size() > maximumOrigin || !isPrintable(origin, '!'))
        return refused("an origin must have 1 to 128 printable characters");
    return {};
}

Result<void> checkTtl(Duration ttl)
{
    if (ttl != Duration::zero() && (ttl < minimumTtl || ttl > maximumTtl))
        return refused("a ttl must be from 1 second to 3660 days, or 0 for ever");
    return {};
}

Result<void> checkClaim(std::string_view origin, const Peer& peer)
{
    if (auto checked = checkOrigin(origin); !checked)
        return checked;
    return checkPeer(peer);
}

Result<void> checkPeer(const Peer& peer)
{
    if (peer.addresses.size() > maximumAddresses)
        return refused("a peer may have 16 addresses at most");
    for (const PeerAddress& address : peer.addresses) {
        if (auto checked = checkAddress(address, peer.id.isEth()); !checked)
            return checked;
    }
    if (auto checked = checkLabels(peer.labels); !checked)
        return checked;
    if (peer.enr && peer.id.publicKey() != peer.enr->key())
        return refused("the ENR belongs to another key than the peer");
    return {};
}

} // namespace waymark::registry
