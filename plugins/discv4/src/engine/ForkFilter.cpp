#include "engine/ForkFilter.h"

#include <waymark/base/Bytes.h>
#include <waymark/node/Rlp.h>

#include <Poco/Checksum.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace waymark::discv4::engine
{

namespace
{

constexpr std::size_t hashDigits = 64;
/// No chain has that many blocks, and none of them began before that time (EIP-6122).
constexpr std::uint64_t earliestTime = 1'400'000'000;

std::string_view digitsOf(std::string_view text) noexcept
{
    return text.starts_with("0x") ? text.substr(2) : text;
}

Result<std::uint64_t> parseFork(std::string_view text)
{
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || rest != text.data() + text.size() || number == 0)
        return failure(ErrorCode::invalidArgument,
                       '\'' + std::string(text) +
                           "' is neither the block number nor the Unix time of a fork; those of the genesis "
                           "block itself are left out");
    return number;
}

class Crc
{
public:
    std::uint32_t add(ByteView bytes)
    {
        const auto* const characters = static_cast<const char*>(static_cast<const void*>(bytes.data()));
        _sum.update(characters, static_cast<unsigned>(bytes.size()));
        return _sum.checksum();
    }
    std::uint32_t add(std::uint64_t number)
    {
        std::array<Byte, sizeof number> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<Byte>(number >> (8 * (bytes.size() - 1 - i)));
        return add(ByteView(bytes));
    }

private:
    Poco::Checksum _sum{Poco::Checksum::TYPE_CRC32};
};

} // namespace

Result<ForkFilter> ForkFilter::parse(std::string_view text)
{
    const Poco::StringTokenizer parts(std::string(text), ",", Poco::StringTokenizer::TOK_TRIM);
    ForkFilter filter;
    if (parts.count() == 0)
        return filter;
    FixedBytes<hashDigits / 2> genesis{};
    if (!fromHex(digitsOf(parts[0]), genesis))
        return failure(ErrorCode::invalidArgument,
                       "the first part must be the hash of the chain's genesis block, 64 hex digits");
    Crc crc;
    filter._checksums.push_back(crc.add(genesis));
    for (std::size_t i = 1; i < parts.count(); ++i) {
        const std::string& part = parts[i];
        const auto fork = parseFork(part);
        if (!fork)
            return failure(fork.error());
        if (!filter._forks.empty() && *fork <= filter._forks.back())
            return failure(
                ErrorCode::invalidArgument,
                "the forks must be in ascending order, and those at one block or time appear once; " + part +
                    " comes after " + std::to_string(filter._forks.back()));
        filter._forks.push_back(*fork);
        filter._checksums.push_back(crc.add(*fork));
    }
    return filter;
}

Result<ForkFilter::ForkId> ForkFilter::idOf(ByteView entry)
{
    auto list = node::rlp::Reader(entry).list();
    if (!list)
        return failure(list.error());
    auto first = list->list();
    if (!first)
        return failure(first.error());
    std::array<Byte, 4> hash{};
    if (const auto read = first->fixed(hash); !read)
        return failure(read.error());
    const auto next = first->integer();
    if (!next)
        return failure(next.error());
    ForkId id;
    for (const Byte byte : hash)
        id.hash = id.hash << 8 | byte;
    id.next = *next;
    return id;
}

ForkFilter::Verdict ForkFilter::judge(const node::Enr& record, std::uint64_t unixSeconds) const
{
    if (!isActive())
        return Verdict::ours;
    const auto entry = record.entry("eth");
    if (!entry)
        return Verdict::unknown;
    const auto id = idOf(*entry);
    return id && accepts(*id, unixSeconds) ? Verdict::ours : Verdict::other;
}

bool ForkFilter::accepts(const ForkId& id, std::uint64_t unixSeconds) const noexcept
{
    const auto found = std::ranges::find(_checksums, id.hash);
    if (found == _checksums.end())
        return false;
    const auto isOver = [&](std::uint64_t fork) {
        return fork >= earliestTime && fork <= unixSeconds;
    };
    const auto lastOver = std::find_if(_forks.rbegin(), _forks.rend(), isOver);
    // Forks are in order, so those before one that is over are over as well, also those by block number.
    const auto past = static_cast<std::size_t>(_forks.rend() - lastOver);
    const auto position = static_cast<std::size_t>(found - _checksums.begin());
    if (position < past)
        return id.next == _forks[position]; // still catching up, and knows the way
    return !isOver(id.next);                // else it went through a fork that this chain did not have
}

} // namespace waymark::discv4::engine
