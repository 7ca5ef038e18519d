#pragma once

#include <waymark/base/Bytes.h>

#include <cstdint>
#include <span>

namespace waymark
{

/// A source of random bytes; passed in, so that simulations repeat. Any thread may call it.
class Random
{
public:
    static constexpr const char* serviceId = "random";

    virtual ~Random() = default;
    virtual void fill(std::span<Byte> out) = 0;

    std::uint64_t next64();
    /// Uniform in [0, bound), without modulo bias. `bound` must not be 0.
    std::uint64_t below(std::uint64_t bound);
};

/// The operating system's generator, fit for keys. Throws std::system_error where the kernel refuses.
class SystemRandom final : public Random
{
public:
    void fill(std::span<Byte> out) override;
};

} // namespace waymark
