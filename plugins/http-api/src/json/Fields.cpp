#include "json/Fields.h"

#include <waymark/registry/Lease.h>

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

namespace waymark::httpapi
{

using Poco::JSON::Object;

Answered<Object::Ptr> parseObject(std::string_view text)
{
    try {
        return Poco::JSON::Parser().parse(std::string(text)).extract<Object::Ptr>();
    } catch (const Poco::Exception&) {
        return refuse(400, "the body is no JSON that can be read here", "bad-json");
    }
}

Answered<std::optional<std::string>> textField(const Object& object, const std::string& name)
{
    const auto value = object.get(name);
    if (value.isEmpty() && !object.has(name))
        return std::nullopt;
    if (!value.isString())
        return refuse(422, name + " must be a string");
    return value.extract<std::string>();
}

Answered<std::optional<std::uint16_t>> portField(const Object& object, const std::string& name)
{
    const auto value = object.get(name);
    if (value.isEmpty() && !object.has(name))
        return std::nullopt;
    const auto wrong = [&name] {
        return refuse(422, name + " must be a whole number from 1 to 65535");
    };
    if (value.isEmpty() || !value.isInteger() || value.isBoolean())
        return wrong();
    try {
        const auto port = value.convert<Poco::Int64>();
        if (port < 1 || port > 65535)
            return wrong();
        return static_cast<std::uint16_t>(port);
    } catch (const Poco::Exception&) {
        return wrong();
    }
}

Answered<std::optional<std::chrono::seconds>> ttlField(const Object& object)
{
    using std::chrono::seconds;
    static constexpr auto most = std::chrono::duration_cast<seconds>(registry::maximumTtl);
    const auto value = object.get("ttl");
    if (value.isEmpty() && !object.has("ttl"))
        return std::nullopt;
    const auto wrong = [] {
        return refuse(422, "ttl must be a whole number of seconds from 1 to " + std::to_string(most.count()) +
                               ", or 0 for ever");
    };
    if (value.isEmpty() || !value.isInteger() || value.isBoolean())
        return wrong();
    try {
        const auto ttl = value.convert<Poco::Int64>();
        if (ttl < 0 || ttl > most.count())
            return wrong();
        return seconds(ttl);
    } catch (const Poco::Exception&) {
        return wrong();
    }
}

Answered<std::map<std::string, std::string>> labelsField(const Object& object)
{
    std::map<std::string, std::string> labels;
    if (!object.has("labels"))
        return labels;
    const auto given = object.getObject("labels");
    if (!given)
        return refuse(422, R"(labels must be an object of strings, such as {"name": "validator-1"})");
    for (const auto& [name, value] : *given) {
        if (!value.isString())
            return refuse(422, "labels: every value must be a string");
        labels.emplace(name, value.extract<std::string>());
    }
    return labels;
}

} // namespace waymark::httpapi
