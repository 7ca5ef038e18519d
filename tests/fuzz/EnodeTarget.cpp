#include "Fuzzing.h"

#include <waymark/node/Enode.h>
#include <waymark/node/IpNetwork.h>
#include <waymark/node/PeerId.h>

/// Texts that name nodes and places: what was read has one text, and that text reads as the same.
namespace waymark::fuzz
{

namespace
{

template <class T>
void tryText(std::string_view text)
{
    const auto parsed = T::parse(text);
    if (!parsed)
        return requireOneLine(parsed.error().message);
    const std::string written = parsed->toString();
    const auto again = T::parse(written);
    require(again.has_value() && *again == *parsed, "the text of a value reads as that value");
    require(again->toString() == written, "a value has one text");
}

} // namespace

void run(ByteView input)
{
    const std::string_view text = asText(input);
    tryText<node::Enode>(text);
    tryText<node::Endpoint>(text);
    tryText<node::IpAddress>(text);
    tryText<node::IpNetwork>(text);
    tryText<node::PeerId>(text);
}

std::vector<Seed> seeds()
{
    const std::string id = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                           "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    return {
        seed("v4", "enode://" + id + "@10.3.58.6:30303"),
        seed("v4-discport", "enode://" + id + "@10.3.58.6:30303?discport=30301"),
        seed("v6", "enode://" + id + "@[2001:db8::1]:30303"),
        seed("v6-mapped", "enode://" + id + "@[::ffff:1.2.3.4]:1?discport=0"),
        seed("no-tcp", "enode://" + id + "@127.0.0.1:0?discport=30303"),
        seed("host-name", "enode://" + id + "@example.org:30303"),
        seed("off-curve", "enode://" + std::string(128, 'f') + "@127.0.0.1:1"),
        seed("endpoint", "[2001:db8::1]:30303"),
        seed("network", "10.0.0.0/8"),
        seed("network-v6", "fe80::/10"),
        seed("peer-id", "0x" + id),
        seed("peer-id-name", "addr:node one"),
        seed("peer-id-ed25519", "ed25519:" + id.substr(64)),
    };
}

} // namespace waymark::fuzz
