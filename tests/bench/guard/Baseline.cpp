#include "guard/Baseline.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace waymark::bench
{

namespace
{

struct Counted
{
    const char* name; ///< as in the file
    const char* plural;
    double PacketCost::* value;
};

/// Those whose number is exact, but for what happens only now and then.
constexpr std::array counted{Counted{"allocations", "allocations", &PacketCost::allocations},
                             Counted{"locks", "locks", &PacketCost::locks},
                             Counted{"logs", "calls of the log", &PacketCost::logs},
                             Counted{"hashes", "blocks of Keccak", &PacketCost::hashes},
                             Counted{"recoveries", "recoveries", &PacketCost::recoveries},
                             Counted{"signatures", "signatures", &PacketCost::signatures},
                             Counted{"verifications", "verifications", &PacketCost::verifications}};
constexpr double countTolerance = 0.02; ///< for each packet

std::string rounded(double value, int digits)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

PacketCost costFrom(const Poco::JSON::Object& json)
{
    PacketCost cost;
    cost.instructions = json.getValue<double>("instructions");
    for (const Counted& each : counted)
        cost.*each.value = json.getValue<double>(each.name);
    return cost;
}

/// Written by hand: one line for each kind shows in a difference what became of it.
void write(std::ostream& out, const PacketCosts& costs)
{
    const char* separator = "";
    for (const auto& [kind, cost] : costs) {
        out << separator << "\n        \"" << kind << R"(": {"instructions": )"
            << rounded(cost.instructions, 0);
        for (const Counted& each : counted)
            out << ", \"" << each.name << "\": " << rounded(cost.*each.value, 2);
        out << '}';
        separator = ",";
    }
}

void compare(const std::string& kind, const PacketCost& before, const PacketCost& now,
             std::vector<std::string>& worse)
{
    if (now.instructions > before.instructions * (1 + Baseline::tolerance))
        worse.push_back(kind + ": " + rounded(now.instructions, 0) + " instructions, " +
                        rounded((now.instructions / before.instructions - 1) * 100, 1) + " % more than the " +
                        rounded(before.instructions, 0) + " of the baseline");
    for (const Counted& each : counted)
        if (now.*each.value > before.*each.value + countTolerance)
            worse.push_back(kind + ": " + rounded(now.*each.value, 2) + ' ' + each.plural + ", not " +
                            rounded(before.*each.value, 2));
}

} // namespace

Baseline Baseline::load(const std::string& file)
{
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error(file + ": cannot be read");
    try {
        Baseline baseline;
        const auto all = Poco::JSON::Parser().parse(in).extract<Poco::JSON::Object::Ptr>();
        for (const auto& [toolchain, kinds] : *all)
            for (const auto& [kind, cost] : *kinds.extract<Poco::JSON::Object::Ptr>())
                baseline._toolchains[toolchain][kind] = costFrom(*cost.extract<Poco::JSON::Object::Ptr>());
        return baseline;
    } catch (const Poco::Exception& error) {
        throw std::runtime_error(file + ": " + error.displayText());
    }
}

void Baseline::save(const std::string& file) const
{
    std::ofstream out(file, std::ios::trunc);
    out << '{';
    const char* separator = "";
    for (const auto& [toolchain, costs] : _toolchains) {
        out << separator << "\n    \"" << toolchain << "\": {";
        write(out, costs);
        out << "\n    }";
        separator = ",";
    }
    out << "\n}\n";
    out.close();
    if (!out)
        throw std::runtime_error(file + ": cannot be written");
}

const PacketCosts* Baseline::find(const std::string& toolchain) const
{
    const auto found = _toolchains.find(toolchain);
    return found == _toolchains.end() ? nullptr : &found->second;
}

std::vector<std::string> Baseline::toolchains() const
{
    std::vector<std::string> names;
    for (const auto& [name, costs] : _toolchains)
        names.push_back(name);
    return names;
}

bool Baseline::isLower(const PacketCosts& before, const PacketCosts& now)
{
    return std::ranges::any_of(before, [&](const auto& entry) {
        const auto found = now.find(entry.first);
        if (found == now.end())
            return false;
        const auto isLess = [&](const Counted& each) {
            return found->second.*each.value < entry.second.*each.value - countTolerance;
        };
        return found->second.instructions < entry.second.instructions * (1 - tolerance) ||
               std::ranges::any_of(counted, isLess);
    });
}

std::vector<std::string> Baseline::compare(const PacketCosts& before, const PacketCosts& now)
{
    std::vector<std::string> worse;
    for (const auto& [kind, cost] : before) {
        const auto found = now.find(kind);
        if (found == now.end())
            worse.push_back(kind + ": is in the baseline, but was not measured");
        else
            bench::compare(kind, cost, found->second, worse);
    }
    for (const auto& [kind, cost] : now)
        if (!before.contains(kind))
            worse.push_back(kind + ": was measured, but is not in the baseline");
    return worse;
}

} // namespace waymark::bench
