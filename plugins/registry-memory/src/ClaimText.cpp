#include "ClaimText.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

namespace waymark::registry
{

namespace
{

/// Takes what it knows off the front of a text. Once something was not as expected it takes nothing more.
class PlainScanner
{
public:
    explicit PlainScanner(std::string_view text) noexcept : _text(text) {}

    bool skip(std::string_view expected) noexcept
    {
        if (_failed || !_text.starts_with(expected))
            return false;
        _text.remove_prefix(expected.size());
        return true;
    }
    void require(std::string_view expected) noexcept { _failed |= !skip(expected); }

    /// Text without escapes.
    std::string quoted()
    {
        require("\"");
        const auto end = _failed ? std::string_view::npos : _text.find('"');
        const auto text = _text.substr(0, end);
        _failed |= end == std::string_view::npos || !std::ranges::all_of(text, isPlain);
        if (_failed)
            return {};
        _text.remove_prefix(end + 1);
        return std::string(text);
    }
    std::optional<std::string> field(std::string_view name)
    {
        return skip(name) ? std::optional(quoted()) : std::nullopt;
    }

    bool failed() const noexcept { return _failed; }
    bool isAtEnd() const noexcept { return !_failed && _text.empty(); }

private:
    static bool isPlain(char letter) noexcept { return letter >= ' ' && letter <= '~' && letter != '\\'; }

    std::string_view _text;
    bool _failed = false;
};

} // namespace

std::optional<ClaimText> ClaimText::ofPlain(std::string_view json)
{
    PlainScanner scan(json);
    ClaimText claim;
    scan.require("{\"peer\":");
    claim.peer = scan.quoted();
    scan.require(",\"origin\":");
    claim.origin = scan.quoted();
    scan.require(",\"addresses\":[");
    if (!scan.skip("]")) {
        do
            claim.addresses.push_back(scan.quoted());
        while (scan.skip(","));
        scan.require("]");
    }
    claim.enr = scan.field(",\"enr\":");
    claim.seq = scan.field(",\"seq\":");
    claim.ttl = scan.field(",\"ttl\":");
    claim.expiry = scan.field(",\"expiry\":");
    scan.require("}");
    return scan.isAtEnd() ? std::optional(std::move(claim)) : std::nullopt;
}

ClaimText ClaimText::ofJson(const std::string& json)
{
    const auto row = Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>();
    const auto field = [&](const std::string& name) {
        return row->has(name) ? std::optional(row->getValue<std::string>(name)) : std::nullopt;
    };
    ClaimText claim{row->getValue<std::string>("peer"),
                    row->getValue<std::string>("origin"),
                    {},
                    {},
                    field("enr"),
                    field("seq"),
                    field("ttl"),
                    field("expiry")};
    const auto addresses = row->getArray("addresses");
    if (addresses.isNull())
        throw Poco::DataFormatException("addresses are missing");
    for (unsigned i = 0; i < addresses->size(); ++i)
        claim.addresses.push_back(addresses->getElement<std::string>(i));
    if (const auto labels = row->getObject("labels")) {
        for (const auto& [name, value] : *labels)
            claim.labels.emplace(name, value.extract<std::string>());
    }
    return claim;
}

} // namespace waymark::registry
