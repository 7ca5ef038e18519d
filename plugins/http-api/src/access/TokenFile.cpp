#include "access/TokenFile.h"

#include <waymark/base/AtomicFile.h>

#include <openssl/crypto.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t maximumFile = 4U << 20U; // some 30,000 tokens

/// The line before the next line end, taken off the front of `rest` with it.
std::string_view takeLine(std::string_view& rest) noexcept
{
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

bool saysNothing(std::string_view line) noexcept
{
    const std::size_t first = line.find_first_not_of(" \t\r");
    return first == std::string_view::npos || line[first] == '#';
}

} // namespace

const TokenEntry* TokenSet::find(std::string_view token) const
{
    const TokenDigest digest = digestOf(token);
    const TokenEntry* found = nullptr;
    for (const TokenEntry& entry : _entries)
        if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0)
            found = &entry;
    return found;
}

Result<TokenSet> parseTokens(std::string_view text)
{
    std::vector<TokenEntry> entries;
    std::map<TokenDigest, std::size_t> seen;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = takeLine(text);
        if (saysNothing(line))
            continue;
        const std::string place = "line " + std::to_string(number);
        auto entry = TokenEntry::parse(line);
        if (!entry)
            return tl::unexpected(entry.error().in(place));
        const auto [first, isNew] = seen.emplace(entry->digest, number);
        if (!isNew)
            return failure(ErrorCode::invalidArgument,
                           place + ": the same token stands on line " + std::to_string(first->second));
        entries.push_back(std::move(*entry));
    }
    return TokenSet(std::move(entries));
}

Result<TokenSet> readTokenFile(const std::filesystem::path& file, FileSystem& files)
{
    const auto text = readTrustedFile(file, maximumFile, files);
    if (!text)
        return tl::unexpected(text.error());
    auto tokens = parseTokens(*text);
    if (!tokens)
        return tl::unexpected(tokens.error().in(file.string()));
    return tokens;
}

} // namespace waymark::httpapi
