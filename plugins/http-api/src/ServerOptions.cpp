#include "ServerOptions.h"

#include <waymark/base/ServiceFolder.h>

#include <cstdint>
#include <limits>

namespace waymark::httpapi
{

using plugin::Option;

std::vector<plugin::Option> serverOptions()
{
    return {
        Option::endpoint("listen")
            .help("Address and port of the API; port 0 picks a free one, shown by GET / and in the log")
            .defaultsTo("127.0.0.1:8080"),
        Option::path("socket")
            .help(
                "Unix socket that serves the same to who may write it: its owner and group (0660). Root and "
                "the daemon's user have the role admin there, others register. Under systemd the default is "
                "waymark.sock in its RuntimeDirectory")
            .orWord("none"),
        Option::choice("secret-keys", {"refuse", "loopback", "accept"})
            .help("From whom POST /peers takes a peer's secret key: nobody, this host, or everybody")
            .defaultsTo("loopback")
            .reloadable(),
        Option::duration("default-ttl", "0s", "3660d")
            .help("How long a registration lasts that asks for no ttl and is not renewed; 0s for ever")
            .defaultsTo("0s")
            .reloadable(),
        Option::duration("maximum-ttl", "0s", "3660d")
            .help("Longest ttl that is granted; longer ones and 0, for ever, get 422; 0s sets no limit")
            .defaultsTo("0s")
            .reloadable(),
        Option::integer("threads", 2, 512)
            .help("Threads that make answers; no client holds one while it is slow or idle, and health and "
                  "metrics have two of their own")
            .defaultsTo("16"),
        Option::integer("max-connections", 1, 1000000)
            .help("Open connections; more make those without a request give way that waited longest. Never "
                  "more than three quarters of the files that the system lets the daemon open")
            .defaultsTo("4096")
            .reloadable(),
        Option::integer("max-connections-per-address", 1, 1000000)
            .help("Open connections from one IPv4 address or IPv6 /64; more get 503")
            .defaultsTo("256")
            .reloadable(),
        Option::integer("max-streams", 1, 1000000)
            .help("Streamed answers and queries that wait for a change at a time, and never more than three "
                  "quarters of the connections; more get 503")
            .defaultsTo("4096")
            .reloadable(),
        Option::size("max-buffered", "1M", "4G")
            .help("Memory for bodies that arrive and answers that wait for their clients, of all connections "
                  "that "
                  "hold more than 8k; over it those end that held theirs for longest")
            .defaultsTo("64M")
            .reloadable(),
        Option::size("max-body", "1k", "64M")
            .help("Largest body of a request; larger ones get 413")
            .defaultsTo("64k")
            .reloadable(),
        Option::size("max-head", "1k", "64k")
            .help("Largest request line and header fields together; larger ones get 431")
            .defaultsTo("16k")
            .reloadable(),
        Option::duration("request-timeout", "100ms", "10m")
            .help(
                "Time for a whole request, from its first byte to the answer's last; slower clients get 408")
            .defaultsTo("10s")
            .reloadable(),
        Option::duration("keep-alive-timeout", "0s", "10m")
            .help("How long an idle connection is kept; it ends earlier when there are too many")
            .defaultsTo("15s")
            .reloadable(),
        Option::integer("keep-alive-requests", 1, 1000000)
            .help("Requests on one connection before it is closed")
            .defaultsTo("1000"),
        Option::integer("bootstrap-node-id", 0, std::numeric_limits<std::int64_t>::max())
            .help("The node_id that GET /bootstrap tells, for clusters that number their nodes")
            .defaultsTo("0"),
        Option::integer("chain-id", 1, std::numeric_limits<std::int64_t>::max())
            .help(
                "The chain whose bootnodes GET /bootnodes.json tells; without it there is no such document"),
        Option::boolean("sign-documents")
            .help("Signs the documents for node software with the node key, for waymark verify")
            .defaultsTo("false")
            .reloadable(),
        Option::duration("signature-lifetime", "1m", "30d")
            .help("How long such a signature is valid")
            .defaultsTo("1h")
            .reloadable(),
    };
}

std::optional<std::filesystem::path> socketOf(const plugin::ConfigView& config, const std::string& instance)
{
    if (config.isWord("socket", "none"))
        return std::nullopt;
    if (auto given = config.findPath("socket"))
        return given;
    const auto folder = serviceFolder("RUNTIME_DIRECTORY");
    if (!folder)
        return std::nullopt;
    return *folder / (instance == "http-api" ? "waymark.sock" : instance + ".sock");
}

} // namespace waymark::httpapi
