#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::httpapi
{

/// Why a request gets no better answer than an error: a status and one line for the client, without secrets.
struct Refusal
{
    int status = 0;
    std::string message;
    std::string_view reason{}; ///< static label for metrics; empty where the status says enough
    std::optional<std::uint64_t> retryAfter{}; ///< seconds, where that is known
};

template <class T>
using Answered = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(int status, std::string message,
                                                    std::string_view reason = {})
{
    return tl::unexpected<Refusal>(Refusal{status, std::move(message), reason});
}

} // namespace waymark::httpapi
