#include <waymark/base/Bytes.h>
#include <waymark/registry/Revision.h>

#include <charconv>
#include <optional>

namespace waymark::registry
{

namespace
{

constexpr std::size_t epochDigits = 16;

template <class Number>
std::optional<Number> wholeNumber(std::string_view text, int base)
{
    Number value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc() || stopped != end)
        return std::nullopt;
    return value;
}

} // namespace

Result<Revision> Revision::parse(std::string_view text)
{
    const std::size_t dash = text.find('-');
    if (dash == epochDigits) {
        const auto epoch = wholeNumber<std::uint64_t>(text.substr(0, dash), 16);
        const auto number = wholeNumber<std::uint64_t>(text.substr(dash + 1), 10);
        if (epoch && number) {
            const Revision revision{*epoch, *number};
            if (revision.toString() == text)
                return revision;
        }
    }
    return failure(ErrorCode::invalidArgument,
                   "no revision: it is 16 hex digits, '-' and a number, as a list or an event shows it");
}

std::string Revision::toString() const
{
    return epochText() + '-' + std::to_string(number);
}

std::string Revision::epochText() const
{
    FixedBytes<sizeof epoch> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<Byte>(epoch >> (8 * (bytes.size() - 1 - i)));
    return toHex(bytes);
}

} // namespace waymark::registry
