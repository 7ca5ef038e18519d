#pragma once

#include <waymark/base/Clock.h>

#include <cstdint>
#include <iosfwd>
#include <utility>
#include <vector>

namespace waymark::discv4::load
{

/// Counts lengths of time from a nanosecond to an hour with three significant digits, in constant time and
/// memory, as HdrHistogram does: each power of two is divided into 1,024 equal parts.
class Histogram
{
public:
    Histogram();

    /// Negative ones count as 0, those over an hour as an hour.
    void record(Duration value) noexcept;

    std::uint64_t count() const noexcept { return _count; }
    Duration least() const noexcept { return _count == 0 ? Duration::zero() : _least; }
    Duration greatest() const noexcept { return _greatest; }
    Duration mean() const noexcept;
    /// What so many of a hundred do not exceed; zero when there are none.
    Duration percentile(double percent) const noexcept;

    /// Upper ends of the parts that are not empty, and how many are in them, in order.
    std::vector<std::pair<Duration, std::uint64_t>> parts() const;

    /// HdrHistogram's text of percentiles (.hgrm), in milliseconds, which its plotters read.
    void print(std::ostream& out) const;

private:
    static std::size_t indexOf(std::uint64_t value) noexcept;
    static std::uint64_t upperEnd(std::size_t index) noexcept;

    std::vector<std::uint64_t> _counts;
    std::uint64_t _count = 0;
    double _sum = 0; ///< of nanoseconds
    Duration _least = Duration::max();
    Duration _greatest{};
};

} // namespace waymark::discv4::load
