#pragma once

#include <waymark/base/Bytes.h>

#include <memory>

namespace waymark::node
{

using Hash256 = FixedBytes<32>;

/// Keccak-256 with the original padding (0x01), as Ethereum uses it; not SHA3-256. Any thread.
Hash256 keccak256(ByteView data) noexcept;

/// The same of what comes piece by piece. One thread at a time.
class KeccakStream
{
public:
    KeccakStream();
    KeccakStream(KeccakStream&&) noexcept;
    KeccakStream& operator=(KeccakStream&&) noexcept;
    ~KeccakStream();

    void add(ByteView data) noexcept;
    /// Of all that was added; once, afterwards the stream is of no more use.
    Hash256 digest() noexcept;

private:
    struct State;
    std::unique_ptr<State> _state;
};

} // namespace waymark::node
