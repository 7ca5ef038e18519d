#pragma once

#include <waymark/base/Clock.h>
#include <waymark/plugin/Command.h>

#include <cstdint>
#include <optional>
#include <string>

namespace waymark::toolkit
{

/// Tells on `error` how long work goes on: on a terminal one line that is drawn anew, ten times a second at
/// most and not before half a second has gone; else a whole line every ten seconds. The thread that calls it
/// is the one that prints results.
class Progress
{
public:
    /// `what` is a verb: "crawling". `clock` and `context` outlive it.
    Progress(const plugin::CommandContext& context, const Clock& clock, std::string what);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// Wipes the line.
    ~Progress();

    /// How much is done, of how much if that is known (a bar and the time that is left are drawn then), and a
    /// few words more: "212 answered".
    void update(std::uint64_t done, std::optional<std::uint64_t> total, const std::string& note = {});
    /// Before a result is printed on the same terminal; the next update() draws it again.
    void wipe();

private:
    std::string lineOf(std::uint64_t done, std::optional<std::uint64_t> total, const std::string& note,
                       MonotonicTime now) const;

    const plugin::CommandContext& _context;
    const Clock& _clock;
    std::string _what;
    MonotonicTime _begun;
    MonotonicTime _next;
    bool _drawn = false;
};

} // namespace waymark::toolkit
