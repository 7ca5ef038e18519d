#pragma once

#include "Findings.h"

#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/SeededRandom.h>

#include <atomic>
#include <cstdint>

namespace waymark::soak
{

/// Does to a bootnode what days bring to production, one thing after another, as the seed says. Called from
/// the thread that owns the bootnode.
class Weather
{
public:
    /// `registered` is a node that runs and is registered with the bootnode, whatever comes. `lives` counts
    /// how often the bootnode ended; it goes up before the next life begins.
    Weather(testkit::Bootnode& bootnode, const node::PublicKey& registered, std::uint64_t seed,
            Findings& findings, std::atomic<std::uint64_t>& lives);

    /// One spell of bad weather, from its beginning to its end. Afterwards the bootnode runs, healthy. Throws
    /// testkit::AwaitError when it does not recover.
    void spell();

private:
    void kill();
    void cutPower();
    void restart();
    void freeze();
    void reload();
    void fillDisk();
    void makeReadOnly();
    void failWrites();
    void failSyncs();
    void holdSyncs();
    void keepLocked();
    void flood();
    void welcome();

    template <class Fault>
    void whileDiskFails(Fault&& fault);
    void letPass();
    void clearUp();
    void rise();

    testkit::Bootnode& _bootnode;
    const node::PublicKey _registered;
    testkit::SeededRandom _random;
    Findings& _findings;
    std::atomic<std::uint64_t>& _lives;
};

} // namespace waymark::soak
