#include "guard/CallgrindProfile.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace waymark::bench
{

namespace
{

/// Names come as "(7) name" first and as "(7)" from then on; objects and functions are numbered apart.
class Names
{
public:
    std::string resolve(std::string_view text)
    {
        const auto end = text.find(')');
        if (!text.starts_with('(') || end == std::string_view::npos)
            return std::string(text);
        const std::string number(text.substr(0, end + 1));
        if (const auto name = text.find_first_not_of(' ', end + 1); name != std::string_view::npos)
            return _known[number] = text.substr(name);
        const auto found = _known.find(number);
        if (found == _known.end())
            throw std::runtime_error("callgrind's dump names nothing by " + number);
        return found->second;
    }

private:
    std::map<std::string, std::string, std::less<>> _known;
};

std::string withoutFolder(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

/// The instructions of a cost line, which stand behind its position.
std::uint64_t instructionsOf(const std::string& line)
{
    std::istringstream words(line);
    std::string position;
    std::uint64_t instructions = 0;
    if (!(words >> position >> instructions))
        throw std::runtime_error("callgrind's dump has a line that is none: '" + line + '\'');
    return instructions;
}

/// Goes through the lines of a dump.
class Reader
{
public:
    std::string trigger;
    bool isDump = false;
    std::map<std::pair<std::string, std::string>, std::uint64_t> costs;
    std::map<std::string, std::uint64_t, std::less<>> calls;

    void read(const std::string& line)
    {
        constexpr std::string_view triggered = "desc: Trigger: Client Request: ";
        const auto equals = line.find('=');
        if (line.starts_with(triggered))
            trigger = line.substr(triggered.size());
        else if (line.starts_with("events: "))
            isDump = line == "events: Ir";
        else if (line.empty() || line.starts_with('#') || line.find(':') < equals)
            return; // the head
        else if (equals != std::string::npos)
            declare(std::string_view(line).substr(0, equals), std::string_view(line).substr(equals + 1));
        else
            cost(line);
    }

private:
    void declare(std::string_view what, std::string_view value)
    {
        if (what == "ob")
            _object = withoutFolder(_objects.resolve(value));
        else if (what == "fn")
            _function = _functions.resolve(value);
        else if (what == "cob")
            _objects.resolve(value);
        else if (what == "cfn")
            _callee = _functions.resolve(value);
        else if (what == "calls") {
            calls[_callee.substr(0, _callee.find('@'))] += std::stoull(std::string(value));
            _isCall = true;
        }
    }

    /// Behind calls= comes what the called function took in all, which is counted where it runs.
    void cost(const std::string& line)
    {
        if (!std::exchange(_isCall, false))
            costs[{_object, _function}] += instructionsOf(line);
    }

    Names _objects;
    Names _functions;
    std::string _object;
    std::string _function;
    std::string _callee;
    bool _isCall = false;
};

} // namespace

CallgrindProfile CallgrindProfile::parse(std::istream& in)
{
    Reader reader;
    for (std::string line; std::getline(in, line);)
        reader.read(line);
    if (!reader.isDump)
        throw std::runtime_error("this is no dump of callgrind that counts instructions alone");
    CallgrindProfile profile;
    profile._trigger = std::move(reader.trigger);
    profile._calls = std::move(reader.calls);
    for (const auto& [where, instructions] : reader.costs) {
        profile._functions.push_back({where.first, where.second, instructions});
        profile._total += instructions;
    }
    std::ranges::stable_sort(profile._functions, std::ranges::greater{}, &Function::instructions);
    return profile;
}

std::uint64_t CallgrindProfile::in(std::string_view prefix) const
{
    std::uint64_t sum = 0;
    for (const Function& function : _functions)
        if (function.object.starts_with(prefix))
            sum += function.instructions;
    return sum;
}

std::uint64_t CallgrindProfile::calls(std::string_view function) const
{
    const auto found = _calls.find(function);
    return found == _calls.end() ? 0 : found->second;
}

std::uint64_t CallgrindProfile::callsBeginning(std::string_view prefix) const
{
    std::uint64_t sum = 0;
    for (auto at = _calls.lower_bound(prefix); at != _calls.end() && at->first.starts_with(prefix); ++at)
        sum += at->second;
    return sum;
}

} // namespace waymark::bench
