#pragma once

#include <waymark/base/Clock.h>

namespace waymark::toolkit
{

/// Catches SIGINT and SIGTERM while it lives, so that long work can end with what it has; without it they end
/// the process. A second one does so at once. One at a time in a process: the second throws std::logic_error.
/// Any thread may ask.
class Interruption
{
public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

    /// Whether a signal came since it was made.
    bool requested() const noexcept;
    /// Waits until a signal comes, or so long; whether one came.
    bool waitFor(Duration patience) const;
    /// Becomes readable when a signal comes, for poll(). It stays this object's.
    int descriptor() const noexcept;
};

} // namespace waymark::toolkit
