#include "Bench.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <stdexcept>

namespace waymark::bench
{

double Durations::quantile(double share) const
{
    if (_all.empty())
        throw std::logic_error("nothing was measured");
    auto sorted = _all;
    std::ranges::sort(sorted);
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    return std::chrono::duration<double, std::milli>(sorted[at]).count();
}

void Table::title(const std::string& text)
{
    heading(text);
    _out << std::left << std::setw(38) << "  " << std::right;
    for (const char* const head : {"times", "median ms", "p90 ms", "worst ms"})
        _out << std::setw(10) << head;
    _out << '\n';
}

void Table::heading(const std::string& text)
{
    _out << '\n' << text << '\n';
}

void Table::row(const std::string& what, const Durations& durations)
{
    _out << "  " << std::left << std::setw(36) << what << std::right << std::setw(10) << durations.size()
         << std::fixed << std::setprecision(2);
    for (const double share : {0.5, 0.9, 1.0})
        _out << std::setw(10) << durations.quantile(share);
    _out << '\n' << std::flush;
}

void Table::ratio(const std::string& what, double value)
{
    _out << "  " << std::left << std::setw(46) << what << std::right << std::fixed << std::setprecision(2)
         << std::setw(10) << value << '\n'
         << std::flush;
}

void Table::figure(const std::string& what, double value, const std::string& unit)
{
    _out << "  " << std::left << std::setw(46) << what << std::right << std::fixed
         << std::setprecision(value < 100 ? 2 : 0) << std::setw(14) << value << ' ' << unit << '\n'
         << std::flush;
}

std::map<std::string, Benchmark>& benchmarks()
{
    static std::map<std::string, Benchmark> all;
    return all;
}

} // namespace waymark::bench

namespace
{

bool isMeant(const std::string& asked, const std::string& name)
{
    return name == asked || name.starts_with(asked + "-");
}

bool isAsked(const std::vector<std::string>& asked, const std::string& name)
{
    return asked.empty() ||
           std::ranges::any_of(asked, [&name](const std::string& word) { return isMeant(word, name); });
}

} // namespace

int main(int argc, char** argv)
{
    using waymark::bench::benchmarks;
    waymark::bench::Table table(std::cout);
    try {
        const std::vector<std::string> asked(argv + 1, argv + argc);
        for (const std::string& word : asked)
            if (std::ranges::none_of(benchmarks(),
                                     [&](const auto& each) { return isMeant(word, each.first); }))
                throw std::invalid_argument("there is no benchmark '" + word + "'");
        for (const auto& [name, benchmark] : benchmarks())
            if (isAsked(asked, name))
                benchmark(table);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "bench: " << error.what() << "\nbenchmarks:";
        for (const auto& [name, benchmark] : benchmarks())
            std::cerr << ' ' << name;
        std::cerr << '\n';
        return 64;
    }
}
