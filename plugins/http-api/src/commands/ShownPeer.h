#pragma once

#include "commands/AnswerJson.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Result.h>
#include <waymark/toolkit/Cell.h>
#include <waymark/toolkit/Record.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::httpapi
{

/// A peer as the API shows it (PeerJson.h), for people and programs. Events leave the lease, the liveness and
/// the origins out.
struct ShownPeer
{
    std::string id;
    std::optional<std::string> ip;
    std::optional<std::uint64_t> tcpPort;
    std::optional<std::uint64_t> udpPort;
    std::optional<std::string> enode;
    std::optional<std::string> expiresAt;
    std::optional<std::string> liveness;
    std::optional<std::string> lastPong;
    std::optional<double> roundTrip; ///< milliseconds
    std::vector<std::string> origins;
    std::map<std::string, std::string> labels;
    std::optional<std::string> enr;
    std::optional<std::string> revision;

    /// `corrupt` for what is no peer.
    static Result<ShownPeer> read(AnswerJson json);
    static Result<ShownPeer> read(const std::string& text);

    /// "10.0.1.5:30303", the TCP port where there is one; for sentences.
    std::string address() const;
    /// People read `name=value other="with blanks"`: a value in quotes is a string of JSON.
    toolkit::Cell labelCell() const;
    /// When the registration ends; `toPeople` says how long that is from now, or "never".
    toolkit::Cell expiry(const Clock& clock, bool toPeople) const;
    /// All of it; `toPeople` as above.
    toolkit::Record record(bool toPeople) const;
    /// The same in the fields of an event's peer, for a member of something greater.
    toolkit::Cell summary() const;
};

/// Seconds since 1970 of "2033-05-18T03:34:20Z"; nothing for what is no such time.
std::optional<std::int64_t> secondsOf(const std::string& time);
/// The other way round, RFC 3339 in UTC; nothing for one behind the year 9999.
std::optional<std::string> timeOf(std::uint64_t seconds);

} // namespace waymark::httpapi
