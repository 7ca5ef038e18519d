// What the HTTP API makes of a machine, beside Poco's server with nothing behind it, and what a good client
// notices of thousands of bad ones.
#include "Bench.h"
#include "HttpLoad.h"
#include "Loopback.h"
#include "Siege.h"

#include <waymark/testkit/Bootnode.h>
#include <waymark/testkit/TestKeys.h>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <algorithm>
#include <cstdlib>
#include <sys/resource.h>
#include <unistd.h>

namespace waymark::bench
{

namespace
{

using namespace std::chrono_literals;

constexpr int threads = 16;
constexpr int rounds = 5;
constexpr auto roundTime = 1s;
constexpr std::size_t besiegers = 2'000; // of each kind
constexpr auto siegeTime = 60s;

const std::string getNode = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

/// Answers what GET / of the API has for size, whatever is asked.
class Constant : public Poco::Net::HTTPRequestHandler
{
public:
    void handleRequest(Poco::Net::HTTPServerRequest&, Poco::Net::HTTPServerResponse& response) override
    {
        static const std::string body(500, 'x');
        response.setContentType("application/json");
        response.sendBuffer(body.data(), body.size());
    }
};

class Constants : public Poco::Net::HTTPRequestHandlerFactory
{
public:
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new Constant;
    }
};

Poco::Net::HTTPServerParams::Ptr params(int connections)
{
    Poco::Net::HTTPServerParams::Ptr made(new Poco::Net::HTTPServerParams);
    made->setMaxThreads(connections);
    made->setMaxQueued(connections);
    made->setKeepAlive(true);
    made->setMaxKeepAliveRequests(0);
    return made;
}

struct BareServer
{
    explicit BareServer(int connections)
        : pool(2, connections + 1),
          socket(Poco::Net::SocketAddress("127.0.0.1", 0)),
          server(new Constants, pool, socket, params(connections))
    {
        server.start();
    }
    ~BareServer() { server.stopAll(true); }

    Poco::ThreadPool pool;
    Poco::Net::ServerSocket socket;
    Poco::Net::HTTPServer server;
};

std::uint16_t portOf(testkit::Bootnode& node)
{
    const std::string url = node.await("http.listening").fields.at("url");
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

std::vector<std::string> registrations()
{
    std::vector<std::string> requests;
    for (unsigned i = 2; i < 258; ++i) {
        const std::string body = R"({"id":")" + testkit::testKey(i).publicKey().hex() +
                                 R"(","ip":"10.0.0.1","tcp_port":30303,"udp_port":30303})";
        requests.push_back("POST /peers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                           "Content-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    return requests;
}

/// The median of several rounds, all servers in turn, so that what else the machine does hits all alike.
void compare(Table& table, std::uint16_t port, int connections)
{
    const std::string peer = testkit::testKey(2).publicKey().hex();
    BareServer bare(connections);
    const auto clients = static_cast<std::size_t>(connections);
    std::vector<std::pair<std::string, std::unique_ptr<HttpLoad>>> loads;
    const auto add = [&](const std::string& what, std::uint16_t where, std::vector<std::string> requests) {
        loads.emplace_back(what, std::make_unique<HttpLoad>(where, clients, std::move(requests)));
    };
    add("bare Poco HTTPServer", bare.server.port(), {getNode});
    add("GET /", port, {getNode});
    add("GET /peers/{id}", port, {"GET /peers/" + peer + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"});
    add("POST /peers (memory)", port, registrations());
    std::vector<std::vector<double>> rates(loads.size());
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < loads.size(); ++i)
            rates[i].push_back(loads[i].second->run(roundTime));
    table.heading("Requests/s of " + std::to_string(connections) + " kept connections, " +
                  std::to_string(threads) + " threads (the bare server: one for each)");
    double reference = 0;
    for (std::size_t i = 0; i < loads.size(); ++i) {
        std::ranges::sort(rates[i]);
        const double median = rates[i][rounds / 2];
        table.ratio(loads[i].first, median);
        if (i == 0)
            reference = median;
        else
            table.ratio("  over the bare server's", median / reference);
    }
}

/// A client that comes, asks and leaves, again and again.
Durations visits(std::uint16_t port, std::chrono::nanoseconds time)
{
    Durations took;
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until)
        took.time([&] { HttpLoad(port, 1, {getNode}).run(0ms); });
    return took;
}

void besiege(Table& table, std::uint16_t port)
{
    table.title("A client that connects, asks for GET / and leaves");
    const auto alone = visits(port, 5s);
    table.row("alone", alone);
    table.ratio("p99 ms", alone.quantile(0.99));
    const Siege siege(port, besiegers, besiegers);
    const auto among = visits(port, siegeTime);
    table.row("beside 2000 silent, 2000 dripping", among);
    table.ratio("p99 ms", among.quantile(0.99));
    table.ratio("connections the others had to make again", static_cast<double>(siege.returns()));
}

void http(Table& table)
{
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    testkit::Bootnode node({{"waymark.plugins", "registry-memory, discv4, http-api"},
                            {"http-api.threads", std::to_string(threads)},
                            {"http-api.keep-alive-requests", "1000000"},
                            {"http-api.keep-alive-timeout", "10m"}});
    const auto key = testkit::testKey(2).publicKey();
    node.enroll(key, {node::IpAddress::v4(10, 0, 0, 1), 30303, 30303});
    const std::uint16_t port = portOf(node);
    compare(table, port, threads);
    compare(table, port, threads * 4);
    besiege(table, port);
}

const Registration registered("http", http);

} // namespace

} // namespace waymark::bench
