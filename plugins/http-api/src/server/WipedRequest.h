#pragma once

#include <waymark/base/Bytes.h>
#include <waymark/http/ApiRequest.h>

#include <utility>

namespace waymark::httpapi
{

/// A request whose texts are overwritten when it ends: somebody may have sent a secret in any of them.
struct WipedRequest
{
    http::ApiRequest request;

    WipedRequest() = default;
    WipedRequest(WipedRequest&&) noexcept = default;
    WipedRequest& operator=(WipedRequest&&) = delete;
    ~WipedRequest()
    {
        secureWipe(request.path);
        wipe(request.parameters);
        wipe(request.query);
        wipe(request.headers);
    }

private:
    template <class Map>
    static void wipe(Map& map) noexcept
    {
        while (!map.empty()) {
            auto entry = map.extract(map.begin());
            secureWipe(entry.key());
            secureWipe(entry.mapped());
        }
    }
};

/// A text on its way into a request.
struct WipedText
{
    std::string text;

    WipedText() = default;
    WipedText(const WipedText&) = delete;
    WipedText& operator=(const WipedText&) = delete;
    ~WipedText() { secureWipe(text); }
};

} // namespace waymark::httpapi
