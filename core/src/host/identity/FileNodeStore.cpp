#include "host/identity/FileNodeStore.h"

#include <waymark/base/AtomicFile.h>

#include <Poco/Checksum.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

namespace waymark::host
{

namespace
{

constexpr std::string_view header = "waymark-nodes 1 ";
constexpr std::string_view trailer = "crc32 ";
/// A line has 128 digits of key, at most 39 of address, and three numbers.
constexpr std::size_t maximumFile = (FileNodeStore::maximumNodes + 2) * 256;

std::string checksumOf(std::string_view text)
{
    Poco::Checksum checksum(Poco::Checksum::TYPE_CRC32);
    checksum.update(text.data(), static_cast<unsigned int>(text.size()));
    const Poco::UInt32 sum = checksum.checksum();
    const FixedBytes<4> bytes{static_cast<Byte>(sum >> 24), static_cast<Byte>(sum >> 16),
                              static_cast<Byte>(sum >> 8), static_cast<Byte>(sum)};
    return toHex(bytes);
}

std::string lineOf(const node::StoredNode& node)
{
    const auto millis =
        std::chrono::duration_cast<std::chrono::milliseconds>(node.lastPong.time_since_epoch()).count();
    return node.key.hex() + ' ' + node.endpoint.ip.toString() + ' ' + std::to_string(node.endpoint.udp) +
           ' ' + std::to_string(node.endpoint.tcp) + ' ' + std::to_string(millis) + '\n';
}

/// Cuts off the text up to a separator; nothing when there is none.
std::optional<std::string_view> take(std::string_view& text, char separator)
{
    const std::size_t end = text.find(separator);
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end + 1);
    return taken;
}

template <class Number>
std::optional<Number> number(std::string_view text)
{
    Number value{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && rest == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<node::StoredNode> parseLine(std::string_view line)
{
    const auto key = take(line, ' ');
    const auto ip = take(line, ' ');
    const auto udp = take(line, ' ');
    const auto tcp = take(line, ' ');
    if (!key || !ip || !udp || !tcp)
        return std::nullopt;
    const auto parsedKey = node::PublicKey::fromHex(*key);
    const auto parsedIp = node::IpAddress::parse(*ip);
    const auto udpPort = number<std::uint16_t>(*udp);
    const auto tcpPort = number<std::uint16_t>(*tcp);
    const auto millis = number<std::int64_t>(line);
    constexpr std::int64_t latest = 9'000'000'000'000; // nanoseconds of it still fit
    if (!parsedKey || !parsedIp || !udpPort || !tcpPort || !millis || *millis < 0 || *millis > latest)
        return std::nullopt;
    return node::StoredNode{
        *parsedKey, {*parsedIp, *udpPort, *tcpPort}, WallTime(std::chrono::milliseconds(*millis))};
}

Result<std::vector<node::StoredNode>> parse(std::string_view text, const std::string& file)
{
    const auto corrupt = [&](const std::string& what) {
        return failure(ErrorCode::corrupt, file + ": " + what + "; it can be deleted, nodes are found again");
    };
    const std::size_t end = text.rfind(trailer);
    if (end == std::string_view::npos || !text.starts_with(header) || !text.ends_with('\n'))
        return corrupt("is no list of nodes, or is cut off");
    if (text.substr(end + trailer.size()) != checksumOf(text.substr(0, end)) + '\n')
        return corrupt("its checksum does not match");
    text = text.substr(0, end);
    text.remove_prefix(header.size());
    const auto count = number<std::size_t>(take(text, '\n').value_or(""));
    std::vector<node::StoredNode> nodes;
    while (const auto line = take(text, '\n')) {
        const auto node = parseLine(*line);
        if (!node)
            return corrupt("line " + std::to_string(nodes.size() + 2) + " is no node");
        nodes.push_back(*node);
    }
    if (!count || *count != nodes.size() || !text.empty())
        return corrupt("the number of nodes is not the one it says");
    return nodes;
}

} // namespace

Result<void> FileNodeStore::save(const std::vector<node::StoredNode>& nodes)
{
    if (_file.empty())
        return {};
    std::vector<node::StoredNode> kept = nodes;
    if (kept.size() > maximumNodes) {
        const auto newest = kept.begin() + static_cast<std::ptrdiff_t>(maximumNodes);
        std::ranges::nth_element(kept, newest, std::greater<>{}, &node::StoredNode::lastPong);
        kept.erase(newest, kept.end());
    }
    std::string text = std::string(header) + std::to_string(kept.size()) + '\n';
    for (const node::StoredNode& node : kept)
        text += lineOf(node);
    text += std::string(trailer) + checksumOf(text) + '\n';
    const std::lock_guard lock(_mutex);
    return writeFileAtomically(_file, text, _files);
}

Result<std::vector<node::StoredNode>> FileNodeStore::load() const
{
    if (_file.empty())
        return std::vector<node::StoredNode>();
    const std::lock_guard lock(_mutex);
    const auto text = readSmallFile(_file, maximumFile, _files);
    if (!text && text.error().code == ErrorCode::notFound)
        return std::vector<node::StoredNode>();
    if (!text)
        return failure(text.error().code == ErrorCode::tooLarge
                           ? Error(ErrorCode::corrupt, text.error().message)
                           : text.error());
    return parse(*text, _file.string());
}

} // namespace waymark::host
