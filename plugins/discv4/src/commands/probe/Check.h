#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::discv4::probe
{

class Session;

enum class Verdict : std::uint8_t
{
    pass,
    fail,
    skip ///< it could not be tried
};

/// "pass", "fail", "skip". Static storage.
std::string_view toString(Verdict verdict) noexcept;

/// What came of a check.
struct Finding
{
    Verdict verdict = Verdict::skip;
    std::string detail; ///< one line
};

Finding pass(std::string detail);
Finding fail(std::string detail);
Finding skip(std::string detail);

/// One rule of the protocol, and how it is tried.
struct Check
{
    std::string id;      ///< "proof.findnode-unproven"
    std::string section; ///< "discv4: FindNode Packet (0x03)"
    std::string says;    ///< what stands there, in a sentence
    std::function<Finding(Session&)> run;

    /// "proof".
    std::string group() const { return id.substr(0, id.find('.')); }
};

// One function for each group, each with its file.
std::vector<Check> proofChecks();
std::vector<Check> expiryChecks();
std::vector<Check> amplificationChecks();
std::vector<Check> endpointChecks();
std::vector<Check> framingChecks();
std::vector<Check> neighborsChecks();
std::vector<Check> enrChecks();
std::vector<Check> pongChecks();
std::vector<Check> livenessChecks();

/// All of them, in the order in which they are tried: what may upset a node comes late.
std::vector<Check> allChecks();

} // namespace waymark::discv4::probe
