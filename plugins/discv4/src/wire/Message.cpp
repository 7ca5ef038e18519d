#include "wire/Message.h"

namespace waymark::discv4::wire
{

std::string_view toString(PacketType type) noexcept
{
    switch (type) {
    case PacketType::ping:
        return "ping";
    case PacketType::pong:
        return "pong";
    case PacketType::findNode:
        return "findnode";
    case PacketType::neighbors:
        return "neighbors";
    case PacketType::enrRequest:
        return "enrrequest";
    case PacketType::enrResponse:
        return "enrresponse";
    }
    return "unknown";
}

} // namespace waymark::discv4::wire
