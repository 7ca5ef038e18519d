#include "Bench.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <utility>

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

namespace
{

constexpr int nameWidth = 27;

} // namespace

void Table::rates()
{
    _out << std::left << std::setw(nameWidth + 2) << "" << std::right << std::setw(11) << "PER SECOND"
         << std::setw(9) << "CPU us" << std::setw(10) << "CURVE us" << std::setw(7) << "RATIO" << std::setw(8)
         << "HASHED" << std::setw(6) << "BUSY" << '\n';
}

void Table::rate(const std::string& what, const Rate& rate)
{
    _out << "  " << std::left << std::setw(nameWidth) << what << std::right << std::fixed
         << std::setprecision(0) << std::setw(11) << rate.perSecond << std::setprecision(2) << std::setw(9)
         << rate.processorUs << std::setw(10) << rate.curveUs << std::setw(7)
         << rate.curveUs / rate.processorUs << std::setw(8) << rate.hashedUs / rate.processorUs
         << std::setw(6) << rate.busy << '\n'
         << std::flush;
}

void Table::refusals()
{
    _out << std::left << std::setw(nameWidth + 2) << "" << std::right << std::setw(11) << "PER SECOND"
         << std::setw(9) << "CPU us" << std::setw(25) << "WHAT BECAME OF THEM" << std::setw(6) << "BUSY"
         << '\n';
}

void Table::refusal(const std::string& what, const Rate& rate, const std::string& outcome)
{
    _out << "  " << std::left << std::setw(nameWidth) << what << std::right << std::fixed
         << std::setprecision(0) << std::setw(11) << rate.perSecond << std::setprecision(2) << std::setw(9)
         << rate.processorUs << std::setw(25) << outcome << std::setw(6) << rate.busy << '\n'
         << std::flush;
}

void Table::latencies()
{
    _out << std::left << std::setw(nameWidth + 2) << "" << std::right << std::setw(11) << "OFFERED/s"
         << std::setw(11) << "ANSWERED" << std::setw(9) << "P50 ms" << std::setw(9) << "P99 ms"
         << std::setw(10) << "P99.9 ms" << '\n';
}

void Table::latency(const std::string& what, double offered, double answeredShare, const Percentiles& ms)
{
    _out << "  " << std::left << std::setw(nameWidth) << what << std::right << std::fixed
         << std::setprecision(0) << std::setw(11) << offered << std::setprecision(2) << std::setw(9)
         << answeredShare * 100 << " %" << std::setw(9) << ms.p50 << std::setw(9) << ms.p99 << std::setw(10)
         << ms.p999 << '\n'
         << std::flush;
}

void Table::note(const std::string& text)
{
    _out << "    (" << text << ")\n" << std::flush;
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

namespace
{

using waymark::bench::Options;

double numberFrom(const std::string& option, const std::string& text, double least)
{
    std::size_t end = 0;
    double value = 0;
    try {
        value = std::stod(text, &end);
    } catch (const std::logic_error&) {
        end = 0;
    }
    if (end == 0 || end != text.size() || !(value >= least))
        throw std::invalid_argument(option + " takes a number, not '" + text + "'");
    return value;
}

std::vector<std::size_t> numbersFrom(const std::string& option, const std::string& text)
{
    std::vector<std::size_t> numbers;
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');)
        numbers.push_back(static_cast<std::size_t>(numberFrom(option, word, 1)));
    if (numbers.empty())
        throw std::invalid_argument(option + " takes numbers with commas between them");
    return numbers;
}

/// Takes options out of `words`; names of benchmarks are left.
Options takeOptions(std::vector<std::string>& words)
{
    Options options;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (!word.starts_with("--")) {
            names.push_back(word);
        } else if (word == "--quick") {
            options.isQuick = true;
            options.seconds = 0.3;
            options.peers = {16};
        } else if (word != "--seconds" && word != "--peers" && word != "--only") {
            throw std::invalid_argument("there is no option '" + word + "'");
        } else if (i + 1 == words.size()) {
            throw std::invalid_argument(word + " takes a value");
        } else if (word == "--seconds") {
            options.seconds = numberFrom(word, words[++i], 0.1);
        } else if (word == "--peers") {
            options.peers = numbersFrom(word, words[++i]);
        } else {
            options.only = words[++i];
        }
    }
    words = std::move(names);
    return options;
}

void list(std::ostream& out)
{
    out << "benchmarks:";
    for (const auto& [name, benchmark] : waymark::bench::benchmarks())
        out << ' ' << name;
    out << "\noptions (discv4): --seconds N for each row, --peers N,N..., --only WORD, --quick\n";
}

} // namespace

int main(int argc, char** argv)
{
    using waymark::bench::benchmarks;
    waymark::bench::Table table(std::cout);
    std::vector<std::string> asked(argv + 1, argv + argc);
    Options options;
    try {
        options = takeOptions(asked);
        for (const std::string& word : asked)
            if (std::ranges::none_of(benchmarks(),
                                     [&](const auto& each) { return isMeant(word, each.first); }))
                throw std::invalid_argument("there is no benchmark '" + word + "'");
    } catch (const std::invalid_argument& error) {
        std::cerr << "bench: " << error.what() << '\n';
        list(std::cerr);
        return 64;
    }
    try {
        for (const auto& [name, benchmark] : benchmarks())
            if (isAsked(asked, name))
                benchmark(table, options);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "bench: " << error.what() << '\n';
        return 70;
    }
}
