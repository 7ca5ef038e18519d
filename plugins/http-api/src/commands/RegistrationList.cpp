#include "commands/RegistrationList.h"

#include "json/JsonArray.h"
#include "json/JsonNumbers.h"
#include "json/Utf8.h"

#include <waymark/node/Enode.h>
#include <waymark/node/Enr.h>

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/String.h>

#include <sstream>
#include <utility>

namespace waymark::httpapi
{

namespace
{

namespace json = Poco::JSON;

constexpr std::size_t mostEntries = 1000000;
constexpr std::size_t deepest = 16;

tl::unexpected<Error> corrupt(std::string message)
{
    return failure(ErrorCode::corrupt, std::move(message));
}

Result<std::string> fromText(const std::string& text, const RegistrationOptions& usual)
{
    if (text.starts_with(node::Enr::textPrefix)) {
        const auto record = node::Enr::parse(text);
        return record ? Result<std::string>(R"({"enr":")" + record->toString() + '"' + usual.json() + '}')
                      : corrupt(record.error().message);
    }
    const auto enode = node::Enode::parse(text);
    return enode ? Result<std::string>(R"({"enode":")" + enode->toString() + '"' + usual.json() + '}')
                 : corrupt(enode.error().message);
}

Result<std::string> fromObject(json::Object& object, const RegistrationOptions& usual)
{
    if (object.has("secret_key"))
        return corrupt("a secret key is sent nowhere: say who the peer is by id, enode or enr, or let it "
                       "register itself (waymark register --key)");
    if (usual.ttl && !object.has("ttl"))
        object.set("ttl", usual.ttl->count());
    if (!usual.labels.empty() && !object.has("labels")) {
        json::Object::Ptr labels(new json::Object);
        for (const auto& [name, value] : usual.labels)
            labels->set(name, value);
        object.set("labels", labels);
    }
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

/// One value of JSON.
Result<std::string> fromJson(std::string_view element, const RegistrationOptions& usual)
{
    if (const auto number = unfitNumber(element)) {
        constexpr std::size_t enough = 40;
        return corrupt("the number " + std::string(number->substr(0, enough)) + " is too large");
    }
    try {
        json::Parser parser;
        parser.setDepth(deepest);
        const auto value = parser.parse("[" + std::string(element) + "]").extract<json::Array::Ptr>()->get(0);
        if (value.isString())
            return fromText(value.extract<std::string>(), usual);
        if (value.type() == typeid(json::Object::Ptr)) {
            auto object = value.extract<json::Object::Ptr>();
            return fromObject(*object, usual);
        }
        return corrupt("this is no registration, enode URL or ENR");
    } catch (const Poco::Exception&) {
        return corrupt("this is no JSON");
    }
}

Result<std::vector<std::string>> fromArray(std::string_view text, const RegistrationOptions& usual)
{
    const auto elements = splitJsonArray(text, mostEntries);
    if (!elements)
        return corrupt(elements.error().message);
    std::vector<std::string> registrations;
    for (const std::string_view element : *elements) {
        auto registration = fromJson(element, usual);
        if (!registration)
            return corrupt("entry " + std::to_string(registrations.size() + 1) + ": " +
                           registration.error().message);
        registrations.push_back(std::move(*registration));
    }
    return registrations;
}

Result<std::vector<std::string>> fromLines(std::string_view text, const RegistrationOptions& usual)
{
    std::vector<std::string> registrations;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string line = Poco::trim(std::string(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.empty() || line.starts_with('#'))
            continue;
        auto registration = line.starts_with('{') ? fromJson(line, usual) : fromText(line, usual);
        if (!registration)
            return corrupt("line " + std::to_string(number) + ": " + registration.error().message);
        registrations.push_back(std::move(*registration));
    }
    return registrations;
}

} // namespace

Result<std::vector<std::string>> RegistrationList::read(std::string_view text,
                                                        const RegistrationOptions& usual)
{
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    const bool isArray = begin != std::string_view::npos && text[begin] == '[';
    if (const auto bad = invalidUtf8(text))
        return corrupt("byte " + std::to_string(*bad) + " is no UTF-8");
    return isArray ? fromArray(text, usual) : fromLines(text, usual);
}

std::vector<RegistrationBatch> RegistrationList::batches(const std::vector<std::string>& registrations,
                                                         std::size_t most, std::size_t bytes)
{
    std::vector<RegistrationBatch> batches;
    for (const std::string& registration : registrations) {
        const bool isFull = !batches.empty() && (batches.back().count == most ||
                                                 batches.back().body.size() + registration.size() > bytes);
        if (batches.empty() || isFull)
            batches.push_back({"[", 0});
        RegistrationBatch& batch = batches.back();
        batch.body += (batch.count++ == 0 ? "" : ",") + registration;
    }
    for (RegistrationBatch& batch : batches)
        batch.body += ']';
    return batches;
}

} // namespace waymark::httpapi
