#pragma once

#include "commands/LeaseKeeper.h"
#include "commands/Notices.h"
#include "commands/OwnRegistration.h"
#include "commands/ProvenClient.h"
#include "commands/ShownPeer.h"

#include <waymark/plugin/ExitCode.h>
#include <waymark/toolkit/Interruption.h>

#include <optional>
#include <string>

namespace waymark::httpapi
{

/// Keeps a peer registered until it is interrupted, and takes the registration back then; but not that of
/// somebody who registered the same peer with a newer record meanwhile.
class RegistrationKeeper
{
public:
    /// All outlive it.
    RegistrationKeeper(ProvenClient& client, OwnRegistration& registration, Notices& notices,
                       const Clock& clock, Random& random);

    /// The exit code. What ends it otherwise: a daemon that refuses the first registration, or one that
    /// refuses it until its lease is over; not because of a clock that was right before.
    plugin::ExitCode run(const toolkit::Interruption& interruption);

private:
    void attempt();
    void registerPeer();
    void renewLease();
    void registered(const ApiAnswer& answer);
    void renewed(const ApiAnswer& answer);
    void unavailable(const Error& error);
    void refused(const ApiAnswer& answer);
    std::string goesOn() const;
    bool mayPass(const ApiAnswer& answer) const;
    void unreadable(const Error& error);
    plugin::ExitCode neverThere();
    plugin::ExitCode takeBack();
    plugin::ExitCode leave(const std::string& why, plugin::ExitCode code);

    ProvenClient& _client;
    OwnRegistration& _registration;
    Notices& _notices;
    const Clock& _clock;
    LeaseKeeper _keeper;
    const toolkit::Interruption* _interruption = nullptr;
    MonotonicTime _begun;
    bool _asksForUsual;       ///< a time that nobody asked for: the daemon's own does as well
    bool _mayBeThere = false; ///< at the daemon: a request for it was answered well, or not at all
    bool _isForEver;          ///< what is registered has no lease that ends it
    bool _wasRegistered = false;
    bool _isTroubled = false;
    std::uint64_t _epoch = 0; ///< of the registry that has it
    std::optional<plugin::ExitCode> _end;
};

} // namespace waymark::httpapi
