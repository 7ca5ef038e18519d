#pragma once

#include <waymark/base/Random.h>

#include <mutex>
#include <random>

namespace waymark::testkit
{

/// Random bytes that are the same in every run; not for keys that anybody relies on. Any thread.
class SeededRandom final : public Random
{
public:
    explicit SeededRandom(std::uint64_t seed = 1) : _engine(seed) {}

    void fill(std::span<Byte> out) override
    {
        const std::lock_guard lock(_mutex);
        for (Byte& byte : out)
            byte = static_cast<Byte>(_engine() >> 56);
    }

private:
    std::mutex _mutex;
    std::mt19937_64 _engine;
};

} // namespace waymark::testkit
