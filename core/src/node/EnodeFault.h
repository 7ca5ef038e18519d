#pragma once

#include <waymark/node/TextFault.h>

#include <optional>
#include <string_view>

namespace waymark::node
{

/// The fault of a text that should be an enode URL with an address or a name; nothing when there is none.
std::optional<TextFault> findEnodeFault(std::string_view url);

} // namespace waymark::node
