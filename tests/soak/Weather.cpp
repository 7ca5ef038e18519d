#include "Weather.h"

#include "Seeking.h"

#include <waymark/host/Host.h>
#include <waymark/observe/Health.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <Poco/Net/DatagramSocket.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace waymark::soak
{

using testkit::Bootnode;
using testkit::fault::FaultInjector;
using testkit::fault::Operation;

namespace
{

constexpr std::chrono::milliseconds shortestSpell{200};
constexpr std::uint64_t spellSpread = 1'800;

} // namespace

Weather::Weather(Bootnode& bootnode, const node::PublicKey& registered, std::uint64_t seed,
                 Findings& findings, std::atomic<std::uint64_t>& lives)
    : _bootnode(bootnode), _registered(registered), _random(seed), _findings(findings), _lives(lives)
{
}

void Weather::letPass()
{
    std::this_thread::sleep_for(shortestSpell + std::chrono::milliseconds(_random.below(spellSpread)));
}

void Weather::spell()
{
    struct Kind
    {
        const char* name;
        void (Weather::*begin)();
    };
    static constexpr std::array kinds{
        Kind{"kill", &Weather::kill},
        Kind{"power cut", &Weather::cutPower},
        Kind{"restart", &Weather::restart},
        Kind{"freeze", &Weather::freeze},
        Kind{"reload", &Weather::reload},
        Kind{"full disk", &Weather::fillDisk},
        Kind{"read-only disk", &Weather::makeReadOnly},
        Kind{"failing writes", &Weather::failWrites},
        Kind{"failing syncs", &Weather::failSyncs},
        Kind{"slow syncs", &Weather::holdSyncs},
        Kind{"locked database", &Weather::keepLocked},
        Kind{"flood", &Weather::flood},
        Kind{"newcomer", &Weather::welcome},
        Kind{"calm", &Weather::letPass},
    };
    const Kind& kind = kinds[_random.below(kinds.size())];
    _findings.count(std::string("weather ") + kind.name);
    _findings.happened(std::string(kind.name) + " begins");
    (this->*kind.begin)();
    _findings.happened(std::string(kind.name) + " is over");
    clearUp();
    _findings.happened("healthy");
}

void Weather::clearUp()
{
    _bootnode.awaitUntil("health after bad weather", [this] {
        const auto report = _bootnode.host().services().get<observe::HealthRegistry>().report();
        return std::ranges::all_of(
            report, [](const auto& entry) { return entry.health.status == observe::HealthStatus::ok; });
    });
}

void Weather::kill()
{
    _bootnode.kill();
    rise();
}

void Weather::cutPower()
{
    _bootnode.cutPower(_random.next64());
    rise();
}

void Weather::restart()
{
    _bootnode.stop();
    rise();
}

void Weather::rise()
{
    ++_lives;
    _bootnode.respawn();
}

void Weather::freeze()
{
    _bootnode.freeze();
    letPass();
    _bootnode.thaw();
}

void Weather::reload()
{
    constexpr std::uint64_t spread = 60;
    const std::string interval = std::to_string(1 + _random.below(spread)) + "s";
    if (!_bootnode.reload({{"discv4.lookup-interval", interval}}))
        _findings.violated("a right configuration was refused: discv4.lookup-interval = " + interval);
    if (_bootnode.reload({{"discv4.lookup-interval", "soon"}}))
        _findings.violated("a wrong configuration was taken: discv4.lookup-interval = soon");
}

template <class Fault>
void Weather::whileDiskFails(Fault&& fault)
{
    std::forward<Fault>(fault)(_bootnode.disk());
    letPass();
    _bootnode.disk().mend();
}

void Weather::fillDisk()
{
    constexpr std::uint64_t bytes = 64 * 1024;
    whileDiskFails([&](FaultInjector& disk) { disk.fillDisk(_random.below(bytes)); });
}

void Weather::makeReadOnly()
{
    whileDiskFails([](FaultInjector& disk) { disk.makeReadOnly(); });
}

void Weather::failWrites()
{
    whileDiskFails([](FaultInjector& disk) { disk.fail(Operation::write); });
}

void Weather::failSyncs()
{
    whileDiskFails([](FaultInjector& disk) { disk.fail(Operation::sync); });
}

void Weather::holdSyncs()
{
    whileDiskFails([](FaultInjector& disk) { disk.holdSyncs(); });
}

void Weather::keepLocked()
{
    whileDiskFails([](FaultInjector& disk) { disk.keepLocked(); });
}

void Weather::flood()
{
    constexpr std::uint64_t datagrams = 50'000;
    std::array<Byte, 1400> bytes{};
    const Poco::Net::SocketAddress address(_bootnode.udp().toString());
    Poco::Net::DatagramSocket socket;
    const std::uint64_t count = _random.below(datagrams);
    for (std::uint64_t i = 0; i < count; ++i) {
        _random.fill(bytes);
        socket.sendTo(bytes.data(), 1 + static_cast<int>(_random.below(bytes.size())), address);
    }
    _findings.count("garbage datagrams", count);
}

void Weather::welcome()
{
    Bootnode newcomer(testkit::Properties{{"discv4.bootnodes", _bootnode.enode()}});
    try {
        scenarios::find(newcomer, _registered);
        _findings.count("newcomers served");
    } catch (const testkit::AwaitError& error) {
        _findings.violated(std::string("a newcomer does not find a registered node: ") + error.what());
    }
}

} // namespace waymark::soak
