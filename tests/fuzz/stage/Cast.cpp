#include "stage/Cast.h"

#include <waymark/testkit/TestKeys.h>

#include <algorithm>

namespace waymark::fuzz
{

using discv4::wire::Drop;

const Cast& Cast::instance()
{
    static const Cast cast;
    return cast;
}

Cast::Cast() : _own(testkit::testKey(1).publicKey())
{
    _signers.insert(_own);
    for (std::size_t who = 0; who < size; ++who) {
        _keys[who] = testkit::testKey(2 + who).publicKey();
        _signers.insert(_keys[who]);
    }
    constexpr std::array<std::string_view, places> texts{
        "1.2.3.4:30303",     "1.2.3.4:30304",   "1.2.3.5:30303",   "1.2.3.6:30303",   "9.9.9.9:30303",
        "192.168.1.2:30303", "127.0.0.2:30303", "[2600::1]:30303", "224.0.0.1:30303", "1.2.3.4:0"};
    std::ranges::transform(texts, _places.begin(),
                           [](std::string_view text) { return node::Endpoint::parse(text).value(); });
    const auto add = [&](std::size_t who, std::uint64_t seq, std::size_t where) {
        const auto& at = place(where);
        _records.push_back(node::EnrBuilder()
                               .seq(seq)
                               .endpoint({at.ip, at.port, 0})
                               .sign(testkit::testKey(2 + who))
                               .value());
    };
    add(0, 1, 0);
    add(0, 2, 0);
    add(0, 3, 6);
    add(1, 2, 1);
}

discv4::wire::Neighbor Cast::neighbor(std::size_t who, std::size_t where, std::uint16_t tcp) const
{
    const auto& at = place(where);
    return {key(who), {at.ip, at.port, tcp}};
}

tl::expected<node::PublicKey, Drop> Cast::sender(const node::RecoverableSignature& signature,
                                                 ByteView signedBytes) const noexcept
{
    auto key = _fake.sender(signature, signedBytes);
    if (key && !_signers.contains(*key))
        return tl::unexpected(Drop::badSignature);
    return key;
}

} // namespace waymark::fuzz
