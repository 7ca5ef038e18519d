#pragma once

#include "server/Refusal.h"

#include <waymark/node/Key.h>
#include <waymark/registry/Peer.h>

#include <string_view>

namespace waymark::httpapi
{

/// Reads the body of POST /peers: exactly one credential (secret_key, enr, enode or id) and where the peer
/// is.
///
/// Statuses: 400 broken JSON, two credentials, a bad key, record, URL or id; 403 a secret key where
/// `secretKeys` is false; 422 a missing field, a wrong type, a bad address or port, an address that
/// contradicts the record. A secret key is used to derive the id and wiped, also from the stack.
Answered<registry::Peer> readRegistration(std::string_view body, bool secretKeys);

} // namespace waymark::httpapi
