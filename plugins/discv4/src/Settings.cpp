#include "Settings.h"

#include <algorithm>
#include <string>

namespace waymark::discv4
{

using plugin::Option;

namespace
{

constexpr std::int64_t mostPackets = 10'000'000;

Option rate(const std::string& key, const std::string& defaultValue, const std::string& help)
{
    return Option::integer(key, 0, mostPackets).defaultsTo(defaultValue).help(help).reloadable();
}

engine::Rate rateFrom(const plugin::ConfigView& config, const std::string& key)
{
    return {static_cast<unsigned>(config.integer(key + "-rate")),
            static_cast<unsigned>(config.integer(key + "-burst"))};
}

Result<void> isChain(std::string_view text)
{
    const auto filter = engine::ForkFilter::parse(text);
    if (!filter)
        return failure(filter.error());
    return {};
}

Result<void> isNode(std::string_view text)
{
    const auto node = Bootnode::parse(text);
    if (!node)
        return failure(node.error());
    return {};
}

node::IpNetworkSet networks(const plugin::ConfigView& config, std::string_view key)
{
    return config.findText(key) ? node::IpNetworkSet(config.cidrs(key)) : node::IpNetworkSet();
}

std::optional<trace::TraceOptions> traceFrom(const plugin::ConfigView& config)
{
    const auto file = config.findText("trace");
    if (!file || file->empty())
        return std::nullopt;
    return trace::TraceOptions{config.stateDirectory() / *file, config.size("trace-size"),
                               static_cast<unsigned>(config.integer("trace-files"))};
}

Result<void> isListenable(std::string_view text)
{
    const auto endpoint = node::Endpoint::parse(text);
    if (!endpoint)
        return failure(endpoint.error());
    return {};
}

/// The sockets that are asked for; rejects what is no socket at all, and two of one family.
std::vector<net::UdpOptions> socketsFrom(const plugin::ConfigView& config)
{
    std::vector<net::UdpOptions> sockets;
    for (const std::string& text : config.list("listen")) {
        const auto endpoint = node::Endpoint::parse(text).value();
        const bool isTaken = std::ranges::any_of(
            sockets, [&](const auto& other) { return other.listen.ip.family() == endpoint.ip.family(); });
        if (isTaken)
            config.reject("listen", text + " is the second address of its family; one IPv4 and one IPv6 "
                                           "address may stand there, 0.0.0.0 and [::] stand for all");
        sockets.push_back({endpoint, static_cast<unsigned>(config.integer("workers")),
                           static_cast<std::size_t>(config.size("receive-buffer"))});
    }
    if (sockets.empty())
        config.reject("listen", "an address to listen at is missing, such as 0.0.0.0:30303");
    return sockets;
}

std::size_t count(const plugin::ConfigView& config, std::string_view key)
{
    return static_cast<std::size_t>(config.integer(key));
}

} // namespace

const plugin::ConfigSchema& settingsSchema()
{
    static const plugin::ConfigSchema schema{
        Option::list("listen")
            .defaultsTo("0.0.0.0:30303")
            .check(isListenable)
            .help("UDP addresses and ports, one IPv4 and/or one IPv6; port 0 picks a free one, shown by "
                  "GET / and in the log"),
        Option::integer("workers", 1, 64)
            .defaultsTo("1")
            .help("Threads that receive, check and answer, each with a socket of its own on the port"),
        Option::size("receive-buffer", "0", "1G")
            .defaultsTo("1M")
            .help("What the system keeps for each socket until it is read (SO_RCVBUF); 0 takes its default"),
        Option::list("bootnodes")
            .help("Nodes to start from: enode URLs, also with host names, or ENRs")
            .check(isNode)
            .reloadable(),
        Option::duration("lookup-interval", "0s", "1d")
            .defaultsTo("30s")
            .help("Time between two lookups of random targets; 0s for none; none while the table is empty")
            .reloadable(),
        Option::integer("bucket-size", 1, 1024)
            .defaultsTo("16")
            .help("Nodes in each of the table's 17 buckets; bootnodes may use 256"),
        Option::integer("replacements", 0, 1024)
            .defaultsTo("10")
            .help("Nodes that wait for a place in each bucket"),
        Option::integer("bucket-prefix-limit", 1, 1024)
            .defaultsTo("2")
            .help("Nodes of one /24 or /64 in a bucket; local networks are exempt"),
        Option::integer("table-prefix-limit", 1, 100'000)
            .defaultsTo("10")
            .help("Nodes of one /24 or /64 in the table; local networks are exempt"),
        Option::duration("refresh-interval", "1m", "1d")
            .defaultsTo("30m")
            .help("Time between two searches for the node's own neighbours, with three random ones"),
        Option::duration("revalidation-interval", "100ms", "1h")
            .defaultsTo("3s")
            .help("Upper end of the pause between two checks of a random node of the table"),
        Option::duration("request-timeout", "50ms", "1m")
            .defaultsTo("500ms")
            .help("How long an answer is waited for"),
        Option::duration("packet-lifetime", "1s", "1h")
            .defaultsTo("20s")
            .help("How long packets of this node are valid for others, whose clocks may be ahead"),
        Option::duration("proof-validity", "1m", "30d")
            .defaultsTo("24h")
            .help("How long a node that proved its endpoint may ask questions before it is asked again"),
        Option::duration("liveness-interval", "1s", "1d")
            .defaultsTo("60s")
            .help("Time between two pings of a registered peer that answers"),
        Option::choice("advertise", {"registered", "live"})
            .defaultsTo("registered")
            .help(
                "Registered peers that others are told of: all, those that do not answer behind all others; "
                "or only those that answer")
            .reloadable(),
        Option::duration("save-interval", "1s", "1d")
            .defaultsTo("5m")
            .help("Time between two saves of the table for the next start"),
        Option::duration("probe-interval", "0s", "1h")
            .defaultsTo("10s")
            .help("Time between two pings to each of the node's own workers, for its health; 0s for none")
            .reloadable(),
        Option::text("trace")
            .help("File for a capture of all packets that Wireshark opens (pcapng); relative: in the state "
                  "directory")
            .reloadable(),
        Option::size("trace-size", "64k", "1024G")
            .defaultsTo("64M")
            .help("Size of a capture file; when it is full the next one begins")
            .reloadable(),
        Option::integer("trace-files", 0, 1000)
            .defaultsTo("4")
            .help("Full capture files that are kept besides the present one, as FILE.1.pcapng and so on")
            .reloadable(),
        Option::integer("maximum-proofs", 16, 10'000'000)
            .defaultsTo("50000")
            .help("Nodes whose endpoint proof is remembered; the oldest is forgotten for a new one"),
        Option::integer("maximum-proofs-per-prefix", 1, 10'000'000)
            .defaultsTo("512")
            .help("The same for one /24 or /64, and never over a quarter of all; its further nodes are "
                  "refused; local networks are exempt"),
        Option::integer("maximum-pending-pings", 16, 1'000'000)
            .defaultsTo("4096")
            .help("Pings under way that strangers caused, and as many for known nodes; more are not sent"),
        Option::size("answer-cache", "0", "1G")
            .defaultsTo("8M")
            .help("Memory for signed answers that each worker of each socket sends again; 0: each answer is "
                  "signed anew"),
        Option::text("fork-filter")
            .help("The chain whose nodes the table is for: the hash of its genesis block, then the block "
                  "numbers or Unix times of its forks, with commas between them")
            .check(isChain)
            .reloadable(),
        Option::cidrs("netrestrict")
            .help(
                "Networks that are talked to; packets from all others are dropped, and nobody there is asked")
            .reloadable(),
        Option::cidrs("deny").help("Networks that are not talked to, also within netrestrict").reloadable(),
        Option::duration("ban-time", "0s", "7d")
            .defaultsTo("10m")
            .help("How long an unproven address that flooded is not listened to; 0s: nobody is banned")
            .reloadable(),
        rate("ban-rate", "100", "Packets a second over its limit that ban an unproven address"),
        rate("ban-burst", "2000", "Packets over its limit at once that ban an unproven address"),
        rate("address-rate", "50",
             "Packets a second that are verified for one unproven address; 0: no limit"),
        rate("address-burst", "200", "Packets at once that are verified for one unproven address"),
        rate("prefix-rate", "500",
             "Packets a second that are verified for an unproven /24 or /64; 0: no limit"),
        rate("prefix-burst", "2000", "Packets at once that are verified for an unproven /24 or /64"),
        rate("known-rate", "500",
             "Packets a second that are verified for the endpoint of one known node; 0: no limit"),
        rate("known-burst", "2000", "Packets at once that are verified for the endpoint of one known node"),
        rate("newcomer-rate", "1000",
             "Pings a second from unknown endpoints that are verified while packets come faster than they "
             "are handled; 0: no limit"),
        rate("newcomer-burst", "100",
             "Pings at once from unknown endpoints that are verified while packets come faster than they "
             "are handled"),
        rate("answer-rate", "100",
             "Pings a second that are answered for an unproven /24 or /64; 0: no limit"),
        rate("answer-burst", "500", "Pings at once that are answered for an unproven /24 or /64"),
        rate("question-rate", "50", "Questions a second that are answered for one proven node; 0: no limit"),
        rate("question-burst", "500", "Questions at once that are answered for one proven node"),
    };
    return schema;
}

Settings Settings::from(const plugin::ConfigView& config)
{
    Settings settings;
    settings.sockets = socketsFrom(config);
    auto& parameters = settings.parameters;
    parameters.bucketSize = count(config, "bucket-size");
    parameters.proofValidity = config.duration("proof-validity");
    parameters.workers = static_cast<unsigned>(config.integer("workers"));
    parameters.answerMemory = static_cast<std::size_t>(config.size("answer-cache"));
    parameters.maximumProofs = count(config, "maximum-proofs");
    parameters.maximumProofsPerPrefix = count(config, "maximum-proofs-per-prefix");
    parameters.maximumPendingPings = count(config, "maximum-pending-pings");
    parameters.lookupInterval = config.duration("lookup-interval");
    parameters.livenessInterval = config.duration("liveness-interval");
    parameters.advertise =
        config.text("advertise") == "live" ? engine::Advertise::live : engine::Advertise::registered;
    parameters.replacements = count(config, "replacements");
    parameters.prefixLimitPerBucket = count(config, "bucket-prefix-limit");
    parameters.prefixLimit = count(config, "table-prefix-limit");
    parameters.refreshInterval = config.duration("refresh-interval");
    parameters.revalidationInterval = config.duration("revalidation-interval");
    parameters.requestTimeout = config.duration("request-timeout");
    parameters.packetLifetime = config.duration("packet-lifetime");
    parameters.answersPerPrefix = rateFrom(config, "answer");
    parameters.questionsPerNode = rateFrom(config, "question");
    settings.rates = {rateFrom(config, "address"),
                      rateFrom(config, "prefix"),
                      rateFrom(config, "known"),
                      {rateFrom(config, "ban"), config.duration("ban-time")},
                      rateFrom(config, "newcomer")};
    settings.forkFilter = engine::ForkFilter::parse(config.findText("fork-filter").value_or("")).value();
    settings.access = {networks(config, "netrestrict"), networks(config, "deny")};
    settings.saveInterval = config.duration("save-interval");
    settings.probeInterval = config.duration("probe-interval");
    settings.trace = traceFrom(config);
    if (config.findText("bootnodes"))
        for (const std::string& text : config.list("bootnodes"))
            settings.bootnodes.push_back(Bootnode::parse(text).value());
    return settings;
}

} // namespace waymark::discv4
