#pragma once

#include "server/Refusal.h"

#include <waymark/base/Clock.h>
#include <waymark/http/ApiRequest.h>
#include <waymark/node/PeerId.h>
#include <waymark/registry/Peer.h>
#include <waymark/registry/Revision.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace waymark::httpapi
{

/// The longest `wait` of a blocking query.
inline constexpr Duration longestWait = std::chrono::minutes(10);
/// The most peers that one page may be asked to have.
inline constexpr std::size_t largestPage = 10000;

/// What GET /peers is asked for.
struct PeerQuery
{
    std::optional<std::size_t> limit;          ///< peers on the page; nothing: all
    std::optional<node::PeerId> cursor;        ///< only peers after this one
    std::map<std::string, std::string> labels; ///< only peers that have all of these
    std::optional<Duration> wait;              ///< answer when something has changed, or after this time
    std::optional<registry::Revision> since;   ///< since this revision; there whenever `wait` is

    /// Statuses: 400 with what is wrong; a parameter that is not known is refused, because a misspelt
    /// filter would show everybody.
    static Answered<PeerQuery> read(const http::ApiRequest& request);

    bool matches(const registry::Peer& peer) const;
    /// The target of the next page, behind `last`.
    std::string next(const node::PeerId& last) const;
};

} // namespace waymark::httpapi
