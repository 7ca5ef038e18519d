#include "commands/ProvenClient.h"

#include "access/Proof.h"
#include "commands/ApiOptions.h"

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

CommandArgument ProvenClient::keyOption()
{
    return CommandArgument::option("key", "FILE")
        .needs("the name of a file")
        .help("the peer's secret key, 64 hex digits, mode 0600; it is not sent");
}

Result<ProvenClient> ProvenClient::open(const plugin::CommandValues& values, const Clock& clock)
{
    auto client = ApiOptions::open(values);
    if (!client)
        return failure(std::move(client.error()));
    auto key = node::readKeyFile(values.text("key"));
    if (!key)
        return failure(ErrorCode::permission, key.error().in("--key").message);
    auto token = ClientToken::of(values);
    if (const auto usable = token.authorization(); !usable)
        return failure(usable.error());
    return ProvenClient(std::move(*client), std::move(token), std::move(*key), clock);
}

Result<ApiAnswer> ProvenClient::send(const std::string& method, const std::string& path,
                                     const std::string& body)
{
    _hasSent = false;
    const auto known = epoch();
    if (!known)
        return failure(known.error());
    if (*known != 0)
        _epoch = *known;
    _hasSent = true;
    auto answer = sendSigned(method, path, body, {*known, lifetime});
    if (!answer || answer->status != unauthorized)
        return answer;
    // Another epoch, or the same was asked within this second: it was the same proof then, which is good
    // once.
    if (const auto asked = epochAsked(answer->header("www-authenticate"))) {
        _epoch = *asked;
        return sendSigned(method, path, body, {*asked, lifetime + 1 + SystemRandom().next64() % spread});
    }
    const auto token = _token.authorization();
    if (!token)
        return failure(token.error());
    if (!token->empty())
        answer = _client.send({.method = method, .path = path, .body = body, .authorization = token->view()});
    if (answer)
        answer->advice = _token.advice();
    return answer;
}

Result<ApiAnswer> ProvenClient::sendSigned(const std::string& method, const std::string& path,
                                           const std::string& body, const Terms& terms) const
{
    // A prefix in the URL is taken off by a proxy: the daemon sees the path without it.
    const auto expires = _clock.unixSeconds() + terms.lifetime;
    const auto proof = Proof::make(_key, terms.epoch, expires, {method, path, body});
    const std::string authorization = proof.toString();
    return _client.send({.method = method, .path = path, .body = body, .authorization = authorization});
}

/// 0 where nobody may look without credentials: the answer to a wrong epoch tells the right one. The token is
/// for where no proof is taken, and shown to nobody else.
Result<std::uint64_t> ProvenClient::epoch() const
{
    const auto answer = _client.send({.method = "GET", .path = "/"});
    if (!answer)
        return failure(answer.error());
    return answer->status == 200 ? epochIn(answer->body) : 0;
}

} // namespace waymark::httpapi
