#pragma once

#include "Findings.h"
#include "Ledger.h"

#include <waymark/testkit/Rest.h>
#include <waymark/testkit/SeededRandom.h>

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>

namespace waymark::soak
{

/// Registers, moves, removes and reads its own peers over HTTP, asks discv4 for them, at random and for as
/// long as it may, and holds the bootnode to what it acknowledged.
class Client
{
public:
    struct Places
    {
        std::string url;
        node::Endpoint udp;
        const std::atomic<std::uint64_t>& lives; ///< how often the bootnode's process has ended
    };

    Client(Places places, Ledger ledger, std::uint64_t seed, Findings& findings);

    void run(const std::stop_token& stopping);

    /// Reads every account once, when the weather has cleared up. What does not fit is a violation, and so is
    /// what cannot be read.
    void audit();

private:
    void act(Account& account);
    void doubt(Account& account, Account::State wanted);
    void ask(const Account& account);
    /// What is advertised of an account with what was acknowledged.
    void compare(const Account& account, const Account::State& told);
    void put(Account& account);
    void remove(Account& account);
    /// False when there was no answer that says what it is.
    bool read(Account& account);
    void refuse(Account& account, int status, Account::State wanted, std::uint64_t life);
    bool isDone(Account& account, const testkit::RestAnswer& answer, int expected, const std::string& what,
                const std::string& wanted);
    testkit::RestAnswer send(const std::string& method, const std::string& path,
                             const std::string& body = {}) const;
    node::NodeEndpoint somewhere();

    Places _places;
    Ledger _ledger;
    std::uint64_t _key;
    testkit::SeededRandom _random;
    Findings& _findings;
};

} // namespace waymark::soak
