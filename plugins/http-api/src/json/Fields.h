#pragma once

#include "server/Refusal.h"

#include <Poco/JSON/Object.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

// Fields of JSON objects that clients send. A field of the wrong type, also null, is 422 and named; one that
// is not there is nothing.

/// 400 for what is no JSON. The text was scanned before (scanJson): Poco takes more than the standard.
Answered<Poco::JSON::Object::Ptr> parseObject(std::string_view text);

Answered<std::optional<std::string>> textField(const Poco::JSON::Object& object, const std::string& name);
/// 1 to 65535.
Answered<std::optional<std::uint16_t>> portField(const Poco::JSON::Object& object, const std::string& name);
/// "ttl": whole seconds that a lease can have, or 0.
Answered<std::optional<std::chrono::seconds>> ttlField(const Poco::JSON::Object& object);
/// "labels": an object of strings; empty without the field.
Answered<std::map<std::string, std::string>> labelsField(const Poco::JSON::Object& object);

} // namespace waymark::httpapi
