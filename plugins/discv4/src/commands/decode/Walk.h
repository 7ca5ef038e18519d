#pragma once

#include "commands/decode/Explanation.h"

#include <waymark/base/Bytes.h>
#include <waymark/base/Result.h>
#include <waymark/node/Rlp.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::discv4::decode
{

/// Goes through the RLP items of a datagram and writes down what it meets, and at which byte.
class Walk
{
public:
    Walk(ByteView datagram, Explanation& explanation) noexcept
        : _datagram(datagram), _explanation(explanation)
    {
    }

    std::size_t offsetOf(ByteView part) const noexcept
    {
        return static_cast<std::size_t>(part.data() - _datagram.data());
    }

    /// `taken` is what stood there with its prefix.
    void note(std::string name, ByteView taken, toolkit::Cell value, std::string meaning = {})
    {
        _explanation.fields.push_back(
            {offsetOf(taken), taken.size(), std::move(name), std::move(value), std::move(meaning)});
    }
    /// Something that follows from what stands there.
    void derive(std::string name, ByteView from, toolkit::Cell value, std::string meaning = {})
    {
        _explanation.fields.push_back(
            {offsetOf(from), 0, std::move(name), std::move(value), std::move(meaning)});
    }
    void fault(ByteView where, std::string what)
    {
        _explanation.faults.push_back({offsetOf(where), std::move(what)});
    }

    /// Reads one item by `read`, which is a function of the reader; a failure is a fault at the item.
    template <class Read>
    auto take(node::rlp::Reader& items, std::string_view name, Read read)
        -> std::optional<std::pair<typename decltype(read(items))::value_type, ByteView>>
    {
        const ByteView before = items.rest();
        auto value = read(items);
        if (!value) {
            fault(before, std::string(name) + ": " + value.error().message);
            return std::nullopt;
        }
        return std::pair{*std::move(value), before.first(before.size() - items.rest().size())};
    }

    ByteView datagram() const noexcept { return _datagram; }
    Explanation& explanation() noexcept { return _explanation; }

private:
    ByteView _datagram;
    Explanation& _explanation;
};

} // namespace waymark::discv4::decode
