#include "StoreWeather.h"

#include <waymark/plugin/Plugin.h>

#include <algorithm>
#include <chrono>
#include <sqlite3.h>
#include <stdexcept>
#include <utility>

namespace waymark::registry
{

using testkit::fault::FaultInjector;
using testkit::fault::Operation;

namespace
{

constexpr std::uint64_t peers = 400;
constexpr const char* versionLabel = "version";
constexpr const char* origin = "api";

} // namespace

StoreWeather::StoreWeather(std::uint64_t seed) : _random(seed), _mostWrites(_random() % 3 == 0 ? 300 : 40)
{
    start();
}

std::optional<std::string> StoreWeather::spells(int count)
{
    try {
        for (; count > 0; --count)
            spell();
        cutPower();
        return std::nullopt;
    } catch (const std::exception& error) {
        std::string story = error.what();
        for (const std::string& event : _events)
            story += "\n  " + event;
        return story;
    }
}

void StoreWeather::tell(std::string what)
{
    _events.push_back(std::move(what));
}

void StoreWeather::fail(const std::string& what) const
{
    throw std::runtime_error(what);
}

void StoreWeather::spell()
{
    constexpr std::uint64_t kinds = 16;
    const std::uint64_t kind = _random() % kinds;
    if (_disk.isCut() || kind == 2 || kind == 3)
        cutPower();
    else if (kind == 0 || _isDying)
        kill();
    else if (kind == 1)
        end();
    else if (kind <= 11)
        breakDisk();
    if (_random() % 4 == 0)
        read();
    if (_random() % 6 == 0) {
        const std::uint64_t changes = _random() % 100;
        tell("killed after " + std::to_string(changes) + " changes");
        _disk.killOwnersAfter(changes);
        _isDying = true;
    }
    writeSome();
    if (_isDying || _random() % 4 == 0)
        return; // and the fault goes on
    tell("mended");
    _disk.mend();
    writeSome();
}

void StoreWeather::breakDisk()
{
    const auto times = [this] {
        return _random() % 2 == 0 ? FaultInjector::always : 1 + _random() % 5;
    };
    switch (_random() % 7) {
    case 0:
        tell("full disk");
        return _disk.fillDisk(_random() % 65'536);
    case 1:
        tell("failing writes");
        return _disk.fail(Operation::write, times());
    case 2:
    case 3:
        tell("failing syncs");
        return _disk.fail(Operation::sync, times());
    case 4:
        tell("failing syncs of the database");
        return _disk.failAt({Operation::sync, "registry.db"}, times());
    case 5:
        tell("locked");
        // A disk that fails lets nobody lock anything.
        _disk.mend();
        return _disk.keepLocked();
    default:
        tell("read-only");
        return _disk.makeReadOnly();
    }
}

/// Another program begins to read, or ends.
void StoreWeather::read()
{
    if (_reader) {
        tell("reader ends");
        return _reader.reset();
    }
    sqlite3* connection = nullptr;
    ::sqlite3_open((_folder.path() / "registry.db").c_str(), &connection);
    _reader.reset(connection);
    const int code =
        ::sqlite3_exec(connection, "BEGIN; SELECT count(*) FROM claims", nullptr, nullptr, nullptr);
    tell("reader begins: " + std::to_string(code));
    if (code != SQLITE_OK)
        _reader.reset();
}

void StoreWeather::writeSome()
{
    for (std::uint64_t writes = _random() % _mostWrites; writes > 0; --writes)
        write();
}

Peer StoreWeather::randomPeer()
{
    return {node::PeerId::parse("addr:peer-" + std::to_string(_random() % peers)).value(),
            {{Transport::tcp, "192.0.2.1", 1}},
            std::nullopt,
            {{versionLabel, std::to_string(++_version)}, {"padding", std::string(_random() % 600, 'x')}}};
}

void StoreWeather::write()
{
    ChangeBatch batch;
    Content wanted = _content;
    for (std::uint64_t count = 1 + _random() % 8; count > 0; --count) {
        const Peer peer = randomPeer();
        if (_random() % 3 == 0) {
            batch.push_back(DropClaim{peer.id, origin});
            wanted.erase(peer.id.toString());
        } else {
            batch.push_back(PutClaim{Claim{origin, peer}});
            wanted[peer.id.toString()] = peer.labels.at(versionLabel);
        }
    }
    const std::vector<RegistryRequest> requests{std::move(batch)};
    const RegistryPlan plan = _state->plan(requests);
    if (plan.rows.empty())
        return;
    const auto written = _store->write(plan);
    if (!written) {
        tell("refused: " + written.error().message);
        _mayBe.push_back(std::move(wanted));
        ++_refused;
        return;
    }
    _state->commit(plan);
    _content = std::move(wanted);
    _mayBe.clear();
    ++_acknowledged;
}

void StoreWeather::end()
{
    tell("ended");
    _store.reset();
    if (_disk.isCut())
        return cutPower();
    tell("mended");
    _disk.mend();
    start();
}

void StoreWeather::kill()
{
    tell("killed");
    _disk.killOwners();
    _isDying = false;
    for (const auto operation : {Operation::read, Operation::name})
        _disk.fail(operation);
    _reader.reset();
    _store.reset();
    _disk.mend();
    start();
}

void StoreWeather::cutPower()
{
    tell(_disk.isCut() ? "power was cut" : "power cut");
    _disk.cutTorn(_random());
    _isDying = false;
    _reader.reset();
    _store.reset();
    _disk.powerOn();
    start();
}

void StoreWeather::start()
{
    if (_random() % 4 == 0) {
        const std::uint64_t changes = _random() % (_random() % 2 == 0 ? 20 : 600);
        tell("power cut after " + std::to_string(changes) + " changes");
        _disk.cutTornAfter(changes, _random());
    }
    ++_starts;
    try {
        open();
    } catch (const std::exception&) {
        if (!_disk.isCut())
            throw;
        cutPower();
    }
}

void StoreWeather::open()
{
    _state = std::make_unique<RegistryState>();
    _store = std::make_unique<SqliteStore>(_folder.path() / "registry.db", std::chrono::milliseconds(0));
    _store->load(*_state, _starts);
    requireWhole();
    judge();
}

void StoreWeather::requireWhole()
{
    sqlite3* connection = nullptr;
    std::string verdict;
    const auto take = [](void* to, int, char** columns, char**) {
        static_cast<std::string*>(to)->append(columns[0]).append("; ");
        return 0;
    };
    int code = ::sqlite3_open((_folder.path() / "registry.db").c_str(), &connection);
    if (code == SQLITE_OK)
        code = ::sqlite3_exec(connection, "PRAGMA integrity_check", take, &verdict, nullptr);
    ::sqlite3_close(connection);
    if (code != SQLITE_OK || verdict != "ok; ")
        fail("integrity_check: " + std::string(::sqlite3_errstr(code)) + ' ' + verdict);
}

void StoreWeather::judge()
{
    Content found;
    for (const Peer& peer : _state->list(std::nullopt, 2 * peers).peers)
        found.emplace(peer.id.toString(), peer.labels.at(versionLabel));
    if (found == _content || std::ranges::find(_mayBe, found) != _mayBe.end()) {
        _content = std::move(found);
        _mayBe.clear();
        return;
    }
    std::string difference;
    for (const auto& [peer, version] : _content) {
        const auto there = found.find(peer);
        if (there == found.end() || there->second != version)
            difference += ' ' + peer + " should be " + version + " and is " +
                          (there == found.end() ? "absent" : there->second);
    }
    fail("lost:" + difference.substr(0, 500) + " (" + std::to_string(_mayBe.size()) + " may be)");
}

} // namespace waymark::registry
