#pragma once

#include <waymark/base/Result.h>
#include <waymark/observe/Log.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::observe
{

/// "debug", "info", "warning", "error". Static storage.
std::string_view toString(LogLevel level) noexcept;

/// Which level each source writes at: "info", or "info,discv4=debug". A value.
class LogLevels
{
public:
    /// Everything from info up.
    LogLevels() = default;

    /// The message of a failure quotes the word that is wrong.
    static Result<LogLevels> parse(std::string_view spec);

    bool enabled(LogLevel level, std::string_view source) const noexcept;

    /// The sources that are named.
    std::vector<std::string> sources() const;

private:
    LogLevel _default = LogLevel::info;
    std::map<std::string, LogLevel, std::less<>> _sources;
};

} // namespace waymark::observe
