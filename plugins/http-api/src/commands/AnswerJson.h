#pragma once

#include <waymark/base/Result.h>

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// Reads what a daemon answered, whoever that is: what is not as it should be is `corrupt`, and the message
/// names the field. null and a field that is not there are nothing.
class AnswerJson
{
public:
    /// Bounded in depth; the text is bounded by who got it.
    static Result<Poco::JSON::Object::Ptr> object(const std::string& text);
    static Result<Poco::JSON::Array::Ptr> array(const std::string& text);
    static Result<AnswerJson> from(const Poco::Dynamic::Var& value);

    explicit AnswerJson(Poco::JSON::Object::Ptr object) : _object(std::move(object)) {}

    /// Nothing, too, for what is not as it should be: check() tells.
    std::optional<std::string> text(const std::string& name);
    std::optional<std::uint64_t> number(const std::string& name);
    std::optional<double> real(const std::string& name);
    std::vector<std::string> texts(const std::string& name);
    std::map<std::string, std::string> textsByName(const std::string& name);
    std::optional<AnswerJson> member(const std::string& name);
    std::vector<AnswerJson> members(const std::string& name);
    /// A text that must be there.
    std::string neededText(const std::string& name);

    /// What was read is good, or what first was not.
    Result<void> check() const;

private:
    template <class Value>
    std::optional<Value> read(const std::string& name, const char* needed);
    void blame(const std::string& name, const char* needed);

    Poco::JSON::Object::Ptr _object;
    std::optional<std::string> _problem;
};

} // namespace waymark::httpapi
