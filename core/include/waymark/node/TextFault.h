#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::node
{

/// What is wrong with a text that should name a node, and where: for those who show it to its author.
struct TextFault
{
    std::string part; ///< "id", "host", "signature"
    std::size_t position =
        0; ///< of its first character, from 0; the size of the text where something is missing
    std::size_t length = 0; ///< in characters; 0: something is missing there
    std::string reason;
};

/// The first fault of an enode URL, whose host may be an address or a name, or of an ENR ("enr:..."); nothing
/// when there is none.
std::optional<TextFault> findFault(std::string_view text);

} // namespace waymark::node
