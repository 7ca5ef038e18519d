#pragma once

#include <waymark/base/Bytes.h>

#include <string>
#include <string_view>
#include <vector>

/// What every program of this folder is made of: a target, with either libFuzzer's main() or that of
/// Replay.cpp.
namespace waymark::fuzz
{

/// One input with a name, from which fuzzing starts and which the tests run.
struct Seed
{
    std::string name;
    Bytes bytes;
};

/// The target: does with the input what a stranger could make Waymark do with it, and ends the program when a
/// rule does not hold. Never throws; the same input does the same each time.
void run(ByteView input);

/// The inputs that somebody thought of; `PROGRAM --write-seeds FOLDER` writes them.
std::vector<Seed> seeds();

/// Ends the program, saying what does not hold, unless `holds`.
void require(bool holds, std::string_view what);

/// One line of printable text: what every message for people is.
void requireOneLine(std::string_view message);

inline std::string_view asText(ByteView bytes) noexcept
{
    return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

inline Seed seed(std::string name, std::string_view text)
{
    const ByteView bytes = asBytes(text);
    return {std::move(name), {bytes.begin(), bytes.end()}};
}

} // namespace waymark::fuzz
