#pragma once

#include "json/SecretText.h"
#include "server/Refusal.h"

#include <span>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// What the scanner learnt of a JSON text.
struct ScannedJson
{
    bool isObject = false;
    std::vector<std::string> keys; ///< of the outermost object, decoded, in order; none stands twice
    /// The value of the outermost "secret_key", when it is a string: taken out of the text.
    SecretText secret;
    bool hasSecret = false;    ///< there is an outermost "secret_key"
    bool secretIsText = false; ///< and it is a string
};

/// Reads a whole JSON text strictly (RFC 8259: UTF-8, no comments, at most 16 levels) and overwrites in place
/// what may be a secret key, so that a parser which does not wipe its copies can have the rest: the value of
/// each "secret_key", and each run of exactly 64 hex digits inside of any string or name, wherever somebody
/// pasted it. The ids of nodes have 128.
/// Numbers that a parser may find too large (over 18 characters, over 2 digits of exponent) become -1: no
/// field that is read has such a value. A refusal (400) says at which byte the text is broken and repeats
/// nothing of it.
Answered<ScannedJson> scanJson(std::span<char> text);

} // namespace waymark::httpapi
