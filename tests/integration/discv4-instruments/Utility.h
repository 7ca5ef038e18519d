#pragma once

#include <waymark/testkit/Daemon.h>

#include <Poco/JSON/Object.h>
#include <Poco/Net/DatagramSocket.h>

#include <string>
#include <vector>

namespace waymark::discv4::testing
{

/// What a command left behind.
struct Outcome
{
    int code = -1;
    std::string output; ///< of standard output and standard error together

    /// Those lines that are JSON objects.
    std::vector<Poco::JSON::Object::Ptr> objects() const;
    bool has(const std::string& text) const { return output.find(text) != std::string::npos; }
};

/// The waymark of this build.
std::string utility();
/// Runs it to its end.
Outcome waymark(const std::vector<std::string>& words);
/// Runs a line of the shell, in which $WAYMARK is the program.
Outcome shell(const std::string& line);

/// Where nobody listens.
std::string closedNode();
/// A node that says nothing.
class MuteNode
{
public:
    MuteNode();
    std::string enode() const;

private:
    Poco::Net::DatagramSocket _socket;
};

/// Where a daemon is found.
std::string enodeOf(const testkit::Daemon& daemon);

} // namespace waymark::discv4::testing
