#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::registry
{

/// The fields of a claim in a snapshot, undecoded.
struct ClaimText
{
    std::string peer;
    std::string origin;
    std::vector<std::string> addresses;
    std::map<std::string, std::string> labels;
    std::optional<std::string> enr;
    std::optional<std::string> seq;
    std::optional<std::string> ttl;
    std::optional<std::string> expiry;

    /// Of an object whose fields stand in the order and the manner in which snapshots are written, without
    /// labels and without escapes: nearly all are like that, and this is ten times as fast as JSON in
    /// general. Nothing for any other text, JSON or not.
    static std::optional<ClaimText> ofPlain(std::string_view json);
    /// Of any object. Throws Poco::Exception for what is none or lacks a field.
    static ClaimText ofJson(const std::string& json);
};

} // namespace waymark::registry
