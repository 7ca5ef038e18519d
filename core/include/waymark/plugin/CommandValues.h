#pragma once

#include <waymark/base/Clock.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::plugin
{

/// What the arguments of a command say. Names are those of their declaration; for one that was not given and
/// has no default, text(), integer() and duration() throw std::out_of_range.
class CommandValues
{
public:
    bool has(const std::string& name) const { return _values.contains(name); }
    std::optional<std::string> find(const std::string& name) const;
    const std::string& text(const std::string& name) const { return _values.at(name).front(); }
    std::uint64_t integer(const std::string& name) const;
    Duration duration(const std::string& name) const;
    /// Of a repeatable one, in order.
    std::vector<std::string> all(const std::string& name) const;

private:
    friend class CommandParser;

    std::map<std::string, std::vector<std::string>> _values;
};

} // namespace waymark::plugin
