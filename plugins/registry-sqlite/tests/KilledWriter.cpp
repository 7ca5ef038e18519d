#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>

#include <charconv>
#include <cstdio>
#include <iostream>
#include <semaphore>
#include <string>
#include <string_view>
#include <unistd.h>

/// Registers and removes peers until it is killed: KILLED-WRITER STATE-DIR FIRST-NUMBER. Prints `put N` and
/// `drop N` as soon as a change is acknowledged, `dropping N` before one is asked for, each with one
/// write(2).
namespace
{

using namespace waymark;

registry::Peer numbered(std::uint64_t number)
{
    return {node::PeerId::parse("addr:peer-" + std::to_string(number)).value(),
            {{registry::Transport::tcp, "192.0.2.1", 1}},
            std::nullopt,
            {}};
}

void say(const std::string& word, std::uint64_t number)
{
    const std::string line = word + ' ' + std::to_string(number) + '\n';
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        std::abort();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        return 64;
    std::uint64_t number = 0;
    const std::string_view digits = argv[2];
    std::from_chars(digits.data(), digits.data() + digits.size(), number);

    contract::PluginRun run(registry::makeSqlitePlugin(), {}, argv[1]);
    run.start();
    auto& registry = *run.service<registry::PeerRegistry>();
    constexpr std::ptrdiff_t inFlight = 16;
    std::counting_semaphore<inFlight> room(inFlight);
    const auto submit = [&](registry::Change change, const char* word, std::uint64_t about) {
        room.acquire();
        registry.apply({std::move(change)}, [&room, word, about](const auto& report) {
            if (!report)
                std::abort();
            say(word, about);
            room.release();
        });
    };
    for (std::uint64_t i = number;; ++i) {
        submit(contract::put(numbered(i)), "put", i);
        // Half of the peers go again some time later.
        if (i >= number + 20 && i % 2 == 0) {
            say("dropping", i - 20);
            submit(registry::DropClaim{numbered(i - 20).id, "api"}, "drop", i - 20);
        }
    }
}
