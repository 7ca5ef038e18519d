// ./dev bench --quick --check: counts the instructions that discv4 takes for each kind of packet, and fails
// when there are more than in the committed baseline.
#include "guard/Baseline.h"
#include "guard/CallgrindProfile.h"

#include <waymark/testkit/Process.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace waymark::bench
{

namespace
{

constexpr std::size_t requests = 512; ///< of each kind
constexpr std::chrono::minutes patience{30};
const std::string packetsProgram = WAYMARK_BUILD_DIR "/tests/waymark-packets";
/// Other versions of these are nobody's regression, and which instructions Crypto++ takes depends on the
/// processor; what is asked of them is counted instead.
constexpr std::array cryptography{"libsecp256k1", "libcrypto++"};
constexpr std::size_t shown = 15; ///< functions of a profile

struct Options
{
    bool accepts = false;
    bool profiles = false;
    std::string baseline = WAYMARK_SOURCE_DIR "/tests/bench/baseline.json";
};

Options optionsFrom(const std::vector<std::string>& words)
{
    Options options;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--accept")
            options.accepts = true;
        else if (words[i] == "--profile")
            options.profiles = true;
        else if (words[i] == "--baseline" && i + 1 < words.size())
            options.baseline = words[++i];
        else if (words[i] != "--quick" && words[i] != "--check")
            throw std::invalid_argument("'" + words[i] +
                                        "' is not known here: --quick --check [--accept] [--profile] "
                                        "[--baseline FILE]");
    }
    return options;
}

/// What the instructions are of.
std::string toolchain()
{
#if defined(__clang__)
    const std::string compiler = "clang-" + std::to_string(__clang_major__);
#else
    const std::string compiler = "gcc-" + std::to_string(__GNUC__);
#endif
#if defined(__x86_64__)
    return compiler + "-x86_64";
#elif defined(__aarch64__)
    return compiler + "-aarch64";
#else
    return compiler + "-other";
#endif
}

/// One dump for each kind.
std::map<std::string, CallgrindProfile> count()
{
    const testkit::TemporaryFolder folder;
    testkit::Process valgrind(
        "valgrind",
        {"-q", "--tool=callgrind", "--instr-atstart=no", "--dump-line=no",
         "--callgrind-out-file=" + (folder.path() / "out").string(), packetsProgram,
         std::to_string(requests)},
        // Which memcpy the C library takes depends on the processor, unless it is told.
        {{"GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM"}});
    const auto status = valgrind.waitForExit(patience);
    if (status != 0)
        throw std::runtime_error("valgrind " +
                                 (status ? "ended with " + std::to_string(*status) : "did not end") + ":\n" +
                                 valgrind.output());
    std::map<std::string, CallgrindProfile> profiles;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        std::ifstream in(entry.path());
        CallgrindProfile profile = CallgrindProfile::parse(in);
        if (!profile.trigger().empty())
            profiles.emplace(profile.trigger(), std::move(profile));
    }
    return profiles;
}

/// Of the C library, below all that C++ has.
constexpr std::array allocators{"malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"};
constexpr std::array locks{"pthread_mutex_lock", "pthread_mutex_trylock", "pthread_rwlock_rdlock",
                           "pthread_rwlock_wrlock", "pthread_spin_lock"};

/// With their fields, which are text by then.
constexpr std::array logs{"waymark::observe::Log::write(", "waymark::observe::Log::limited("};

template <class Names>
std::uint64_t callsOf(const CallgrindProfile& profile, const Names& functions)
{
    std::uint64_t sum = 0;
    for (const char* const function : functions)
        sum += profile.calls(function);
    return sum;
}

std::uint64_t inCryptography(const CallgrindProfile& profile)
{
    std::uint64_t sum = 0;
    for (const char* const library : cryptography)
        sum += profile.in(library);
    return sum;
}

PacketCost costOf(const CallgrindProfile& profile)
{
    const auto each = [](std::uint64_t value) {
        return static_cast<double>(value) / static_cast<double>(requests);
    };
    PacketCost cost;
    cost.instructions = each(profile.total() - inCryptography(profile));
    cost.allocations = each(callsOf(profile, allocators));
    cost.locks = each(callsOf(profile, locks));
    for (const char* const log : logs)
        cost.logs += each(profile.callsBeginning(log));
    cost.hashes = each(profile.callsBeginning("CryptoPP::KeccakF1600("));
    cost.recoveries = each(profile.calls("secp256k1_ecdsa_recover"));
    cost.signatures = each(profile.calls("secp256k1_ecdsa_sign_recoverable"));
    cost.verifications = each(profile.calls("secp256k1_ecdsa_verify"));
    return cost;
}

void printTable(const PacketCosts& costs, const PacketCosts* before)
{
    std::cout << std::left << std::setw(18) << "A PACKET TAKES" << std::right << std::setw(7) << "INSTR"
              << std::setw(8) << "BEFORE" << std::setw(9) << "CHANGE" << std::setw(7) << "MALLOC"
              << std::setw(6) << "LOCK" << std::setw(5) << "LOG" << std::setw(6) << "HASH" << std::setw(8)
              << "RECOVER" << std::setw(5) << "SIGN" << '\n'
              << std::fixed;
    for (const auto& [kind, cost] : costs) {
        std::cout << std::left << std::setw(18) << kind << std::right << std::setprecision(0) << std::setw(7)
                  << cost.instructions;
        if (before != nullptr && before->contains(kind)) {
            const double old = before->at(kind).instructions;
            constexpr double nothing = 0.05;
            const double change = (cost.instructions / old - 1) * 100;
            std::cout << std::setw(8) << old << std::showpos << std::setprecision(1) << std::setw(7)
                      << (std::abs(change) < nothing ? 0 : change) << std::noshowpos << " %";
        } else {
            std::cout << std::setw(8) << '-' << std::setw(9) << '-';
        }
        std::cout << std::setprecision(2) << std::setw(7) << cost.allocations << std::setw(6) << cost.locks
                  << std::setw(5) << cost.logs << std::setw(6) << cost.hashes << std::setw(8)
                  << cost.recoveries << std::setw(5) << cost.signatures << '\n';
    }
    std::cout << std::flush;
}

std::string shortened(std::string name)
{
    for (const std::string taken : {"waymark::", "discv4::", "engine::"})
        for (auto at = name.find(taken); at != std::string::npos; at = name.find(taken))
            name.erase(at, taken.size());
    constexpr std::size_t most = 46;
    return name.size() <= most ? name : name.substr(0, most - 3) + "...";
}

bool isCryptography(const CallgrindProfile::Function& function)
{
    return std::ranges::any_of(cryptography,
                               [&](const char* library) { return function.object.starts_with(library); });
}

/// Where the instructions outside of the cryptography are.
void printProfile(const std::string& kind, const CallgrindProfile& profile)
{
    const auto each = [](std::uint64_t value) {
        return value / requests;
    };
    std::cout << '\n'
              << kind << ": " << each(profile.total()) << " instructions a packet, "
              << each(inCryptography(profile)) << " of them in libsecp256k1 and Crypto++\n";
    std::size_t left = shown;
    for (const auto& function : profile.functions()) {
        if (isCryptography(function))
            continue;
        if (left-- == 0)
            break;
        std::cout << std::setw(9) << each(function.instructions) << "  " << std::left << std::setw(47)
                  << shortened(function.name) << std::right << function.object << '\n';
    }
}

/// To be written anew: what cannot be read is no reason not to.
Baseline acceptable(const std::string& file)
{
    try {
        return Baseline::load(file);
    } catch (const std::exception& error) {
        std::cerr << "bench: " << error.what() << "; a new one is written\n";
        return {};
    }
}

int run(const Options& options)
{
    const auto profiles = count();
    PacketCosts costs;
    for (const auto& [kind, profile] : profiles)
        costs[kind] = costOf(profile);
    Baseline baseline = options.accepts ? acceptable(options.baseline) : Baseline::load(options.baseline);
    const PacketCosts* const before = baseline.find(toolchain());
    printTable(costs, before);
    if (options.profiles)
        for (const auto& [kind, profile] : profiles)
            printProfile(kind, profile);
    if (options.accepts) {
        baseline.accept(toolchain(), costs);
        baseline.save(options.baseline);
        std::cout << options.baseline << ": these are the baseline of " << toolchain() << " now\n";
        return 0;
    }
    if (before == nullptr) {
        std::string known;
        for (const std::string& each : baseline.toolchains())
            known += (known.empty() ? ", only for " : " and ") + each;
        std::cerr << "bench: " << options.baseline << " has nothing for " << toolchain() << known
                  << "; './dev bench --quick --check --accept' adds what was measured\n";
        return 69;
    }
    const auto worse = Baseline::compare(*before, costs);
    for (const std::string& line : worse)
        std::cerr << "bench: " << line << '\n';
    if (worse.empty()) {
        std::cout << std::setprecision(0) << "no packet takes more than " << Baseline::tolerance * 100
                  << " % over the baseline of " << toolchain() << '\n';
        if (Baseline::isLower(*before, costs))
            std::cout << "some take less: './dev bench --quick --check --accept' makes that the baseline to "
                         "commit, "
                         "so that it stays so\n";
        return 0;
    }
    std::cerr << "bench: './dev bench --quick --check --profile' shows where; when it must be so, "
                 "'./dev bench --quick --check --accept' makes a new baseline to commit\n";
    return 1;
}

} // namespace

} // namespace waymark::bench

int main(int argc, char** argv)
{
    waymark::bench::Options options;
    try {
        options = waymark::bench::optionsFrom({argv + 1, argv + argc});
    } catch (const std::invalid_argument& error) {
        std::cerr << "bench: " << error.what() << '\n';
        return 64;
    }
    try {
        return waymark::bench::run(options);
    } catch (const std::exception& error) {
        std::cerr << "bench: " << error.what() << '\n';
        return 70;
    }
}
