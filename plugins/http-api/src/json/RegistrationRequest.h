#pragma once

#include "server/Refusal.h"

#include <waymark/node/Key.h>
#include <waymark/registry/Peer.h>

#include <chrono>
#include <optional>
#include <string_view>

namespace waymark::httpapi
{

/// What a client asks for.
struct Registration
{
    registry::Peer peer;
    std::optional<std::chrono::seconds> ttl; ///< 0 for ever; nothing: as configured
};

/// Reads the body of POST /peers: exactly one credential (secret_key, enr, enode or id), where the peer is,
/// and perhaps for how long and under which labels.
///
/// Statuses: 400 broken JSON, two credentials, a bad key, record, URL or id; 403 a secret key where
/// `secretKeys` is false; 422 a missing field, a wrong type, a bad address or port, an address that
/// contradicts the record, a ttl that no lease can have, labels that no peer can have. A secret key is used
/// to derive the id and wiped, also from the stack.
Answered<Registration> readRegistration(std::string_view body, bool secretKeys);

/// Reads the body of PUT /peers/{id}/lease: nothing, or an object that may have a ttl. Statuses as above.
Answered<std::optional<std::chrono::seconds>> readRenewal(std::string_view body);

} // namespace waymark::httpapi
