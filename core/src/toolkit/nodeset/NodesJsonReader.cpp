#include "toolkit/nodeset/NodesJsonReader.h"

#include "node/Text.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace waymark::toolkit::nodeset
{

namespace
{

constexpr std::size_t idDigits = 64;

bool isKnown(std::string_view member)
{
    constexpr std::array<std::string_view, 5> known{"record", "score", "firstResponse", "lastResponse",
                                                    "lastCheck"};
    return std::ranges::find(known, member) != known.end();
}

} // namespace

void NodesJsonReader::reset()
{
    _depth = 0;
    _count = 0;
}

void NodesJsonReader::startObject()
{
    if (_depth >= members)
        scalar();
    ++_depth;
    if (_depth == members) {
        ++_count;
        _name.clear();
        _record.clear();
        _history = {};
        _wrong.clear();
    }
}

void NodesJsonReader::endObject()
{
    if (_depth == members)
        finish();
    --_depth;
}

void NodesJsonReader::startArray()
{
    scalar();
    ++_depth;
}

void NodesJsonReader::endArray()
{
    --_depth;
}

void NodesJsonReader::key(const std::string& name)
{
    if (_depth == members - 1)
        _id = name;
    else if (_depth == members)
        _name = name;
}

void NodesJsonReader::null()
{
    // As encoding/json has it: null leaves a member as it is.
    if (_depth < members)
        scalar();
}

void NodesJsonReader::value(int number)
{
    value(static_cast<Poco::Int64>(number));
}

void NodesJsonReader::value(unsigned number)
{
    value(static_cast<Poco::UInt64>(number));
}

void NodesJsonReader::value(Poco::Int64 number)
{
    score(number < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(number)));
}

void NodesJsonReader::value(Poco::UInt64 number)
{
    score(number);
}

void NodesJsonReader::value(double)
{
    score(std::nullopt);
}

void NodesJsonReader::value(bool)
{
    scalar();
}

void NodesJsonReader::value(const std::string& text)
{
    if (_depth == members && _name == "record")
        _record = text;
    else if (_depth == members && _name == "firstResponse")
        time(text, _history.firstResponse);
    else if (_depth == members && _name == "lastResponse")
        time(text, _history.lastResponse);
    else if (_depth == members && _name == "lastCheck")
        time(text, _history.lastCheck);
    else
        scalar();
}

void NodesJsonReader::scalar()
{
    if (_depth == 0)
        throw Poco::DataFormatException("it is no JSON object of nodes by their ids");
    if (_depth == members - 1) {
        ++_count;
        _wrong.clear();
        wrong("it is no object");
        finish();
    } else if (_depth == members && isKnown(_name)) {
        wrong("its " + node::quoted(_name) + " has the wrong type");
    }
}

void NodesJsonReader::score(std::optional<std::uint64_t> number)
{
    if (_depth != members || _name != "score")
        scalar();
    else if (!number)
        wrong("its score is no whole number from 0 to 18446744073709551615");
    else
        _history.score = *number;
}

void NodesJsonReader::time(const std::string& text, std::optional<WallTime>& target)
{
    // Go's time before all times, which stands for none.
    if (text.starts_with("0001-01-01T00:00:00"))
        return;
    target = fromTimestamp(text);
    if (!target)
        wrong("its " + _name + " is no time: " + node::quoted(text));
}

void NodesJsonReader::wrong(std::string what)
{
    if (_wrong.empty())
        _wrong = std::move(what);
}

void NodesJsonReader::finish()
{
    auto entry = _wrong.empty() && _record.empty() ? failure(ErrorCode::corrupt, "it has no record")
                 : !_wrong.empty()                 ? failure(ErrorCode::corrupt, _wrong)
                                                   : Entry::parse(_record);
    if (entry && toHex(entry->id()) != (_id.starts_with("0x") ? _id.substr(2) : _id))
        entry = failure(ErrorCode::corrupt, "its record is that of " + toHex(entry->id()));
    if (!entry) {
        // An id looks as a key does, which is no name of an entry.
        const bool isId = _id.size() == idDigits && fromHex(_id).has_value();
        _damage({"entry " + std::to_string(_count) + " (" + (isId ? _id : node::quoted(_id)) + ')',
                 entry.error().message});
        return;
    }
    entry->history = _history;
    _entry(std::move(*entry));
}

} // namespace waymark::toolkit::nodeset
