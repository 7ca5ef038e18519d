#pragma once

#include "server/Refusal.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::httpapi
{

/// A request's head: where its body ends (RFC 9112 section 6), and borrowed views of its parts. Everything
/// that two parsers might understand differently is refused.
struct RequestHead
{
    std::string_view method;
    std::string_view target;
    std::vector<std::pair<std::string_view, std::string_view>> fields; ///< names and trimmed values, in order
    std::optional<std::uint64_t> contentLength;
    bool chunked = false;
    bool expectsContinue = false;
    bool keepAlive = false;
    bool http10 = false;
    bool isHead = false; ///< the method is HEAD: answers carry no body

    bool hasBody() const noexcept { return chunked || contentLength.value_or(0) > 0; }

    /// Checks a whole head: request line and fields, each ended by CRLF, and the empty line.
    /// 400 for broken ones, 414 and 431 for what is too long, 417, 501 and 505 for what is not spoken here.
    static Answered<RequestHead> parse(std::string_view head);

    /// The first field of this name, in any case.
    std::optional<std::string_view> field(std::string_view name) const noexcept;

    /// A head that says how the connection goes on and nothing else: for a parser whose copies are not wiped.
    std::string withoutContent() const;
};

/// Whether this is one field, "Name: value", without its CRLF.
bool isFieldLine(std::string_view line) noexcept;
/// Without control characters, but for tabs.
bool isPlain(std::string_view text) noexcept;
/// ASCII letters in any case; copies nothing.
bool sameWord(std::string_view left, std::string_view right) noexcept;
/// Without blanks and tabs on either side.
std::string_view trimmed(std::string_view text) noexcept;

/// Finds the end of a head in bytes that arrive piece by piece, and gives up at the first byte that no head
/// can have. Linear: no byte is looked at twice.
class HeadScanner
{
public:
    /// Looks at the bytes that are new in `received`, which grows from call to call. The length of the head
    /// with its empty line, nothing when more bytes are needed, or a refusal (400).
    Answered<std::optional<std::size_t>> scan(std::string_view received);
    void reset() noexcept { *this = HeadScanner(); }

private:
    std::size_t _seen = 0;
    std::size_t _lineStart = 0;
};

} // namespace waymark::httpapi
