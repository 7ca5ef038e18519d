#include "sim/LastRun.h"

#include <waymark/testkit/sim/ReproducibleRun.h>

#include <charconv>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string_view>

namespace waymark::testkit::sim
{

namespace
{

constexpr const char* seedVariable = "WAYMARK_SIM_SEED";
constexpr const char* traceVariable = "WAYMARK_SIM_TRACE";

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

std::uint64_t seedFrom(const std::string& text, std::uint64_t otherwise)
{
    if (text.empty())
        return otherwise;
    if (text == "random") {
        std::random_device device;
        return std::uint64_t{device()} << 32 | device();
    }
    std::uint64_t seed = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, seed);
    if (parsed.ec != std::errc() || parsed.ptr != end)
        throw std::invalid_argument(std::string(seedVariable) + " is '" + text +
                                    "': set it to a number below 2^64, or to random");
    return seed;
}

std::string quoted(const std::string& word)
{
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=,+@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
        return word;
    std::string result = "'";
    for (const char character : word)
        result += character == '\'' ? std::string("'\\''") : std::string(1, character);
    return result + '\'';
}

std::string commandFor(std::uint64_t seed)
{
    std::string text = std::string(seedVariable) + '=' + std::to_string(seed);
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    for (std::string word; std::getline(file, word, '\0');)
        text += ' ' + quoted(word);
    return text;
}

void tell(std::uint64_t seed)
{
    std::cerr << "\nThe simulation that failed had the seed " << seed << ". To repeat it:\n  "
              << commandFor(seed) << "\nWith " << traceVariable
              << "=FILE before that, every event is written to the file.\n";
}

} // namespace

ReproducibleRun::ReproducibleRun(std::uint64_t seed)
    : _seed(std::make_shared<const std::uint64_t>(seedFrom(variable(seedVariable), seed))),
      _traceFile(variable(traceVariable)),
      _exceptions(std::uncaught_exceptions())
{
}

std::string ReproducibleRun::command() const
{
    return commandFor(seed());
}

ReproducibleRun::~ReproducibleRun()
{
    if (std::uncaught_exceptions() <= _exceptions)
        return;
    try {
        tell(seed());
        forgetLastRun();
    } catch (const std::exception&) {
        return; // the failure itself goes on its way
    }
}

void forgetLastRun() noexcept
{
    LastRun::instance().use({});
}

void tellOfLastRun() noexcept
{
    try {
        if (const auto seed = LastRun::instance().take())
            tell(*seed);
    } catch (const std::exception&) {
        return; // the failure itself goes on its way
    }
}

} // namespace waymark::testkit::sim
