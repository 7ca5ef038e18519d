#include "node/EnodeFault.h"

#include <waymark/base/Bytes.h>
#include <waymark/node/Enr.h>
#include <waymark/node/Rlp.h>

#include <algorithm>
#include <string>

namespace waymark::node
{

namespace
{

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes of the record that are at fault.
struct Range
{
    std::string part;
    std::size_t first = 0;
    std::size_t end = 0;
};

/// The first item of the record's list that cannot be read or stands in the wrong place, else its signature.
Range suspect(ByteView record)
{
    const auto at = [&](const rlp::Reader& reader) {
        return record.size() - reader.rest().size();
    };
    rlp::Reader outer(record);
    auto list = outer.list();
    if (!list)
        return {"list", 0, record.size()};
    if (!outer.atEnd())
        return {"end", at(outer), record.size()};
    // The list ends where the record does, so that positions in both are the same.
    const std::size_t signature = at(*list);
    const auto bytes = list->string();
    if (!bytes || bytes->size() != CompactSignature().size())
        return {"signature", signature, bytes ? at(*list) : record.size()};
    const std::size_t content = at(*list);
    if (!list->integer())
        return {"seq", content, record.size()};
    std::string last;
    while (!list->atEnd()) {
        const std::size_t entry = at(*list);
        const auto key = list->string();
        if (!key)
            return {"key", entry, record.size()};
        std::string name(key->begin(), key->end());
        if (name <= last && entry != content)
            return {"key", entry, at(*list)};
        const std::size_t value = at(*list);
        if (!list->skip())
            return {"entry", value, record.size()};
        if (name == "secp256k1" && record.size() > value) {
            const auto compressed = rlp::Reader(record.subspan(value)).string();
            if (!compressed || !PublicKey::fromCompressed(*compressed))
                return {"secp256k1", value, at(*list)};
        }
        last = std::move(name);
    }
    return {"signature", signature, content};
}

TextFault faultAt(const Range& range, std::size_t prefix, std::size_t size, std::string reason)
{
    // Four characters carry three bytes.
    const std::size_t first = prefix + range.first * 4 / 3;
    const std::size_t end = std::min(prefix + (range.end * 4 + 2) / 3, size);
    return {range.part, std::min(first, size), end > first ? end - first : 0, std::move(reason)};
}

std::optional<TextFault> findEnrFault(std::string_view text)
{
    const auto record = Enr::parse(text);
    if (record)
        return std::nullopt;
    const std::size_t prefix = Enr::textPrefix.size();
    if (const auto stranger = text.find_first_not_of(alphabet, prefix); stranger != std::string_view::npos)
        return TextFault{"base64url", stranger, 1, "only letters, digits, '-' and '_' may stand there"};
    const auto bytes = fromBase64Url(text.substr(prefix));
    if (!bytes && bytes.error().code == ErrorCode::truncated)
        return TextFault{"base64url", text.size(), 0, "the text ends within a byte; its end is missing"};
    if (!bytes)
        return TextFault{"base64url", text.size() - 1, 1,
                         "it stands for more than the last byte; the text is damaged, or its end is missing"};
    constexpr std::size_t longest = (Enr::maximumSize * 4 + 2) / 3;
    if (bytes->size() > Enr::maximumSize)
        return TextFault{"end", prefix + longest, text.size() - prefix - longest, record.error().message};
    return faultAt(suspect(*bytes), prefix, text.size(), record.error().message);
}

} // namespace

std::optional<TextFault> findFault(std::string_view text)
{
    if (text.starts_with(Enr::textPrefix))
        return findEnrFault(text);
    if (text.starts_with("enode:"))
        return findEnodeFault(text);
    const auto end = text.find_first_of(":/@");
    return TextFault{
        "start", 0, end == std::string_view::npos ? text.size() : end,
        "it is neither an enode URL (enode://<128 hex digits>@<ip>:<port>) nor an ENR (enr:...)"};
}

} // namespace waymark::node
