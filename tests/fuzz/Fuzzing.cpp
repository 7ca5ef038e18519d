#include "Fuzzing.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace waymark::fuzz
{

void require(bool holds, std::string_view what)
{
    if (holds)
        return;
    std::cerr << "fuzz: this does not hold: " << what << '\n' << std::flush;
    std::abort();
}

void requireOneLine(std::string_view message)
{
    require(!message.empty(), "an error has a message");
    const auto isControl = [](char c) {
        return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f';
    };
    require(std::ranges::none_of(message, isControl), "a message is one line of printable text");
}

} // namespace waymark::fuzz
