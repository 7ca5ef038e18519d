#include "discv4/Subject.h"

#include "discv4/PeerKeys.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace waymark::bench
{

namespace
{

constexpr auto look = std::chrono::milliseconds(20);

std::string addressOf(std::size_t peer)
{
    constexpr std::size_t firstNet = 64; // askers are below, floods above
    return "127." + std::to_string(firstNet + (peer >> 16U)) + '.' + std::to_string(peer >> 8U & 0xffU) +
           '.' + std::to_string(peer & 0xffU);
}

} // namespace

Subject::Subject(unsigned workers, std::uint16_t port, const std::vector<int>& processors,
                 const testkit::Properties& more)
{
    const auto began = std::chrono::steady_clock::now();
    testkit::Properties properties{{"discv4.listen", "127.0.0.1:" + std::to_string(port)},
                                   {"discv4.workers", std::to_string(workers)}};
    properties.insert(more.begin(), more.end());
    _daemon.emplace(_folder.path(), properties);
    _startTime = std::chrono::steady_clock::now() - began;
    _process = _daemon->process().pid();
    bindProcess(_process, processors);
    const auto enode = node::Enode::parse(_daemon->info()->getValue<std::string>("enode"));
    if (!enode)
        throw std::runtime_error("the daemon's enode: " + enode.error().message);
    _endpoint = enode->endpoint.udpEndpoint();
    _key = enode->key;
}

void Subject::enroll(std::size_t peers, std::uint16_t port)
{
    const auto keys = peerKeys(peers);
    const testkit::Rest rest(_daemon->rest().url(), std::chrono::seconds(120));
    constexpr std::size_t together = 10'000;
    for (std::size_t from = 0; from < peers; from += together) {
        std::string body = "[";
        for (std::size_t i = from; i < std::min(peers, from + together); ++i)
            body += std::string(i > from ? "," : "") + R"({"enode":"enode://)" + keys[i].hex() + '@' +
                    addressOf(i) + ':' + std::to_string(port) + R"("})";
        const auto answer = rest.post("/peers:batch", body + ']');
        if (answer.status / 100 != 2 || answer.body.find(R"("error")") != std::string::npos)
            throw std::runtime_error("registering peers: " + std::to_string(answer.status) + ' ' +
                                     answer.body.substr(0, 200));
    }
}

ProcessTime Subject::time() const
{
    return processTime(_process);
}

std::size_t Subject::memory() const
{
    return processMemory(_process).resident;
}

Counters Subject::counters() const
{
    const auto answer = _daemon->rest().get("/metrics");
    if (answer.status != 200)
        throw std::runtime_error("GET /metrics: " + std::to_string(answer.status));
    return Counters::parse(answer.body);
}

bool Subject::settle() const
{
    constexpr int mostLooks = 250;
    constexpr int idle = 10; ///< a tenth of the time
    Duration before = time().running;
    for (int i = 0; i < mostLooks; ++i) {
        std::this_thread::sleep_for(look);
        const Duration now = time().running;
        if (now - before < Duration(look) / idle)
            return true;
        before = now;
    }
    return false;
}

} // namespace waymark::bench
