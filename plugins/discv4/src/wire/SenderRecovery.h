#pragma once

#include "wire/Drop.h"

#include <waymark/node/Key.h>

#include <tl/expected.hpp>

namespace waymark::discv4::wire
{

/// Who signed a packet. Passed in like the signing itself, so that simulations may leave the curve out.
class SenderRecovery
{
public:
    virtual ~SenderRecovery() = default;
    /// The key that made the signature over keccak256 of these bytes. Any thread.
    virtual tl::expected<node::PublicKey, Drop> sender(const node::RecoverableSignature& signature,
                                                       ByteView signedBytes) const noexcept = 0;
};

/// By recovery on secp256k1, as the protocol wants it.
const SenderRecovery& curveRecovery() noexcept;

} // namespace waymark::discv4::wire
