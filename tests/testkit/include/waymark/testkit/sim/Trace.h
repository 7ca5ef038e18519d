#pragma once

#include <waymark/base/Clock.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::testkit::sim
{

/// What happened in a simulation, as one number: two runs with the same number went the same way. The lines
/// behind it are made only for who asks for them.
class Trace
{
public:
    using Sink = std::function<void(std::string_view line)>;

    /// Gets a line, without line break, for every event from now on.
    void setSink(Sink sink) { _sink = std::move(sink); }
    bool hasSink() const noexcept { return static_cast<bool>(_sink); }

    /// Adds an event to the number; the values say all there is to it.
    void add(Duration at, std::uint64_t first, std::uint64_t second) noexcept;
    /// Adds what tests want in it, and a line.
    void note(Duration at, std::string_view text);
    /// Writes a line, without changing the number; only with a sink.
    void line(Duration at, const std::string& text) const;

    std::uint64_t hash() const noexcept { return _hash; }
    std::uint64_t events() const noexcept { return _events; }

private:
    Sink _sink;
    std::uint64_t _hash = 0;
    std::uint64_t _events = 0;
};

} // namespace waymark::testkit::sim
