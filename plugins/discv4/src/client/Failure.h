#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::discv4::client
{

/// Why a request ended without its answer.
enum class Trouble : std::uint8_t
{
    noAnswer,    ///< nothing came in time
    refused,     ///< the host is there, the UDP port is closed (ICMP port unreachable)
    unreachable, ///< no route, or a host or firewall on the way said so by ICMP
    notSent,     ///< this host's system did not send it
    otherKey,    ///< another node is at this endpoint
    badAnswer    ///< an answer came that is none: an ENRResponse without a valid record of its sender
};

/// As JSON has it, such as "no_answer". Static storage.
std::string_view toString(Trouble trouble) noexcept;

struct Failure
{
    Trouble trouble = Trouble::noAnswer;
    std::string message;       ///< one line: what happened, where, after how long, and what to check
    bool answeredPing = false; ///< the node is there: it did not answer the question itself
};

template <class Value>
using Answer = tl::expected<Value, Failure>;

} // namespace waymark::discv4::client
