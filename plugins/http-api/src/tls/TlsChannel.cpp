#include "tls/TlsChannel.h"

#include "server/VectorRegisters.h"
#include "tls/Certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <exception>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

constexpr std::size_t discardSize = 64U * 1024U;
constexpr unsigned char handshakeRecord = 22; // RFC 8446 section 5.1

const Refusal& speaksTls()
{
    static const Refusal refusal{400, "this port speaks TLS: ask for https://", "plain-http"};
    return refusal;
}

Handshake outcomeOfReason(int reason) noexcept
{
    if (reason >= SSL_AD_REASON_OFFSET)
        return Handshake::refusedByClient;
    switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return Handshake::noCertificate;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_APPLICATION_PROTOCOL:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
        return Handshake::incompatible;
    default:
        return Handshake::broken;
    }
}

} // namespace

TlsChannel::TlsChannel(int descriptor, const node::Endpoint& remote,
                       std::shared_ptr<const TlsContext> context,
                       std::shared_ptr<const TlsReports> reports) noexcept
    : _descriptor(descriptor),
      _remote(remote),
      _context(std::move(context)),
      _reports(std::move(reports)),
      _socket(descriptor)
{
}

TlsChannel::~TlsChannel()
{
    if (_stage == Stage::handshake)
        endHandshake(Handshake::unfinished);
    if (_whole)
        sayEnd();
    ::close(_descriptor);
}

bool TlsChannel::handshaking() const noexcept
{
    return _stage == Stage::silent || _stage == Stage::handshake;
}

Transfer TlsChannel::handshake() noexcept
{
    if (_stage == Stage::silent) {
        const Transfer begun = lookAtFirst();
        if (_stage != Stage::handshake)
            return begun;
    }
    ERR_clear_error();
    const int result = SSL_accept(_ssl.get());
    clearVectorRegisters();
    if (result == 1)
        return completed();
    const Transfer outcome = outcomeOf(result);
    if (outcome.state != Transfer::State::ended)
        return outcome;
    const long verified = SSL_get_verify_result(_ssl.get());
    const bool left = ERR_peek_last_error() == 0 && !_socket.refused();
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    try {
        if (verified != X509_V_OK)
            return endHandshake(Handshake::badCertificate, X509_verify_cert_error_string(verified));
        return endHandshake(left ? Handshake::cutOff : outcomeOfReason(reason),
                            left ? std::string() : takeOpenSslError());
    } catch (const std::exception&) {
        return endHandshake(Handshake::broken);
    }
}

/// A client that speaks HTTP where TLS is spoken shows it by its first byte.
Transfer TlsChannel::lookAtFirst() noexcept
{
    unsigned char first = 0;
    const ssize_t count = ::recv(_descriptor, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return {Transfer::State::wantsRead};
    if (count <= 0) {
        _stage = Stage::failed; // without a word, as those that look whether a port is open
        return {};
    }
    if (first >= 'A' && first <= 'Z') {
        endHandshake(Handshake::plainHttp);
        _stage = Stage::plain;
        return {Transfer::State::moved, 1};
    }
    if (first != handshakeRecord)
        return endHandshake(Handshake::broken);
    return begin();
}

Transfer TlsChannel::begin() noexcept
{
    _ssl = _context->open();
    if (!_ssl || !_socket.attach(*_ssl))
        return endHandshake(Handshake::unfinished);
    SSL_set_accept_state(_ssl.get());
    _stage = Stage::handshake;
    return {Transfer::State::moved, 1};
}

Transfer TlsChannel::completed() noexcept
{
    try {
        identify();
    } catch (const std::exception&) {
        return endHandshake(Handshake::unfinished);
    }
    endHandshake(SSL_session_reused(_ssl.get()) == 1 ? Handshake::resumed : Handshake::completed);
    _stage = Stage::open;
    return {Transfer::State::moved, 1};
}

void TlsChannel::identify()
{
    const X509Ptr certificate(SSL_get1_peer_certificate(_ssl.get()));
    if (certificate && SSL_get_verify_result(_ssl.get()) == X509_V_OK)
        _client = ClientIdentity{subjectOf(*certificate), _context->clientRole()};
}

Transfer TlsChannel::endHandshake(Handshake outcome, const std::string& reason) noexcept
{
    ERR_clear_error();
    _stage = Stage::failed;
    _reports->ended(outcome, _remote, reason);
    return {};
}

/// Of a call that did not do all that it was asked for.
Transfer TlsChannel::outcomeOf(int result) noexcept
{
    switch (SSL_get_error(_ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return {Transfer::State::wantsRead};
    case SSL_ERROR_WANT_WRITE:
        return {Transfer::State::wantsWrite};
    case SSL_ERROR_ZERO_RETURN:
        return {}; // the client says that it sends no more; it may still read
    default:
        if (_stage == Stage::open)
            _stage = Stage::failed;
        return {};
    }
}

Transfer TlsChannel::receive(std::span<Byte> into) noexcept
{
    if (_stage != Stage::open)
        return {};
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(_ssl.get(), into.data(), into.size(), &count);
    const Transfer got = result == 1 ? Transfer{Transfer::State::moved, count} : outcomeOf(result);
    ERR_clear_error();
    return got;
}

bool TlsChannel::hasBuffered() const noexcept
{
    return _stage == Stage::open && SSL_pending(_ssl.get()) > 0;
}

Transfer TlsChannel::send(std::string_view bytes) noexcept
{
    if (_stage == Stage::plain) {
        const ssize_t count = ::send(_descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return count > 0 ? Transfer{Transfer::State::moved, static_cast<std::size_t>(count)} : Transfer{};
    }
    if (_stage != Stage::open)
        return {};
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(_ssl.get(), bytes.data(), bytes.size(), &count);
    const Transfer sent = result == 1 ? Transfer{Transfer::State::moved, count} : outcomeOf(result);
    ERR_clear_error();
    return sent;
}

Transfer TlsChannel::discard() noexcept
{
    const ssize_t count = ::recv(_descriptor, nullptr, discardSize, MSG_TRUNC | MSG_DONTWAIT);
    if (count > 0)
        return {Transfer::State::moved, static_cast<std::size_t>(count)};
    const bool again = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return {again ? Transfer::State::wantsRead : Transfer::State::ended};
}

void TlsChannel::finishSending() noexcept
{
    sayEnd();
    ::shutdown(_descriptor, SHUT_WR);
}

/// Without it a client cannot know whether somebody cut the connection (RFC 8446 section 6.1). Nobody waits
/// for the client to say the same; said twice it is sent once.
void TlsChannel::sayEnd() noexcept
{
    if (_stage != Stage::open)
        return;
    ERR_clear_error();
    SSL_shutdown(_ssl.get());
    ERR_clear_error();
}

const Refusal* TlsChannel::refusal() const noexcept
{
    return _stage == Stage::plain ? &speaksTls() : nullptr;
}

} // namespace waymark::httpapi
