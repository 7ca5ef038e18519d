// Bad weather for a bootnode, for as long as somebody has patience: `./dev soak`.
#include "Client.h"
#include "Report.h"
#include "Weather.h"

#include <waymark/base/Random.h>

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace waymark::soak
{

namespace
{

constexpr std::size_t clients = 3, peersOfAClient = 400;
constexpr std::uint64_t keysApart = 1'000'000;

struct Options
{
    std::uint64_t minutes = 5;
    std::uint64_t seed = SystemRandom().next64();
    std::string report;
    std::string commit = "unknown";
};

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw std::invalid_argument("'" + std::string(text) + "' is no number");
    return value;
}

Options parse(int argc, char** argv)
{
    Options options;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (i + 1 == argc)
            throw std::invalid_argument(std::string(name) + " needs a value");
        const std::string_view value = argv[i + 1];
        if (name == "--minutes")
            options.minutes = number(value);
        else if (name == "--seed")
            options.seed = number(value);
        else if (name == "--report")
            options.report = value;
        else if (name == "--commit")
            options.commit = value;
        else
            throw std::invalid_argument("unknown option " + std::string(name));
    }
    return options;
}

class Soak
{
public:
    explicit Soak(const Options& options) : _options(options)
    {
        _bootnode.enroll(_registered.local().key(), _registered.local().advertised().value());
        const Client::Places places{_bootnode.rest().url(), _bootnode.udp(), _lives};
        for (std::size_t i = 0; i < clients; ++i)
            _clients.emplace_back(places, openLedger(1 + i * keysApart, peersOfAClient),
                                  1 + i + options.seed % keysApart, _findings);
    }

    /// Whether all invariants held.
    bool run()
    {
        const auto began = std::chrono::steady_clock::now();
        const auto passed = [&] {
            return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
        };
        Run told{_options.commit,
                 Poco::DateTimeFormatter::format(Poco::Timestamp(), "%Y-%m-%d %H:%M"),
                 _options.seed,
                 {}};
        try {
            weather(passed);
            for (Client& client : _clients)
                client.audit();
        } catch (const std::exception& error) {
            _findings.violated(error.what());
        }
        for (std::string& grown : _vitals.growth())
            _findings.violated(std::move(grown));
        told.lasted = passed();
        if (!_options.report.empty()) {
            std::ofstream file(_options.report);
            writeReport(file, told, _findings, _vitals);
        }
        writeReport(std::cout, told, _findings, _vitals);
        return _findings.violations().empty();
    }

private:
    template <class Passed>
    void weather(const Passed& passed)
    {
        std::deque<std::jthread> threads;
        for (Client& client : _clients)
            threads.emplace_back([&](const std::stop_token& stopping) { client.run(stopping); });
        Weather weather(_bootnode, _registered.local().key(), _options.seed, _findings, _lives);
        constexpr std::chrono::seconds betweenMeasurements{10};
        auto next = std::chrono::seconds::zero();
        const std::chrono::minutes length{_options.minutes};
        while (passed() < length && _findings.violations().empty()) {
            weather.spell();
            if (passed() >= next) {
                _vitals.add(measure(passed()));
                next = passed() + betweenMeasurements;
            }
        }
    }

    const Options& _options;
    Findings _findings;
    std::atomic<std::uint64_t> _lives{0};
    Vitals _vitals;
    testkit::Bootnode _registered;
    testkit::Bootnode _bootnode{
        testkit::Properties{{"waymark.plugins", "registry-sqlite, discv4, http-api"}}};
    std::deque<Client> _clients;
};

} // namespace

} // namespace waymark::soak

int main(int argc, char** argv)
{
    try {
        const auto options = waymark::soak::parse(argc, argv);
        return waymark::soak::Soak(options).run() ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        std::cerr << "soak: " << error.what() << "\nusage: soak [--minutes N] [--seed N] [--report FILE]\n";
        return 64;
    }
}
