#include "access/Credentials.h"

#include <algorithm>
#include <cstddef>

namespace waymark::httpapi
{

namespace
{

constexpr std::string_view field = "Authorization";
constexpr std::string_view scheme = "Bearer";

} // namespace

Answered<Credentials> credentialsIn(const RequestHead& head)
{
    const auto isField = [](const auto& entry) {
        return sameWord(entry.first, field);
    };
    const auto found = std::ranges::find_if(head.fields, isField);
    if (found == head.fields.end())
        return NoCredentials{};
    if (std::any_of(found + 1, head.fields.end(), isField))
        return refuse(400, "a request may have one Authorization field", "malformed");
    const std::string_view value = found->second;
    const std::size_t end = std::min(value.find(' '), value.size());
    if (sameWord(value.substr(0, end), Proof::scheme)) {
        const auto proof = Proof::parse(value.substr(end));
        return proof ? Answered<Credentials>(*proof) : tl::unexpected(proof.error());
    }
    if (!sameWord(value.substr(0, end), scheme))
        return NoCredentials{};
    return BearerToken{trimmed(value.substr(end))};
}

} // namespace waymark::httpapi
