#include "access/AccessSettings.h"

#include <cstdint>
#include <string>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::Option;

bool isReachable(const plugin::ConfigView& config)
{
    return config.endpoint("listen").ip.scope() != node::IpScope::loopback;
}

bool hasCredentials(const plugin::ConfigView& config)
{
    return config.findPath("tokens") || config.findPath("tls-client-ca");
}

/// Who has made tokens wants them asked for, also on loopback.
Registration registrationIn(const plugin::ConfigView& config)
{
    if (const auto word = config.findText("registration"))
        return *word == "open"    ? Registration::open
               : *word == "proof" ? Registration::proof
                                  : Registration::token;
    return isReachable(config) || hasCredentials(config) ? Registration::token : Registration::open;
}

} // namespace

std::vector<Option> accessOptions()
{
    return {
        Option::path("tokens")
            .help("File with the digests of bearer tokens, a line each (waymark token new makes them); read "
                  "again at each reload")
            .reloadable(),
        Option::choice("registration", {"open", "token", "proof"})
            .help("Who may register and remove peers: everybody, who has a token with the role register, or, "
                  "with proof, also each peer itself, by a signature of its own key. "
                  "Without it open where listen is a loopback address and there are no tokens, else token")
            .reloadable(),
        Option::boolean("allow-anonymous")
            .help("Whether everybody who can connect may look; needed to listen beyond loopback without "
                  "tokens")
            .defaultsTo("false")
            .reloadable(),
        Option::integer("rate-per-address", 0, 1000000)
            .help("Requests a second from one IPv4 address or IPv6 /64, those for health not counted; more "
                  "get 429; 0 sets no limit")
            .defaultsTo("0")
            .reloadable(),
        Option::integer("rate-burst", 1, 1000000)
            .help("Requests that an address may send at once before rate-per-address holds")
            .defaultsTo("100")
            .reloadable(),
        Option::list("cors-origins")
            .help("Origins whose web pages may read (GET) in a browser: https://example.org, or * for all")
            .check(CrossOrigin::check)
            .reloadable(),
    };
}

void checkAccess(const plugin::ConfigView& config)
{
    if (hasCredentials(config))
        return;
    if (isReachable(config) && !config.boolean("allow-anonymous"))
        config.reject("listen",
                      config.endpoint("listen").toString() +
                          " can be reached from other hosts, and nobody would need credentials: set "
                          "http-api.tokens to a file with tokens (waymark token new makes them) or "
                          "http-api.tls-client-ca, or, if everybody may look, "
                          "http-api.allow-anonymous = true");
    else if (registrationIn(config) == Registration::token)
        config.reject(
            "registration",
            std::string(config.findText("registration") ? "token" : "is token beyond loopback and") +
                " needs http-api.tokens, a file with tokens (waymark token new makes them), or "
                "http-api.tls-client-ca; or, if everybody who can connect may register and remove peers, set "
                "http-api.registration = open");
}

Result<std::shared_ptr<const AccessRules>> readAccess(const plugin::ConfigView& config, FileSystem& files)
{
    AccessRules rules;
    AccessPolicy::Settings settings;
    settings.registration = registrationIn(config);
    settings.allowAnonymous = config.boolean("allow-anonymous");
    settings.clientCertificates = config.findPath("tls-client-ca").has_value();
    if (const auto file = config.findPath("tokens")) {
        auto tokens = readTokenFile(*file, files);
        if (!tokens)
            return tl::unexpected(tokens.error().in("http-api.tokens"));
        rules.tokens = tokens->size();
        settings.tokens = std::move(*tokens);
    }
    rules.policy = AccessPolicy(std::move(settings));
    if (config.findText("cors-origins"))
        rules.crossOrigin = CrossOrigin(config.list("cors-origins"));
    rules.rate = {static_cast<std::uint32_t>(config.integer("rate-per-address")),
                  static_cast<std::uint32_t>(config.integer("rate-burst"))};
    return std::make_shared<const AccessRules>(std::move(rules));
}

} // namespace waymark::httpapi
