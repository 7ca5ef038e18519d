#pragma once

#include <waymark/base/Bytes.h>

namespace waymark::node
{

using Hash256 = FixedBytes<32>;

/// Keccak-256 with the original padding (0x01), as Ethereum uses it; not SHA3-256. Any thread.
Hash256 keccak256(ByteView data) noexcept;

} // namespace waymark::node
