#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace waymark
{

/// What kind of thing went wrong, for callers that react differently; people read the message.
enum class ErrorCode
{
    invalidArgument, ///< the caller's value is not usable: malformed, out of range
    truncated,       ///< bytes ended before the value did
    nonCanonical,    ///< decodable, but not in the one allowed encoding
    tooLarge,        ///< over a limit of the format or of the configuration
    badSignature,    ///< a hash or a signature does not match
    notFound,        ///< nothing is there
    stale,           ///< something newer is known already
    conflict,        ///< already taken, or contradicts what is there
    busy,            ///< too much is waiting already: the caller should slow down and try again
    unavailable,     ///< works in principle, not now: stopping, no room, a disk that is full or in use
    permission,      ///< the operating system refused, or permissions are too open
    corrupt,         ///< stored data is damaged
    io,              ///< reading, writing or the network failed
    internal         ///< a defect of Waymark
};

/// The name of a code as it stands in logs and metrics, e.g. "bad-signature". Static storage.
std::string_view toString(ErrorCode code) noexcept;

/// An expected failure, returned by value. The message is one line that says what, where and what to do.
struct Error
{
    ErrorCode code = ErrorCode::internal;
    std::string message;

    Error(ErrorCode errorCode, std::string text) : code(errorCode), message(std::move(text)) {}

    /// The same error with "context: " before its message.
    [[nodiscard]] Error in(std::string_view context) const;
};

} // namespace waymark
