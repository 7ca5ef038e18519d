#pragma once

#include "access/Token.h"

#include <waymark/base/FileSystem.h>

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// The tokens that are good here. Immutable; any thread.
class TokenSet
{
public:
    TokenSet() = default;
    explicit TokenSet(std::vector<TokenEntry> entries) : _entries(std::move(entries)) {}

    /// What is known of this token, or nullptr. Takes as long for one as for the other, whichever it is.
    const TokenEntry* find(std::string_view token) const;
    std::size_t size() const noexcept { return _entries.size(); }

private:
    std::vector<TokenEntry> _entries;
};

/// Reads the text of a token file: an entry on each line, empty lines, and comments that begin with '#'. The
/// message of a failure begins with "line N: ".
Result<TokenSet> parseTokens(std::string_view text);

/// As above, of a file that only its owner may write: who can write it can let himself in. Messages name it.
Result<TokenSet> readTokenFile(const std::filesystem::path& file, FileSystem& files = systemFiles());

} // namespace waymark::httpapi
