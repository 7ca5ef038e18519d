#include "access/Token.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view tokenPrefix = "waymark_"; // what secret scanners can look for
constexpr std::string_view digestPrefix = "sha256:";
constexpr std::string_view labelPrefix = "label=";
constexpr std::string_view fromPrefix = "from=";
constexpr std::size_t maximumLabel = 64;
constexpr std::size_t shownDigits = 8;

constexpr std::array<std::pair<std::string_view, http::Role>, 3> roles{
    {{"read", http::Role::reader}, {"register", http::Role::registrant}, {"admin", http::Role::admin}}};

/// The word before the next blank, taken off the front of `rest` with the blanks around it.
std::string_view takeWord(std::string_view& rest) noexcept
{
    constexpr std::string_view blank = " \t\r";
    rest.remove_prefix(std::min(rest.find_first_not_of(blank), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(blank));
    rest.remove_prefix(word.size());
    return word;
}

tl::unexpected<Error> invalid(std::string message)
{
    return failure(ErrorCode::invalidArgument, std::move(message));
}

Result<TokenDigest> parseDigest(std::string_view word)
{
    TokenDigest digest{};
    const std::string_view digits = word.substr(std::min(digestPrefix.size(), word.size()));
    if (!word.starts_with(digestPrefix) || digits.size() != 2 * digest.size() || !fromHex(digits, digest))
        return invalid("after the role comes sha256: and the 64 hex digits of the token's digest "
                       "(waymark token new prints such a line)");
    return digest;
}

Result<void> parseOption(std::string_view word, TokenEntry& entry)
{
    if (word.starts_with(labelPrefix) && entry.label.empty()) {
        entry.label = word.substr(labelPrefix.size());
        return TokenEntry::checkLabel(entry.label);
    }
    if (word.starts_with(fromPrefix) && entry.networks.empty()) {
        auto networks = TokenEntry::parseNetworks(word.substr(fromPrefix.size()));
        if (!networks)
            return tl::unexpected(networks.error());
        entry.networks = std::move(*networks);
        return {};
    }
    return invalid("after the digest there may be one label=NAME and one from=CIDR[,CIDR...], and no blanks "
                   "inside of them");
}

} // namespace

TokenDigest digestOf(std::string_view token)
{
    TokenDigest digest{};
    unsigned size = 0;
    if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc(); // nothing else can go wrong
    return digest;
}

SecretBuffer makeToken(Random& random)
{
    FixedBytes<32> bits{};
    random.fill(bits);
    std::string text = toBase64Url(bits);
    secureWipe(bits);
    SecretBuffer token;
    token.reserve(tokenPrefix.size() + text.size());
    token.append(tokenPrefix);
    token.append(text);
    secureWipe(text);
    return token;
}

std::string_view toString(http::Role role) noexcept
{
    const auto* const found = std::ranges::find(roles, role, [](const auto& entry) { return entry.second; });
    return found == roles.end() ? "none" : found->first;
}

Result<http::Role> parseTokenRole(std::string_view word)
{
    const auto* const found = std::ranges::find(roles, word, [](const auto& entry) { return entry.first; });
    if (found == roles.end())
        return invalid("a token's role is read, register or admin");
    return found->second;
}

Result<TokenEntry> TokenEntry::parse(std::string_view line)
{
    TokenEntry entry;
    const auto role = parseTokenRole(takeWord(line));
    if (!role)
        return tl::unexpected(role.error());
    entry.role = *role;
    const auto digest = parseDigest(takeWord(line));
    if (!digest)
        return tl::unexpected(digest.error());
    entry.digest = *digest;
    for (std::string_view word = takeWord(line); !word.empty() && !word.starts_with('#');
         word = takeWord(line))
        if (auto option = parseOption(word, entry); !option)
            return tl::unexpected(option.error());
    return entry;
}

Result<void> TokenEntry::checkLabel(std::string_view label)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    };
    if (label.empty() || label.size() > maximumLabel || !std::ranges::all_of(label, allowed))
        return invalid("a label is 1 to 64 letters, digits, '.', '_' and '-'");
    return {};
}

Result<std::vector<node::IpNetwork>> TokenEntry::parseNetworks(std::string_view list)
{
    std::vector<node::IpNetwork> networks;
    for (bool more = true; more;) {
        const std::size_t comma = list.find(',');
        const auto network = node::IpNetwork::parse(list.substr(0, comma));
        if (!network)
            return invalid("from= takes networks as 10.0.0.0/8 or 2001:db8::/32, or addresses, with commas "
                           "between them and no bits behind the prefix");
        networks.push_back(*network);
        more = comma != std::string_view::npos;
        list.remove_prefix(more ? comma + 1 : list.size());
    }
    return networks;
}

std::string TokenEntry::toString() const
{
    std::string line(httpapi::toString(role));
    line.append(" ").append(digestPrefix).append(toHex(digest));
    if (!label.empty())
        line.append(" ").append(labelPrefix).append(label);
    for (std::size_t i = 0; i < networks.size(); ++i)
        line.append(i == 0 ? " " + std::string(fromPrefix) : ",").append(networks[i].toString());
    return line;
}

std::string TokenEntry::identity() const
{
    return "token:" + (label.empty() ? toHex(digest).substr(0, shownDigits) : label);
}

bool TokenEntry::isFrom(const node::IpAddress& address) const noexcept
{
    return networks.empty() ||
           std::ranges::any_of(networks, [&](const auto& network) { return network.contains(address); });
}

} // namespace waymark::httpapi
