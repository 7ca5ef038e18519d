#include "base/Columns.h"

#include <waymark/toolkit/Progress.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ostream>
#include <utility>

namespace waymark::toolkit
{

namespace
{

using namespace std::chrono_literals;

constexpr Duration quietFor = 500ms; ///< who is done by then needs no progress
constexpr Duration betweenDrawings = 100ms;
constexpr Duration betweenLines = 10s;
constexpr const char* wipeLine = "\r\x1b[K";

/// "8 s", "3 min", "2 h": to plan with, not to compute with.
std::string roughly(double seconds)
{
    const auto whole = std::llround(seconds);
    if (whole < 120)
        return std::to_string(whole) + " s";
    return whole < 7200 ? std::to_string(whole / 60) + " min" : std::to_string(whole / 3600) + " h";
}

std::string bar(double share)
{
    constexpr std::size_t length = 20;
    const auto full = static_cast<std::size_t>(share * length);
    std::string text(full, '=');
    if (full < length)
        text += '>';
    text.resize(length, ' ');
    return '[' + text + ']';
}

} // namespace

Progress::Progress(const plugin::CommandContext& context, const Clock& clock, std::string what)
    : _context(context),
      _clock(clock),
      _what(std::move(what)),
      _begun(clock.now()),
      _next(_begun + (context.errorTerminal ? quietFor : betweenLines))
{
}

Progress::~Progress()
{
    wipe();
}

void Progress::wipe()
{
    if (!std::exchange(_drawn, false))
        return;
    _context.error << wipeLine << std::flush;
    _next = _clock.now();
}

void Progress::update(std::uint64_t done, std::optional<std::uint64_t> total, const std::string& note)
{
    const MonotonicTime now = _clock.now();
    if (now < _next)
        return;
    const std::string line = lineOf(done, total, note, now);
    if (_context.errorTerminal) {
        // The last column stays free: some terminals would wrap.
        _context.error << wipeLine << text::cut(line, std::max<std::size_t>(_context.width, 2) - 1);
        _drawn = true;
        _next = now + betweenDrawings;
    } else {
        _context.error << line << '\n';
        _next = now + betweenLines;
    }
    _context.error.flush();
}

std::string Progress::lineOf(std::uint64_t done, std::optional<std::uint64_t> total, const std::string& note,
                             MonotonicTime now) const
{
    const double seconds = std::chrono::duration<double>(now - _begun).count();
    std::string line = _what + ' ';
    if (total && *total > 0) {
        const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
        line += bar(share) + ' ' + std::to_string(done) + '/' + std::to_string(*total);
        if (done > 0 && done < *total)
            line += ", " + roughly(seconds / share - seconds) + " left";
    } else {
        line += std::to_string(done) + " in " + roughly(seconds);
    }
    return note.empty() ? line : line + ", " + note;
}

} // namespace waymark::toolkit
