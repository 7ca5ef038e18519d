#include "toolkit/RecordDissection.h"

#include "base/Secret.h"
#include "node/Text.h"

#include <waymark/node/Rlp.h>

#include <algorithm>

namespace waymark::toolkit
{

namespace
{

namespace rlp = node::rlp;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Where base64url is wrong.
RecordDissection::TextFlaw flawOfBase64(std::string_view digits, std::size_t start)
{
    const auto place = digits.find_first_not_of(alphabet);
    const auto flaw = [start](std::string what, std::size_t position) {
        return RecordDissection::TextFlaw{Error(ErrorCode::invalidArgument, std::move(what)),
                                          start + position};
    };
    if (place != std::string_view::npos && digits[place] == '=')
        return flaw("a record's base64url has no padding", place);
    if (place != std::string_view::npos)
        return flaw("no base64url digit (A-Z a-z 0-9 - _)", place);
    if (digits.size() % 4 == 1)
        return flaw("the base64url ends within a byte: something is missing or too much", digits.size());
    return flaw("the last base64url digit has bits that no byte has: the text was changed or cut off",
                digits.size() - 1);
}

/// Of a list that does not end within the bytes: what stands before its items.
std::size_t headerSize(ByteView bytes)
{
    constexpr Byte longList = 0xf7;
    return bytes.empty() || bytes.front() <= longList ? 1 : std::size_t{1} + bytes.front() - longList;
}

} // namespace

RecordDissection::RecordDissection(ByteView bytes) : _bytes(bytes.begin(), bytes.end())
{
    takeApart();
}

tl::expected<RecordDissection, RecordDissection::TextFlaw> RecordDissection::read(std::string_view text)
{
    constexpr std::string_view prefix = node::Enr::textPrefix;
    // So that a file that was meant for something else is not decoded whole.
    constexpr std::size_t longest = 4096;
    const auto wrong = [](std::string what, std::size_t position) {
        return tl::unexpected(TextFlaw{Error(ErrorCode::invalidArgument, std::move(what)), position});
    };
    if (text.size() > longest)
        return wrong("a record has at most 404 characters, not " + std::to_string(text.size()), 0);
    if (text.starts_with(prefix)) {
        const std::string_view digits = text.substr(prefix.size());
        const auto bytes = fromBase64Url(digits);
        if (digits.empty())
            return wrong("nothing stands behind enr:", prefix.size());
        if (!bytes)
            return tl::unexpected(flawOfBase64(digits, prefix.size()));
        return RecordDissection(*bytes);
    }
    // No record is as short; what is read of it would be shown.
    if (text::mayBeKey(text))
        return wrong(
            "a record starts with enr:, or is its RLP in hex, unlike " + std::string(text::looksLikeKey), 0);
    const std::size_t start = text.starts_with("0x") ? 2 : 0;
    const bool isHex = text.size() > start &&
                       text.find_first_not_of("0123456789abcdefABCDEF", start) == std::string_view::npos;
    if (!isHex)
        return wrong("a record starts with enr:, or is its RLP in hex", 0);
    const auto bytes = fromHex(text);
    if (!bytes)
        return wrong(bytes.error().message, text.size());
    return RecordDissection(*bytes);
}

std::size_t RecordDissection::positionOf(std::size_t offset) noexcept
{
    return node::Enr::textPrefix.size() + offset * 8 / 6;
}

std::size_t RecordDissection::offsetOf(ByteView part) const noexcept
{
    return static_cast<std::size_t>(part.data() - _bytes.data());
}

void RecordDissection::flawed(Error error, std::size_t offset)
{
    if (!_flaw)
        _flaw = {std::move(error), offset};
}

void RecordDissection::takeApart()
{
    const ByteView bytes(_bytes);
    rlp::Reader outer(bytes);
    const auto list = outer.list();
    if (!list && list.error().code != ErrorCode::truncated)
        return flawed(list.error().in("the record"), 0);
    if (!list) {
        flawed(list.error().in("the record is cut off"), bytes.size());
        return readContent(bytes.subspan(std::min(headerSize(bytes), bytes.size())));
    }
    if (bytes.size() > node::Enr::maximumSize)
        flawed({ErrorCode::tooLarge, "a record has at most " + std::to_string(node::Enr::maximumSize) +
                                         " bytes, not " + std::to_string(bytes.size())},
               node::Enr::maximumSize);
    if (!outer.atEnd())
        flawed({ErrorCode::invalidArgument,
                std::to_string(outer.rest().size()) + " bytes too much behind the record"},
               offsetOf(outer.rest()));
    readContent(list->rest());
    if (_flaw)
        return;
    if (auto record = node::Enr::decode(_bytes))
        _record = std::move(*record);
    else
        flawed(record.error(), offsetOf(list->rest()));
}

void RecordDissection::readContent(ByteView content)
{
    rlp::Reader list(content);
    const auto signature = list.string();
    if (!signature)
        return flawed(signature.error().in("signature"), offsetOf(content));
    _signature.assign(signature->begin(), signature->end());
    if (signature->size() != std::tuple_size_v<node::CompactSignature>)
        flawed({ErrorCode::invalidArgument,
                "the signature has 64 bytes, not " + std::to_string(signature->size())},
               offsetOf(content));
    const std::size_t seqAt = offsetOf(list.rest());
    const auto seq = list.integer();
    if (!seq)
        return flawed(seq.error().in("seq"), seqAt);
    _seq = *seq;
    readPairs(list.rest());
    checkIdentity();
}

void RecordDissection::readPairs(ByteView list)
{
    rlp::Reader reader(list);
    while (!reader.atEnd()) {
        const std::size_t keyAt = offsetOf(reader.rest());
        const auto key = reader.string();
        if (!key)
            return flawed(key.error().in("the key of an entry"), keyAt);
        std::string name(node::asText(*key));
        if (!_pairs.empty() && name == _pairs.back().key)
            flawed({ErrorCode::nonCanonical, "the key " + node::quoted(name) + " is there twice"}, keyAt);
        else if (!_pairs.empty() && name < _pairs.back().key)
            flawed({ErrorCode::nonCanonical, "keys are sorted, and " + node::quoted(name) + " comes before " +
                                                 node::quoted(_pairs.back().key)},
                   keyAt);
        const std::size_t valueAt = offsetOf(reader.rest());
        const auto value = reader.raw();
        if (!value)
            return flawed(value.error().in("the value of " + node::quoted(name)), valueAt);
        if (!rlp::isOneItem(*value))
            flawed({ErrorCode::nonCanonical, "the value of " + node::quoted(name) + " is no canonical RLP"},
                   valueAt);
        _pairs.push_back({std::move(name), Bytes(value->begin(), value->end())});
        _offsets.push_back(valueAt);
    }
}

std::optional<RecordDissection::Found> RecordDissection::find(std::string_view key) const
{
    const auto found = std::ranges::find(_pairs, key, &Pair::key);
    if (found == _pairs.end())
        return std::nullopt;
    return Found{&*found, _offsets[static_cast<std::size_t>(found - _pairs.begin())]};
}

void RecordDissection::checkIdentity()
{
    const auto scheme = find("id");
    if (!scheme)
        return flawed({ErrorCode::invalidArgument, "there is no identity scheme, the entry 'id'"},
                      _bytes.size());
    const auto name = rlp::Reader(scheme->pair->item).string();
    if (!name || node::asText(*name) != "v4")
        flawed({ErrorCode::invalidArgument,
                "the identity scheme " +
                    (name ? node::quoted(node::asText(*name)) : std::string("is a list and")) +
                    " is unknown, only 'v4' is: the signature cannot be checked"},
               scheme->offset);
    const auto entry = find("secp256k1");
    if (!entry)
        return flawed({ErrorCode::invalidArgument, "there is no public key, the entry 'secp256k1'"},
                      _bytes.size());
    const auto compressed = rlp::Reader(entry->pair->item).string();
    if (!compressed)
        return flawed(compressed.error().in("the value of 'secp256k1'"), entry->offset);
    const auto key = node::PublicKey::fromCompressed(*compressed);
    if (key)
        _key = *key;
    else
        flawed(key.error().in("the value of 'secp256k1'"), entry->offset);
}

} // namespace waymark::toolkit
