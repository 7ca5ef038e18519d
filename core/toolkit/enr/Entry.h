#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/toolkit/Cell.h>

#include <string>
#include <string_view>

/// The entries of a node record: what is known of their keys, and how they are written.
namespace waymark::toolkit::enr
{

/// An entry as it is shown.
struct Explanation
{
    Cell value;          ///< typed where the key is known, else in hex
    std::string meaning; ///< "discovery port"; empty for an unknown key
    bool isKnown = false;
    bool isMalformed = false; ///< none of the values that its known key may have, or no canonical RLP
};
/// `item` is what stands for the entry's value, of a record that may be damaged. One that is not a single
/// canonical RLP item is shown in hex, whole.
Explanation explain(std::string_view key, ByteView item);

struct Entry
{
    std::string key;
    Bytes item; ///< RLP
};
/// "KEY=VALUE", where VALUE is what the key wants (an address, a port, a fork id as fc64ec04/1150000), or
/// else text. "0x..." are bytes, "int:7" is a number, "text:..." is text whatever it looks like, "rlp:..." is
/// an item in hex.
Result<Entry> parseEntry(std::string_view text);

/// How VALUE is written, for --help.
inline constexpr const char* entryHelp =
    "an entry: text, or an address, a port or a fork id (fc64ec04/1150000) where the key wants one; "
    "0x... for bytes, int:7 for a number, text:... for text, rlp:... for RLP in hex";

} // namespace waymark::toolkit::enr
