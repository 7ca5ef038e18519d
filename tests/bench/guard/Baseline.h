#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace waymark::bench
{

/// What one packet of a kind takes.
struct PacketCost
{
    double instructions = 0; ///< outside of libsecp256k1 and Crypto++
    double allocations = 0;
    double locks = 0;
    double logs = 0;   ///< calls that may write a line
    double hashes = 0; ///< blocks of Keccak
    double recoveries = 0;
    double signatures = 0;
    double verifications = 0;

    friend bool operator==(const PacketCost&, const PacketCost&) = default;
};

/// By kind of packet.
using PacketCosts = std::map<std::string, PacketCost>;

/// The committed costs, for each toolchain that somebody has measured: other compilers make other
/// instructions.
class Baseline
{
public:
    static constexpr double tolerance = 0.05; ///< growth of instructions that is no failure

    /// Throws std::runtime_error with the file and what is wrong in it.
    static Baseline load(const std::string& file);
    void save(const std::string& file) const;

    /// Null: nobody has measured with this one.
    const PacketCosts* find(const std::string& toolchain) const;
    void accept(const std::string& toolchain, const PacketCosts& costs) { _toolchains[toolchain] = costs; }
    std::vector<std::string> toolchains() const;

    /// One line for each thing that has become worse; none when all is as good as it was.
    /// Whether something has become so much better that a step back to the baseline would go unseen.
    static bool isLower(const PacketCosts& before, const PacketCosts& now);
    static std::vector<std::string> compare(const PacketCosts& before, const PacketCosts& now);

private:
    std::map<std::string, PacketCosts> _toolchains;
};

} // namespace waymark::bench
