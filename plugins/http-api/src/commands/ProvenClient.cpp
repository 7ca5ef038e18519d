#include "commands/ProvenClient.h"

#include "access/Proof.h"

#include <waymark/base/Random.h>
#include <waymark/node/KeyFile.h>
#include <waymark/registry/Revision.h>

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;
using plugin::ExitCode;

constexpr std::uint64_t lifetime = 120; // seconds: for slow networks, and clocks that differ a little
constexpr std::uint64_t spread = 120;   // of a second try's
constexpr int unauthorized = 401;

std::uint64_t epochIn(const std::string& description)
{
    try {
        const auto object = Poco::JSON::Parser().parse(description).extract<Poco::JSON::Object::Ptr>();
        const auto revision = registry::Revision::parse(object->optValue<std::string>("revision", ""));
        return revision ? revision->epoch : 0;
    } catch (const Poco::Exception&) {
        return 0; // the challenge will tell
    }
}

/// The epoch that `Waymark-Proof epoch="..."` asks for.
std::optional<std::uint64_t> epochAsked(std::string_view challenge)
{
    const std::string mark = std::string(Proof::scheme) + " epoch=\"";
    const std::size_t at = challenge.find(mark);
    if (at == std::string_view::npos)
        return std::nullopt;
    challenge = challenge.substr(at + mark.size());
    std::uint64_t epoch = 0;
    const auto [rest, error] =
        std::from_chars(challenge.data(), challenge.data() + challenge.size(), epoch, 16);
    return error == std::errc() ? std::optional(epoch) : std::nullopt;
}

} // namespace

plugin::CommandLine ProvenClient::withOptions(plugin::CommandLine line)
{
    return std::move(line)
        .takes(CommandArgument::option("key", "FILE")
                   .needs("the name of a file")
                   .required()
                   .help("the peer's secret key, 64 hex digits, mode 0600; it is not sent"))
        .takes(
            CommandArgument::option("url", "URL")
                .needs("http://HOST:PORT, https://HOST:PORT or unix:/PATH")
                .help("the daemon's HTTP API (WAYMARK_URL, else unix:/run/waymark/waymark.sock where it can "
                      "be written to, else http://127.0.0.1:8080)"))
        .takes(CommandArgument::option("ca", "FILE")
                   .needs("the name of a file")
                   .help("PEM file with the authority of the daemon's certificate"));
}

plugin::CommandLine ProvenClient::withExitCodes(plugin::CommandLine line)
{
    return std::move(line)
        .exits(ExitCode::usage, "the arguments are wrong")
        .exits(ExitCode::corruptData, "the daemon does not take these data")
        .exits(ExitCode::unavailable, "it does not answer, or has no room now")
        .exits(ExitCode::internal, "it has failed")
        .exits(ExitCode::keyFile, "the key or token cannot be read, or the daemon refuses it");
}

Result<ProvenClient> ProvenClient::open(const plugin::CommandValues& values, const Clock& clock)
{
    auto client = ApiClient::open(values.find("url").value_or(ApiClient::usualPlace()), values.find("ca"));
    if (!client)
        return failure(std::move(client.error()));
    auto key = node::readKeyFile(values.text("key"));
    if (!key)
        return failure(ErrorCode::permission, key.error().in("--key").message);
    auto token = authorizationFromEnvironment();
    if (!token)
        return failure(ErrorCode::permission, token.error().message);
    return ProvenClient(std::move(*client), std::move(*key), std::move(*token), clock);
}

Result<ApiAnswer> ProvenClient::send(const std::string& method, const std::string& path,
                                     const std::string& body)
{
    const auto known = epoch();
    if (!known)
        return failure(known.error());
    auto answer = sendSigned(method, path, body, {*known, lifetime});
    if (!answer || answer->status != unauthorized)
        return answer;
    const auto asked = epochAsked(answer->header("www-authenticate"));
    // Another epoch, or the same was asked within this second: it was the same proof then, which is good
    // once.
    if (asked)
        return sendSigned(method, path, body, {*asked, lifetime + 1 + SystemRandom().next64() % spread});
    if (!_token.empty())
        return _client.send(method, path, body, _token.view());
    return answer;
}

Result<ApiAnswer> ProvenClient::sendSigned(const std::string& method, const std::string& path,
                                           const std::string& body, const Terms& terms) const
{
    // A prefix in the URL is taken off by a proxy: the daemon sees the path without it.
    const auto expires = _clock.unixSeconds() + terms.lifetime;
    const auto proof = Proof::make(_key, terms.epoch, expires, {method, path, body});
    return _client.send(method, path, body, proof.toString());
}

/// 0 where nobody may look without credentials: the answer to a wrong epoch tells the right one. The token is
/// for where no proof is taken, and shown to nobody else.
Result<std::uint64_t> ProvenClient::epoch() const
{
    const auto answer = _client.send("GET", "/");
    if (!answer)
        return failure(answer.error());
    return answer->status == 200 ? epochIn(answer->body) : 0;
}

ExitCode ProvenClient::exitCodeFor(int status) noexcept
{
    if (status == unauthorized || status == 403)
        return ExitCode::keyFile;
    if (status == 429 || status == 408 || status == 503 || status == 504)
        return ExitCode::unavailable;
    return status >= 500 ? ExitCode::internal : ExitCode::corruptData;
}

} // namespace waymark::httpapi
