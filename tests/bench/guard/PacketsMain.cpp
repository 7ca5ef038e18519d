// waymark-packets REQUESTS [KIND...]: hands a node in memory so many packets of each kind. Under callgrind,
// each kind ends with a dump that has its name.
#include "guard/Workload.h"

#include <exception>
#include <iostream>
#include <string>
#include <valgrind/callgrind.h>
#include <vector>

namespace
{

/// What is allocated or looked up only at first is not counted.
constexpr std::size_t warmUp = 256;

void count(const std::string& kind, std::size_t requests)
{
    waymark::bench::Workload workload;
    const auto first = workload.make(kind, warmUp);
    const auto second = workload.make(kind, requests);
    workload.play(first);
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    workload.play(second);
    CALLGRIND_DUMP_STATS_AT(kind.c_str());
    CALLGRIND_STOP_INSTRUMENTATION;
    workload.confirm(kind, warmUp + requests);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        std::vector<std::string> words(argv + 1, argv + argc);
        if (words.empty())
            throw std::invalid_argument("usage: waymark-packets REQUESTS [KIND...]");
        const std::size_t requests = std::stoul(words.front());
        words.erase(words.begin());
        for (const std::string& kind : words.empty() ? waymark::bench::Workload::kinds() : words)
            count(kind, requests);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "waymark-packets: " << error.what() << '\n';
        return 64;
    }
}
