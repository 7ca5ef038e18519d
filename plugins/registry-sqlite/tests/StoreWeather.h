#pragma once

#include "../src/SqliteStore.h"

#include <waymark/registry/RegistryState.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace waymark::registry
{

/// A store on a disk of its own in bad weather, all of it at random and all of it the same again with the
/// same seed: one thread writes plans while disk faults come and go, the process is killed, ended and started
/// again, and the power is cut. After every start the file must be whole, hold all that was acknowledged and,
/// of what was refused, nothing or the last attempts whole.
class StoreWeather
{
public:
    explicit StoreWeather(std::uint64_t seed);

    /// What went wrong, with what came before it; nothing when all is well.
    std::optional<std::string> spells(int count);

    std::uint64_t acknowledged() const noexcept { return _acknowledged; }
    std::uint64_t refused() const noexcept { return _refused; }
    std::uint64_t starts() const noexcept { return _starts; }

private:
    using Content = std::map<std::string, std::string>; ///< peer -> version of its claim

    void spell();
    void write();
    void writeSome();
    void read();
    void breakDisk();
    void end();
    void kill();
    void cutPower();
    void start();
    void open();
    void judge();
    void requireWhole();
    Peer randomPeer();
    void tell(std::string what);
    [[noreturn]] void fail(const std::string& what) const;

    struct Close
    {
        void operator()(sqlite3* connection) const noexcept { ::sqlite3_close(connection); }
    };

    std::mt19937_64 _random;
    const std::uint64_t _mostWrites; ///< in a row
    testkit::TemporaryFolder _folder;
    testkit::fault::FaultInjector _disk{_folder.path()};
    std::unique_ptr<RegistryState> _state;
    std::unique_ptr<SqliteStore> _store;
    std::unique_ptr<sqlite3, Close> _reader;
    bool _isDying = false;
    Content _content;                 ///< as acknowledged
    std::vector<Content> _mayBe;      ///< since then refused
    std::vector<std::string> _events; ///< what was done
    std::uint64_t _version = 0;
    std::uint64_t _acknowledged = 0;
    std::uint64_t _refused = 0;
    std::uint64_t _starts = 0;
};

} // namespace waymark::registry
