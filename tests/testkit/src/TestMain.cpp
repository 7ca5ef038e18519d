#include <cppunit/BriefTestProgressListener.h>
#include <cppunit/CompilerOutputter.h>
#include <cppunit/Test.h>
#include <cppunit/TestListener.h>
#include <cppunit/TestResult.h>
#include <cppunit/TestResultCollector.h>
#include <cppunit/TestRunner.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <iostream>
#include <string>
#include <string_view>

namespace waymark::testkit::sim
{

// From ReproducibleRun.h; null in programs that use no simulation, and need no testkit then.
[[gnu::weak]] void forgetLastRun() noexcept;
[[gnu::weak]] void tellOfLastRun() noexcept;

} // namespace waymark::testkit::sim

namespace
{

/// Says how to repeat a simulation that is a member of the fixture whose test failed.
class Simulations final : public CppUnit::TestListener
{
public:
    void startTest(CppUnit::Test*) override
    {
        if (waymark::testkit::sim::forgetLastRun != nullptr)
            waymark::testkit::sim::forgetLastRun();
    }
    void addFailure(const CppUnit::TestFailure&) override
    {
        if (waymark::testkit::sim::tellOfLastRun != nullptr)
            waymark::testkit::sim::tellOfLastRun();
    }
};

void list(const CppUnit::Test& test)
{
    if (test.getChildTestCount() == 0) {
        if (test.countTestCases() > 0)
            std::cout << test.getName() << '\n';
        return;
    }
    for (int i = 0; i < test.getChildTestCount(); ++i)
        list(*test.getChildTestAt(i));
}

int usage()
{
    std::cerr << "usage: PROGRAM [--list | TEST...]\n"
                 "Without arguments every test runs; TEST is a name that --list prints.\n";
    return 64;
}

} // namespace

/// Runs all tests, those that are named, or prints their names.
int main(int argc, char** argv)
{
    CppUnit::Test* const all = CppUnit::TestFactoryRegistry::getRegistry().makeTest();
    CppUnit::TestRunner runner;
    runner.addTest(all);

    if (argc == 2 && std::string_view(argv[1]) == "--list") {
        list(*all);
        return 0;
    }

    CppUnit::TestResult controller;
    CppUnit::TestResultCollector collected;
    CppUnit::BriefTestProgressListener progress;
    controller.addListener(&collected);
    controller.addListener(&progress);
    Simulations simulations;
    controller.addListener(&simulations);
    if (argc == 1)
        runner.run(controller);
    for (int i = 1; i < argc; ++i) {
        if (argv[i][0] == '-')
            return usage();
        try {
            runner.run(controller, argv[i]);
        } catch (const std::invalid_argument&) {
            std::cerr << "no test is named " << argv[i] << '\n';
            return 64;
        }
    }
    if (collected.runTests() == 0) {
        std::cerr << "no test ran\n";
        return 1;
    }
    CppUnit::CompilerOutputter(&collected, std::cerr).write();
    return collected.wasSuccessful() ? 0 : 1;
}
