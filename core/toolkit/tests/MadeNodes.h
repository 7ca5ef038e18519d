#pragma once

#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/toolkit/nodeset/NodeSet.h>

#include <cstdint>
#include <optional>
#include <string>

namespace waymark::toolkit::nodeset::testing
{

/// A time of so many seconds since 1970.
inline WallTime at(std::int64_t seconds)
{
    return WallTime(std::chrono::seconds(seconds));
}

inline Bytes forkItem(const FixedBytes<4>& hash, std::uint64_t next)
{
    Bytes item;
    node::rlp::Writer writer(item);
    const auto outer = writer.beginList();
    const auto inner = writer.beginList();
    writer.string(hash).integer(next).endList(inner).endList(outer);
    return item;
}

/// A node of the testkit's key `number` with a record that says where it is, if that is given.
inline Entry madeNode(std::uint64_t number, const std::string& ip = {}, const std::string& ip6 = {},
                      const std::optional<Bytes>& fork = std::nullopt)
{
    constexpr std::uint16_t port = 30303;
    node::EnrBuilder builder;
    for (const std::string& address : {ip, ip6})
        if (!address.empty())
            builder.endpoint({node::IpAddress::parse(address).value(), port, port});
    if (fork)
        builder.entry("eth", *fork);
    return Entry(builder.sign(testkit::testKey(number)).value());
}

} // namespace waymark::toolkit::nodeset::testing
