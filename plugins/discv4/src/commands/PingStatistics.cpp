#include "commands/PingStatistics.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace waymark::discv4
{

namespace
{

double milliseconds(Duration duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

constexpr int decimals = 3;

std::string shown(double value)
{
    return toolkit::Cell::number(value, decimals).shown();
}

} // namespace

void PingStatistics::received(Duration roundTrip)
{
    const double time = milliseconds(roundTrip);
    ++_received;
    _least = _received == 1 ? time : std::min(_least, time);
    _most = std::max(_most, time);
    const double difference = time - _mean;
    _mean += difference / static_cast<double>(_received);
    _squares += difference * (time - _mean);
}

std::optional<PingStatistics::RoundTrips> PingStatistics::roundTrips() const
{
    if (_received == 0)
        return std::nullopt;
    return RoundTrips{_least, _mean, _most, std::sqrt(_squares / static_cast<double>(_received))};
}

double PingStatistics::lost() const noexcept
{
    return _sent == 0 ? 0 : 100.0 * static_cast<double>(_sent - _received) / static_cast<double>(_sent);
}

std::string PingStatistics::text(Duration time) const
{
    const double share = lost();
    std::string lines = std::to_string(_sent) + " sent, " + std::to_string(_received) + " received, " +
                        toolkit::Cell::number(share, share == std::floor(share) ? 0 : 1).shown() +
                        "% lost, time " +
                        std::to_string(std::chrono::round<std::chrono::milliseconds>(time).count()) + " ms\n";
    if (const auto times = roundTrips())
        lines += "rtt min/avg/max/mdev = " + shown(times->least) + '/' + shown(times->mean) + '/' +
                 shown(times->most) + '/' + shown(times->deviation) + " ms\n";
    return lines;
}

toolkit::Cell PingStatistics::cell(Duration time) const
{
    using toolkit::Cell;
    const auto times = roundTrips();
    const auto member = [&](double RoundTrips::* value) {
        return times ? Cell::number(*times.*value, decimals) : Cell();
    };
    return Cell::object({{"sent", _sent},
                         {"received", _received},
                         {"lost_percent", Cell::number(lost(), 1)},
                         {"duration_s", Cell::number(std::chrono::duration<double>(time).count(), decimals)},
                         {"rtt_min_ms", member(&RoundTrips::least)},
                         {"rtt_avg_ms", member(&RoundTrips::mean)},
                         {"rtt_max_ms", member(&RoundTrips::most)},
                         {"rtt_mdev_ms", member(&RoundTrips::deviation)}});
}

} // namespace waymark::discv4
