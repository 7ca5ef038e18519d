#pragma once

#include <waymark/node/Key.h>

#include <cstdint>

namespace waymark::testkit
{

/// The secret key `number`, counted from 1: a small number as 32 bytes, so that nobody takes it for a real
/// one. Different numbers make different keys.
node::SecretKey testKey(std::uint64_t number);

} // namespace waymark::testkit
