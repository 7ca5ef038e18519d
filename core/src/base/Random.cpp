#include <waymark/base/Random.h>

#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace waymark
{

std::uint64_t Random::next64()
{
    FixedBytes<8> bytes{};
    fill(bytes);
    std::uint64_t value = 0;
    for (const Byte byte : bytes)
        value = (value << 8) | byte;
    return value;
}

std::uint64_t Random::below(std::uint64_t bound)
{
    // Values under 2^64 mod bound would make the first remainders likelier than the rest.
    const std::uint64_t unfair = (0 - bound) % bound;
    for (;;) {
        const std::uint64_t value = next64();
        if (value >= unfair)
            return value % bound;
    }
}

void SystemRandom::fill(std::span<Byte> out)
{
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

} // namespace waymark
