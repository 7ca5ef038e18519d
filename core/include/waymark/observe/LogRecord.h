#pragma once

#include <waymark/base/Clock.h>
#include <waymark/observe/Log.h>

#include <functional>
#include <span>
#include <string_view>

namespace waymark::observe
{

/// One line of a log before it is formatted. Borrowed: it holds for the call that it is passed to.
struct LogRecord
{
    WallTime time;
    LogLevel level;
    std::string_view source;
    std::string_view event;
    std::span<const LogField> fields;
    std::string_view text;
};

/// Sees lines as they are logged, on the thread that logs; brief, does not block and does not throw.
using LogObserver = std::function<void(const LogRecord&)>;

} // namespace waymark::observe
