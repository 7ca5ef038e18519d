#include "observe/LogLevels.h"

#include "base/Text.h"

#include <vector>

namespace waymark::observe
{

namespace
{

Result<LogLevel> parseLevel(std::string_view word)
{
    for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
        if (word == toString(level))
            return level;
    const std::vector<std::string> words{"debug", "info", "warning", "error"};
    const std::string meant = text::nearest(word, words);
    return failure(ErrorCode::invalidArgument, '\'' + std::string(word) + "' is none of " +
                                                   text::joined(words) +
                                                   (meant.empty() ? "" : "; did you mean " + meant + '?'));
}

} // namespace

std::string_view toString(LogLevel level) noexcept
{
    switch (level) {
    case LogLevel::debug:
        return "debug";
    case LogLevel::info:
        return "info";
    case LogLevel::warning:
        return "warning";
    case LogLevel::error:
        return "error";
    }
    return "error";
}

Result<LogLevels> LogLevels::parse(std::string_view spec)
{
    LogLevels levels;
    bool defaultGiven = false;
    const auto parts = text::splitList(spec);
    if (parts.empty())
        return failure(ErrorCode::invalidArgument, "the value is empty; write info, or info,discv4=debug");
    for (const std::string& part : parts) {
        const std::size_t equals = part.find('=');
        const auto level = parseLevel(equals == std::string::npos ? part : part.substr(equals + 1));
        if (!level)
            return failure(level.error());
        if (equals == std::string::npos) {
            if (defaultGiven)
                return failure(ErrorCode::invalidArgument, "two levels without a source; write source=level");
            defaultGiven = true;
            levels._default = *level;
        } else if (equals == 0 || !levels._sources.emplace(part.substr(0, equals), *level).second) {
            return failure(ErrorCode::invalidArgument,
                           '\'' + part + "' names no source or one that was named before");
        }
    }
    return levels;
}

bool LogLevels::enabled(LogLevel level, std::string_view source) const noexcept
{
    const auto found = _sources.find(source);
    return level >= (found == _sources.end() ? _default : found->second);
}

std::vector<std::string> LogLevels::sources() const
{
    std::vector<std::string> names;
    for (const auto& [name, level] : _sources)
        names.push_back(name);
    return names;
}

} // namespace waymark::observe
