#pragma once

#include <waymark/base/Error.h>

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace waymark
{

/// A value or an Error. The interface is that of std::expected (C++23).
template <class T>
using Result = tl::expected<T, Error>;

/// The failed state of any Result: `return failure(ErrorCode::truncated, "...")`.
[[nodiscard]] inline tl::unexpected<Error> failure(ErrorCode code, std::string message)
{
    return tl::unexpected<Error>(Error(code, std::move(message)));
}

/// Passes the failure of one Result on as that of another.
[[nodiscard]] inline tl::unexpected<Error> failure(Error error)
{
    return tl::unexpected<Error>(std::move(error));
}

} // namespace waymark
