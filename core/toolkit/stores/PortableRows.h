#pragma once

#include <waymark/registry/RegistryPlan.h>

#include <Poco/JSON/Object.h>

#include <string>

namespace waymark::toolkit::stores
{

/// A row as one JSON object on a line of its own, without the line's end (docs/toolkit/registry.md):
///
///     {"type":"claim","peer":"0x...","origin":"api","addresses":[{"transport":"udp","host":"10.0.0.1",
///      "port":30303}],"labels":{"name":"a"},"enr":"enr:...","enr_seq":"5","ttl":"60.000000000",
///      "expires_at":"2026-09-21T14:14:20.000000000Z"}
///     {"type":"tombstone","peer":"0x...","origin":"api","enr_seq":"4","order":"2",
///      "removed_at":"2026-09-21T14:13:20.000000000Z"}
///
/// What is not there is left out. Numbers of 64 bits are text.
std::string encodeRow(const registry::StoredRow& row);

/// Of an object of one of these types. `corrupt`, with the field that is wrong; fields that are unknown are
/// wrong, too.
Result<registry::StoredRow> decodeRow(const Poco::JSON::Object& object);

} // namespace waymark::toolkit::stores
