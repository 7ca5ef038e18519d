#include "wire/SenderRecovery.h"

namespace waymark::discv4::wire
{

namespace
{

class CurveRecovery final : public SenderRecovery
{
public:
    tl::expected<node::PublicKey, Drop> sender(const node::RecoverableSignature& signature,
                                               ByteView signedBytes) const noexcept override
    {
        // The one check whose failure carries a message, which is built only for a recovery id or a point
        // that no key can have made.
        const auto key = node::recover(signature, node::keccak256(signedBytes));
        if (!key)
            return tl::unexpected(Drop::badSignature);
        return *key;
    }
};

} // namespace

const SenderRecovery& curveRecovery() noexcept
{
    static const CurveRecovery recovery;
    return recovery;
}

} // namespace waymark::discv4::wire
