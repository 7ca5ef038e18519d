#include "commands/RegistrationKeeper.h"

#include "commands/AnswerJson.h"
#include "commands/ApiOptions.h"
#include "commands/KnownAnswers.h"

#include <charconv>
#include <chrono>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::ExitCode;

constexpr auto usualTtl = std::chrono::minutes(2);
constexpr auto clocksDiffer = std::chrono::minutes(1); // at most, between hosts that look after them
constexpr int unprocessable = 422;
constexpr int stale = 409;

/// Seconds; what is a date is no reason to wait.
Duration retryAfter(const ApiAnswer& answer)
{
    const std::string text = answer.header("retry-after");
    std::uint32_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds(seconds);
}

} // namespace

RegistrationKeeper::RegistrationKeeper(ProvenClient& client, OwnRegistration& registration, Notices& notices,
                                       const Clock& clock, Random& random)
    : _client(client),
      _registration(registration),
      _notices(notices),
      _clock(clock),
      _keeper(random, clock.now()),
      _begun(clock.now()),
      _asksForUsual(!registration.options.ttl),
      _isForEver(registration.options.ttl == std::chrono::seconds::zero())
{
    if (_asksForUsual)
        _registration.options.ttl = usualTtl;
}

ExitCode RegistrationKeeper::run(const toolkit::Interruption& interruption)
{
    _client.heed(&interruption);
    _interruption = &interruption;
    bool wasAsked = false;
    while (!interruption.waitFor(_keeper.due() - _clock.now())) {
        wasAsked = true;
        attempt();
        if (_end && !interruption.requested())
            return *_end;
    }
    _client.heed(nullptr);
    if (!wasAsked)
        return ExitCode::ok;
    if (!_mayBeThere)
        return neverThere();
    // Also when no answer came: the daemon may have taken it all the same.
    _client.stay();
    return takeBack();
}

void RegistrationKeeper::attempt()
{
    if (_keeper.step() == LeaseKeeper::Step::registers)
        registerPeer();
    else
        renewLease();
}

void RegistrationKeeper::registerPeer()
{
    const auto answer = _client.send("POST", "/peers", _registration.body());
    _mayBeThere =
        _mayBeThere || (answer ? answer->status == 201 || answer->status >= 500 : _client.hasSent());
    if (!answer)
        return unavailable(answer.error());
    if (answer->status == 201)
        return registered(*answer);
    if (answer->status == unprocessable && std::exchange(_asksForUsual, false)) {
        _registration.options.ttl.reset(); // http-api.maximum-ttl may be less, and comes with a default
        return registerPeer();
    }
    if (answer->status == stale && _registration.renew())
        return registerPeer();
    refused(*answer);
}

void RegistrationKeeper::registered(const ApiAnswer& answer)
{
    const auto peer = ShownPeer::read(answer.body);
    if (!peer)
        return unreadable(peer.error());
    const auto& ttl = _registration.options.ttl;
    if (!ttl)
        _keeper.granted(_clock.now());
    else
        _keeper.granted(_clock.now(), ttl->count() == 0 ? std::nullopt : std::optional<Duration>(*ttl));
    _epoch = _client.knownEpoch();
    _isForEver = !peer->expiresAt;
    _notices.allIsWell();
    _notices.say("registered",
                 std::string(_wasRegistered ? "registered again" : "registered") + " at " + peer->address() +
                     (peer->expiresAt ? ", to be renewed" : ", for ever"),
                 {{"id", peer->id},
                  {"ip", peer->ip},
                  {"tcp_port", peer->tcpPort},
                  {"udp_port", peer->udpPort},
                  {"expires_at", peer->expiresAt}});
    _notices.allIsWell();
    _wasRegistered = true;
    _isTroubled = false;
}

void RegistrationKeeper::renewLease()
{
    const auto answer = _client.send("PUT", "/peers/" + _client.peer().hex() + "/lease");
    if (!answer)
        return unavailable(answer.error());
    if (answer->status == 200)
        return renewed(*answer);
    if (!saysUnknown(*answer))
        return refused(*answer);
    _notices.say("lost", "the daemon does not know this peer any more");
    _keeper.lost(_clock.now());
}

void RegistrationKeeper::renewed(const ApiAnswer& answer)
{
    const auto object = AnswerJson::object(answer.body);
    if (!object)
        return unreadable(object.error());
    AnswerJson lease(*object);
    const auto ttl = lease.number("ttl");
    if (const auto good = lease.check(); !good || !ttl)
        return unreadable(good ? Error(ErrorCode::corrupt, "the answer has no ttl") : good.error());
    if (std::exchange(_isTroubled, false))
        _notices.say("renewed", "renewed again");
    _notices.allIsWell();
    _isForEver = *ttl == 0;
    _keeper.granted(_clock.now(),
                    *ttl == 0 ? std::nullopt : std::optional<Duration>(std::chrono::seconds(*ttl)));
    // A registry that begins a new history has read this registration from somewhere: it is told anew.
    if (_client.knownEpoch() != _epoch)
        _keeper.lost(_clock.now());
}

void RegistrationKeeper::unavailable(const Error& error)
{
    if (_interruption->requested())
        return; // which is why, and nobody's fault
    if (error.code == ErrorCode::permission && !_wasRegistered)
        _end = ExitCode::keyFile;
    _notices.say("failed", _end ? error.message : goesOn() + error.message);
    _isTroubled = true;
    _keeper.failed(_clock.now());
}

/// Before what is wrong: who reads it for the first time may have mistyped the URL, and waits for nothing.
std::string RegistrationKeeper::goesOn() const
{
    return _wasRegistered ? "trying again: " : "not registered yet, trying again until it is stopped: ";
}

/// A pod that moves to a host whose clock is behind finds that its record was newer there. And a clock that
/// was right is again: a host that slept is told the time when it wakes.
bool RegistrationKeeper::mayPass(const ApiAnswer& answer) const
{
    const bool isEarly = _clock.now() - _begun < clocksDiffer;
    return ApiOptions::passes(answer.status) || (_wasRegistered && saysClockDiffers(answer)) ||
           (answer.status == stale && _registration.isMade() && isEarly);
}

void RegistrationKeeper::refused(const ApiAnswer& answer)
{
    const bool isFinal = !mayPass(answer) && (!_wasRegistered || _keeper.isOver(_clock.now()));
    if (isFinal)
        _end = ApiOptions::codeFor(answer.status);
    _notices.say("failed", isFinal ? answer.complaint() : goesOn() + answer.complaint());
    _isTroubled = true;
    _keeper.failed(_clock.now(), retryAfter(answer));
}

/// Not a daemon, perhaps not for long: a proxy that has lost it.
void RegistrationKeeper::unreadable(const Error& error)
{
    if (!_wasRegistered)
        _end = ExitCode::corruptData;
    _notices.say("failed", error.message);
    _isTroubled = true;
    _keeper.failed(_clock.now());
}

ExitCode RegistrationKeeper::neverThere()
{
    _notices.say("ended", _client.wasConnected()
                              ? "nothing was registered"
                              : "nothing was registered: nobody was ever reached at " + _client.place());
    return ExitCode::unavailable;
}

/// Two that register one peer overlap where one takes over from the other. The older one's record is refused
/// then: what is registered is not his, and does not go with him.
ExitCode RegistrationKeeper::takeBack()
{
    const auto mine = _client.send("POST", "/peers", _registration.body());
    if (!mine)
        return leave(mine.error().message, ExitCode::unavailable);
    if (saysStale(*mine)) {
        _notices.say("left", "a newer record of this peer was registered meanwhile: it is left as it is");
        return ExitCode::ok;
    }
    const auto answer = _client.send("DELETE", "/peers/" + _client.peer().hex());
    if (!answer)
        return leave(answer.error().message, ExitCode::unavailable);
    if (answer->status != 200 && !saysUnknown(*answer))
        return leave(answer->complaint(), ApiOptions::codeFor(answer->status));
    _notices.say("removed",
                 answer->status == 200 ? "the registration is taken back" : "it was not registered");
    return ExitCode::ok;
}

ExitCode RegistrationKeeper::leave(const std::string& why, ExitCode code)
{
    const char* const end =
        _isForEver ? "stays until somebody removes it (waymark peers remove)" : "ends with its lease";
    _notices.say("failed", std::string("the registration could not be taken back, and ") + end + ": " + why);
    return code;
}

} // namespace waymark::httpapi
