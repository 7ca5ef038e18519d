#pragma once

#include <waymark/base/Result.h>

#include <functional>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// One Server-Sent Event.
struct ServerEvent
{
    std::string id;
    std::string name = "message";
    std::string data;
};

/// Reads Server-Sent Events (WHATWG HTML, section 9.2.6) out of bytes that come in any pieces. What is no
/// whole event at the end of a stream is none.
class ServerEvents
{
public:
    using Each = std::function<void(const ServerEvent&)>;

    /// tooLarge for an event of more than 1 MB: no more can be read then.
    Result<void> read(std::string_view bytes, const Each& each);
    /// A stream begins anew. The id of the last event stays.
    void restart();

private:
    void take(std::string_view line, const Each& each);

    std::string _line;
    std::string _name;
    std::string _data;
    std::string _lastId;
    bool _afterReturn = false;
    bool _first = true; ///< line of the stream
};

} // namespace waymark::httpapi
