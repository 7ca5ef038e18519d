#include <waymark/base/Error.h>

namespace waymark
{

std::string_view toString(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::invalidArgument:
        return "invalid-argument";
    case ErrorCode::truncated:
        return "truncated";
    case ErrorCode::nonCanonical:
        return "non-canonical";
    case ErrorCode::tooLarge:
        return "too-large";
    case ErrorCode::badSignature:
        return "bad-signature";
    case ErrorCode::notFound:
        return "not-found";
    case ErrorCode::stale:
        return "stale";
    case ErrorCode::conflict:
        return "conflict";
    case ErrorCode::busy:
        return "busy";
    case ErrorCode::unavailable:
        return "unavailable";
    case ErrorCode::permission:
        return "permission";
    case ErrorCode::corrupt:
        return "corrupt";
    case ErrorCode::io:
        return "io";
    case ErrorCode::internal:
        return "internal";
    }
    return "internal";
}

Error Error::in(std::string_view context) const
{
    return {code, std::string(context) + ": " + message};
}

} // namespace waymark
