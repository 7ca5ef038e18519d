#include "GoFlags.h"

#include "base/Secret.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace waymark::app
{

namespace
{

using plugin::CommandArgument;

/// strconv.ParseBool.
std::optional<bool> truthOf(std::string_view text)
{
    constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "TRUE", "true", "True"};
    constexpr std::array<std::string_view, 6> no{"0", "f", "F", "FALSE", "false", "False"};
    if (std::ranges::find(yes, text) != yes.end())
        return true;
    if (std::ranges::find(no, text) != no.end())
        return false;
    return std::nullopt;
}

const CommandArgument* named(const plugin::CommandLine& line, std::string_view name)
{
    const auto found = std::ranges::find_if(
        line.arguments(), [&](const auto& other) { return other.isNamed() && other.name() == name; });
    return found == line.arguments().end() ? nullptr : &*found;
}

} // namespace

Result<std::vector<std::string>> fromGoFlags(const plugin::CommandLine& line,
                                             const std::vector<std::string>& words)
{
    std::map<std::string, std::string> options; // the last of each, as we write it
    std::vector<std::string> unknown;
    auto next = words.begin();
    while (next != words.end() && next->size() > 1 && next->starts_with('-')) {
        const std::string word = *next++;
        if (word == "--")
            break;
        const std::size_t equals = word.find('=');
        const std::string typed = word.substr(0, equals);
        const std::string name = typed.substr(typed.starts_with("--") ? 2 : 1);
        const CommandArgument* const argument = named(line, name);
        auto value = equals == std::string::npos ? std::nullopt : std::optional(word.substr(equals + 1));
        if (argument == nullptr) {
            unknown.push_back(typed);
        } else if (argument->kind() == CommandArgument::Kind::flag) {
            const auto truth = truthOf(value.value_or("true"));
            if (!truth)
                return failure(ErrorCode::invalidArgument,
                               typed + ": a flag is true or false, not " + text::quoted(*value));
            options[name] = *truth ? argument->written() : std::string();
        } else {
            if (!value && next == words.end())
                return failure(ErrorCode::invalidArgument,
                               typed + argument->lacking().message.substr(argument->written().size()));
            options[name] = argument->written() + '=' + (value ? *value : *next++);
        }
    }
    std::vector<std::string> result = std::move(unknown);
    for (auto& [name, option] : options)
        if (!option.empty())
            result.push_back(std::move(option));
    if (next != words.end()) {
        result.emplace_back("--");
        result.insert(result.end(), next, words.end());
    }
    return result;
}

} // namespace waymark::app
