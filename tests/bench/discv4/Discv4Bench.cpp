// What discv4 makes of a machine: requests, latencies and floods, beside what the curve alone would take.
#include "Bench.h"
#include "discv4/Course.h"
#include "discv4/Plot.h"
#include "discv4/Results.h"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace waymark::bench
{

namespace
{

const std::string jsonFile = WAYMARK_BUILD_DIR "/discv4.json";
const std::string plotFile = WAYMARK_BUILD_DIR "/discv4.svg";
constexpr std::size_t million = 1'000'000;

/// What the processor is, and how busy others keep it.
std::string machine()
{
    std::string name = "unknown processor";
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) {
            name = line.substr(line.find(':') + 2);
            break;
        }
    std::ifstream load("/proc/loadavg");
    std::string average;
    load >> average;
    return name + ", " + std::to_string(std::thread::hardware_concurrency()) +
           " processors, load average at the start " + average;
}

/// Targets whose rows were not asked for are left out.
class Verdict
{
public:
    Verdict(Course& course, const Options& options)
        : _course(course),
          _few(*std::ranges::min_element(options.peers)),
          _many(*std::ranges::max_element(options.peers))
    {
    }

    void all()
    {
        ratio("PING -> PONG, over recover and sign", "PING", _few, 0.9);
        ratio("FINDNODE signed anew, over recover and 2 signs", "FINDNODE, signed anew", _few, 0.9);
        ratio("the same, random targets, " + grouped(static_cast<double>(_many)) + " peers",
              "FINDNODE, random targets", _many, 0.9);
        hot();
        garbage("random bytes");
        garbage("bad hash");
        flood("flood, 64 addresses");
        flood("flood, 16,384 addresses");
        secondWorker();
        figure("memory without peers", "memory, idle, no peers", 20);
        figure("memory with 10^6 peers", "memory, idle, " + std::to_string(million) + " peers, 1 workers",
               300);
        figure("start to ready, without peers", "from start to ready", 100);
    }

private:
    void add(Target target) { _course.results().targets.push_back(std::move(target)); }

    void ratio(const std::string& what, const std::string& row, std::size_t peers, double wanted)
    {
        if (const Row* const found = _course.find(row, peers, 1))
            add({what, true, wanted, found->ratio()});
    }

    void hot()
    {
        if (const Row* const row = _course.find("FINDNODE, 256 hot targets", _few, 1))
            add({"FINDNODE, hot targets, over the same", true, 2.0, row->ratio()});
    }

    void garbage(const std::string& row)
    {
        const Row* const valid = _course.find("PING", _few, 1);
        const Row* const refused = _course.find(row, _few, 1);
        if (valid != nullptr && refused != nullptr)
            add({row + " over valid PINGs", true, 10, valid->processorUs / refused->processorUs});
    }

    void flood(const std::string& what)
    {
        const Row* const row = _course.find(what, _few, 1);
        if (row == nullptr || !row->latency)
            return;
        add({"good requests kept: " + what, true, 80, row->latency->answeredShare * 100, "%"});
        constexpr double much = 0.1;
        add({"their p99: " + what, false, 10, row->latency->p99, "ms",
             row->latency->isSpoilt || row->starved > much});
    }

    /// Where there is no processor for it, by the time that a request takes on one.
    void secondWorker()
    {
        const Row* const one = _course.find("PING", _few, 1);
        const Row* const two = _course.find("PING", _few, 2);
        if (one == nullptr || two == nullptr)
            return;
        if (_course.hasProcessorFor(2))
            add({"a second worker, PING", true, 1.8, two->perSecond / one->perSecond});
        else
            add({"a second worker, PING (by CPU time)", true, 1.8, 2 * one->processorUs / two->processorUs});
    }

    void figure(const std::string& what, const std::string& name, double wanted)
    {
        const auto& figures = _course.results().figures;
        const auto found = std::ranges::find(figures, name, &Figure::what);
        if (found != figures.end())
            add({what, false, wanted, found->value, found->unit});
    }

    Course& _course;
    std::size_t _few;
    std::size_t _many;
};

void print(const std::vector<Target>& targets)
{
    std::cout << "\nTARGET" << std::string(46, ' ') << "WANTED  MEASURED\n"
              << std::fixed << std::setprecision(2);
    for (const Target& target : targets) {
        std::ostringstream wanted;
        wanted << (target.isAtLeast ? ">= " : "<= ") << target.wanted << (target.unit.empty() ? "" : " ")
               << target.unit;
        std::cout << std::left << std::setw(46) << target.what << std::right << std::setw(12) << wanted.str()
                  << std::setw(10) << target.measured << "  " << target.verdict() << '\n';
    }
    std::cout << jsonFile << "\n" << plotFile << '\n' << std::flush;
}

void measure(Course& course, const Options& options)
{
    const bool isRestAlone = options.only == "rest";
    if (options.only.empty() || isRestAlone)
        course.atRest();
    const unsigned workers = isRestAlone ? 0 : options.isQuick ? 1 : 2;
    for (const std::size_t peers : options.peers)
        for (unsigned count = 1; count <= workers; ++count)
            course.run(peers, count);
    if (!isRestAlone)
        course.runWithoutReuse(*std::ranges::min_element(options.peers));
}

/// What was measured is kept, however it ends.
void discv4(Table& table, const Options& options)
{
    Course course(table, options);
    course.results().machine = machine();
    std::exception_ptr failed;
    try {
        measure(course, options);
    } catch (const std::exception&) {
        failed = std::current_exception();
    }
    Verdict(course, options).all();
    course.results().writeJson(jsonFile);
    writePlot(course.results(), plotFile);
    print(course.results().targets);
    // A terminal interrupts the daemon as well, which then answers no more.
    if (course.isInterrupted())
        throw std::runtime_error("interrupted: rows that were not measured are missing");
    if (failed)
        std::rethrow_exception(failed);
}

const Registration registered("discv4", discv4);

} // namespace

} // namespace waymark::bench
