#pragma once

#include <waymark/plugin/CommandLine.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace waymark::plugin
{

/// One pass over the words of one call.
class CommandParser
{
public:
    CommandParser(const CommandLine& line, const std::vector<std::string>& words) : _line(line), _words(words)
    {
    }

    Result<CommandValues> run();

private:
    Result<void> takeNamed(const std::string& word);
    Result<void> takePlaced(const std::string& word);
    Result<void> keep(const CommandArgument& argument, const std::string& value);
    Result<void> complete();
    Result<std::string> valueOf(const CommandArgument& argument, const std::optional<std::string>& attached);
    const CommandArgument* named(const std::string& name) const;
    Error unknown(const std::string& word, const std::vector<std::string>& known) const;

    const CommandLine& _line;
    const std::vector<std::string>& _words;
    std::size_t _next = 0;
    std::size_t _place = 0; ///< among the arguments, of the next operand
    CommandValues _values;
};

} // namespace waymark::plugin
