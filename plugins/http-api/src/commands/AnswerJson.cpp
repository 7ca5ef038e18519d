#include "commands/AnswerJson.h"

#include "json/JsonNumbers.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <utility>

namespace waymark::httpapi
{

namespace
{

namespace json = Poco::JSON;
using Poco::Dynamic::Var;

constexpr std::size_t deepest = 16;

template <class Pointer>
Result<Pointer> parsed(const std::string& text, const char* what)
{
    if (const auto number = unfitNumber(text)) {
        constexpr std::size_t enough = 40;
        return failure(ErrorCode::corrupt, "the answer has a number that is too large: " +
                                               std::string(number->substr(0, enough)));
    }
    try {
        json::Parser parser;
        parser.setDepth(deepest);
        const Var value = parser.parse(text);
        if (value.type() == typeid(Pointer))
            return value.extract<Pointer>();
    } catch (const Poco::Exception&) { // the same for the caller
        return failure(ErrorCode::corrupt, "what answers there is no Waymark: it sent no JSON");
    }
    return failure(ErrorCode::corrupt,
                   std::string("what answers there is no Waymark: it sent no JSON ") + what);
}

std::optional<std::string> textOf(const Var& value)
{
    return value.isString() ? std::optional(value.extract<std::string>()) : std::nullopt;
}

} // namespace

Result<json::Object::Ptr> AnswerJson::object(const std::string& text)
{
    return parsed<json::Object::Ptr>(text, "object");
}

Result<json::Array::Ptr> AnswerJson::array(const std::string& text)
{
    return parsed<json::Array::Ptr>(text, "array");
}

Result<AnswerJson> AnswerJson::from(const Var& value)
{
    if (value.type() == typeid(json::Object::Ptr))
        return AnswerJson(value.extract<json::Object::Ptr>());
    return failure(ErrorCode::corrupt, "the answer has something else where an object should be");
}

void AnswerJson::blame(const std::string& name, const char* needed)
{
    if (!_problem)
        _problem = "the answer's field '" + name + "' is no " + needed;
}

Result<void> AnswerJson::check() const
{
    return _problem ? Result<void>(failure(ErrorCode::corrupt, *_problem)) : Result<void>();
}

std::optional<std::string> AnswerJson::text(const std::string& name)
{
    if (!_object->has(name) || _object->isNull(name))
        return std::nullopt;
    auto value = textOf(_object->get(name));
    if (!value)
        blame(name, "text");
    return value;
}

std::string AnswerJson::neededText(const std::string& name)
{
    auto value = text(name);
    if (!value)
        blame(name, "text");
    return std::move(value).value_or("");
}

template <class Value>
std::optional<Value> AnswerJson::read(const std::string& name, const char* needed)
{
    if (!_object->has(name) || _object->isNull(name))
        return std::nullopt;
    const Var value = _object->get(name);
    const auto blamed = [&]() -> std::optional<Value> {
        blame(name, needed);
        return std::nullopt;
    };
    try {
        if (value.isNumeric() && !value.isBoolean())
            return value.convert<Value>();
    } catch (const Poco::Exception&) {
        return blamed(); // negative, too large
    }
    return blamed();
}

std::optional<std::uint64_t> AnswerJson::number(const std::string& name)
{
    if (_object->has(name) && !_object->isNull(name) && !_object->get(name).isInteger()) {
        blame(name, "whole number");
        return std::nullopt;
    }
    return read<Poco::UInt64>(name, "whole number");
}

std::optional<double> AnswerJson::real(const std::string& name)
{
    return read<double>(name, "number");
}

std::vector<std::string> AnswerJson::texts(const std::string& name)
{
    std::vector<std::string> found;
    if (!_object->has(name) || _object->isNull(name))
        return found;
    const auto array = _object->getArray(name);
    if (!array) {
        blame(name, "array");
        return found;
    }
    for (const Var& value : *array) {
        if (auto element = textOf(value))
            found.push_back(std::move(*element));
        else
            blame(name, "array of texts");
    }
    return found;
}

std::map<std::string, std::string> AnswerJson::textsByName(const std::string& name)
{
    std::map<std::string, std::string> found;
    if (!_object->has(name) || _object->isNull(name))
        return found;
    const auto object = _object->getObject(name);
    if (!object) {
        blame(name, "object");
        return found;
    }
    for (const auto& [key, value] : *object) {
        if (auto element = textOf(value))
            found[key] = std::move(*element);
        else
            blame(name, "object of texts");
    }
    return found;
}

std::optional<AnswerJson> AnswerJson::member(const std::string& name)
{
    if (!_object->has(name) || _object->isNull(name))
        return std::nullopt;
    auto object = from(_object->get(name));
    if (!object)
        blame(name, "object");
    return object ? std::optional(std::move(*object)) : std::nullopt;
}

std::vector<AnswerJson> AnswerJson::members(const std::string& name)
{
    std::vector<AnswerJson> found;
    const auto array = _object->getArray(name);
    if (!array)
        return found;
    for (const Var& value : *array) {
        if (auto object = from(value))
            found.push_back(std::move(*object));
        else
            blame(name, "array of objects");
    }
    return found;
}

} // namespace waymark::httpapi
