#include "TestServer.h"

#include <iostream>
#include <string>

/// A process with the plugin in it, for SecretMemoryTest, which looks through its memory: tells where it
/// listens and serves until its standard input or the test ends it.
int main()
{
    waymark::httpapi::TestServer server;
    server.start();
    std::cout << "serving " << server.endpoint().toString() << std::endl;
    std::string line;
    std::getline(std::cin, line);
}
