#include "commands/load/Histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace waymark::discv4::load
{

namespace
{

constexpr unsigned halfBits = 10; ///< of the parts of a power of two
constexpr std::size_t half = std::size_t{1} << halfBits;
constexpr std::uint64_t largest = 3'600'000'000'000;          ///< an hour
constexpr std::size_t partCount = (42 - halfBits + 1) * half; ///< an hour is below 2^42 ns

double milliseconds(Duration value)
{
    return std::chrono::duration<double, std::milli>(value).count();
}

} // namespace

Histogram::Histogram() : _counts(partCount) {}

/// Below 2,048 each value has a part of its own.
std::size_t Histogram::indexOf(std::uint64_t value) noexcept
{
    const auto width = static_cast<unsigned>(std::bit_width(value | (2 * half - 1)));
    const unsigned shift = width - (halfBits + 1);
    return shift * half + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Histogram::upperEnd(std::size_t index) noexcept
{
    if (index < 2 * half)
        return index;
    const std::size_t shift = index / half - 1;
    return ((index - shift * half + 1) << shift) - 1;
}

void Histogram::record(Duration value) noexcept
{
    const auto bounded =
        std::min(static_cast<std::uint64_t>(std::max<Duration::rep>(value.count(), 0)), largest);
    ++_counts[indexOf(bounded)];
    ++_count;
    _sum += static_cast<double>(bounded);
    const Duration kept(static_cast<Duration::rep>(bounded));
    _least = std::min(_least, kept);
    _greatest = std::max(_greatest, kept);
}

Duration Histogram::mean() const noexcept
{
    return _count == 0 ? Duration::zero()
                       : Duration(static_cast<Duration::rep>(_sum / static_cast<double>(_count)));
}

Duration Histogram::percentile(double percent) const noexcept
{
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(_count))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < _counts.size(); ++i) {
        seen += _counts[i];
        if (seen >= wanted)
            return std::min(Duration(static_cast<Duration::rep>(upperEnd(i))), _greatest);
    }
    return _greatest;
}

std::vector<std::pair<Duration, std::uint64_t>> Histogram::parts() const
{
    std::vector<std::pair<Duration, std::uint64_t>> all;
    for (std::size_t i = 0; i < _counts.size(); ++i)
        if (_counts[i] > 0)
            all.emplace_back(Duration(static_cast<Duration::rep>(upperEnd(i))), _counts[i]);
    return all;
}

void Histogram::print(std::ostream& out) const
{
    constexpr double ticksPerHalf = 5;
    std::array<char, 128> line{};
    const auto put = [&](int size) {
        out.write(line.data(), std::min<int>(size, line.size() - 1));
    };
    out << "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
    std::uint64_t below = 0;
    double percent = 0;
    for (const auto& [value, number] : parts()) {
        below += number;
        const double reached = 100 * static_cast<double>(below) / static_cast<double>(_count);
        // Steps grow finer towards 100: five for each half of what is left.
        while (percent <= reached) {
            put(std::snprintf(line.data(), line.size(), "%12.3f %2.12f %10llu", milliseconds(value),
                              std::min(percent, 100.0) / 100, static_cast<unsigned long long>(below)));
            if (percent < 100)
                put(std::snprintf(line.data(), line.size(), " %14.2f", 1 / (1 - percent / 100)));
            out << '\n';
            if (percent >= 100)
                break;
            const double halves = std::exp2(std::floor(std::log2(100 / (100 - percent))) + 1);
            percent += 100 / (ticksPerHalf * halves);
            if (below == _count)
                percent = 100;
        }
    }
    put(std::snprintf(line.data(), line.size(), "#[Mean    = %12.3f, Max           = %12.3f]\n",
                      milliseconds(mean()), milliseconds(greatest())));
    out << "#[Total count    = " << _count << "]\n";
}

} // namespace waymark::discv4::load
