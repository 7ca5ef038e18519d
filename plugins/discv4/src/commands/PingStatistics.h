#pragma once

#include <waymark/base/Clock.h>
#include <waymark/toolkit/Cell.h>

#include <cstdint>
#include <optional>
#include <string>

namespace waymark::discv4
{

/// What ping(8) says at its end.
class PingStatistics
{
public:
    void sent() noexcept { ++_sent; }
    void received(Duration roundTrip);

    std::uint64_t receivedCount() const noexcept { return _received; }

    /// "3 sent, 2 received, 33.3% lost, time 2004 ms", and a second line of round-trip times if there are
    /// any.
    std::string text(Duration time) const;
    /// The same as the members of an object.
    toolkit::Cell cell(Duration time) const;

private:
    struct RoundTrips
    {
        double least;
        double mean;
        double most;
        double deviation; ///< as ping(8) has it: of the whole, not of a sample
    };
    /// In milliseconds; nothing without answers.
    std::optional<RoundTrips> roundTrips() const;
    double lost() const noexcept;

    std::uint64_t _sent = 0;
    std::uint64_t _received = 0;
    double _least = 0;
    double _most = 0;
    double _mean = 0;
    double _squares = 0; ///< sum of the squared differences from the mean (Welford)
};

} // namespace waymark::discv4
