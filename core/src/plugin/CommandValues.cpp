#include "plugin/ConfigValue.h"

#include <waymark/plugin/CommandValues.h>

#include <charconv>
#include <stdexcept>

namespace waymark::plugin
{

std::optional<std::string> CommandValues::find(const std::string& name) const
{
    const auto found = _values.find(name);
    return found == _values.end() ? std::nullopt : std::optional(found->second.front());
}

std::uint64_t CommandValues::integer(const std::string& name) const
{
    const std::string& value = text(name);
    std::uint64_t number = 0;
    const char* const end = value.data() + value.size();
    if (std::from_chars(value.data(), end, number).ptr != end)
        throw std::out_of_range(name + " was not declared as a number");
    return number;
}

Duration CommandValues::duration(const std::string& name) const
{
    const auto parsed = value::parseDuration(text(name));
    if (!parsed)
        throw std::out_of_range(name + " was not declared as a duration");
    return *parsed;
}

std::vector<std::string> CommandValues::all(const std::string& name) const
{
    const auto found = _values.find(name);
    return found == _values.end() ? std::vector<std::string>() : found->second;
}

} // namespace waymark::plugin
