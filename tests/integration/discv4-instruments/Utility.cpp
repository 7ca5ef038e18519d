#include "Utility.h"

#include <waymark/testkit/TestKeys.h>

#include <Poco/JSON/Parser.h>
#include <cppunit/extensions/HelperMacros.h>

#include <sstream>

namespace waymark::discv4::testing
{

namespace
{

constexpr std::chrono::seconds patience{60};

Outcome ended(testkit::Process& process)
{
    const auto code = process.waitForExit(patience);
    CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
    return {*code, process.output()};
}

} // namespace

std::vector<Poco::JSON::Object::Ptr> Outcome::objects() const
{
    std::vector<Poco::JSON::Object::Ptr> all;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('{'))
            all.push_back(Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>());
    return all;
}

std::string utility()
{
    return WAYMARK_BUILD_DIR "/bin/waymark";
}

Outcome waymark(const std::vector<std::string>& words)
{
    testkit::Process process(utility(), words);
    return ended(process);
}

Outcome shell(const std::string& line)
{
    testkit::Process process("/bin/sh", {"-c", line}, {{"WAYMARK", utility()}});
    return ended(process);
}

std::string closedNode()
{
    return "enode://" + testkit::testKey(5).publicKey().hex() + "@127.0.0.1:9";
}

MuteNode::MuteNode() : _socket(Poco::Net::SocketAddress("127.0.0.1", 0), false) {}

std::string MuteNode::enode() const
{
    return "enode://" + testkit::testKey(5).publicKey().hex() + '@' + _socket.address().toString();
}

std::string enodeOf(const testkit::Daemon& daemon)
{
    return daemon.info()->getValue<std::string>("enode");
}

} // namespace waymark::discv4::testing
