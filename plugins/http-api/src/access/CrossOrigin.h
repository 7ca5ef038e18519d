#pragma once

#include "server/RequestHead.h"

#include <waymark/base/Result.h>
#include <waymark/http/ApiResponse.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::httpapi
{

/// Which other origins' web pages may read answers in a browser (the Fetch standard's CORS protocol): those
/// that are configured, and GET only. Immutable; any thread.
class CrossOrigin
{
public:
    /// None.
    CrossOrigin() = default;
    /// "*" is all.
    explicit CrossOrigin(std::vector<std::string> origins);

    /// "https://example.org", with a port where it is not the scheme's own; or "*".
    static Result<void> check(std::string_view origin);

    /// What goes on the answer to a request: name and value. Empty unless something is configured.
    http::ApiResponse::Headers headersFor(const RequestHead& head) const;
    /// The answer to a browser that asks beforehand, where it may GET; `allowed` are the path's methods.
    std::optional<http::ApiResponse> preflight(const RequestHead& head,
                                               const std::vector<std::string>& allowed) const;

private:
    bool lets(std::string_view origin) const;

    std::vector<std::string> _origins;
    bool _all = false;
};

} // namespace waymark::httpapi
