#pragma once

#include "server/Channel.h"
#include "tls/OpenSsl.h"
#include "tls/SocketBio.h"
#include "tls/TlsContext.h"
#include "tls/TlsReports.h"

#include <waymark/node/Endpoint.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace waymark::httpapi
{

/// A TCP connection that is encrypted by TLS (RFC 8446, RFC 5246).
class TlsChannel final : public Channel
{
public:
    /// Takes a descriptor over that does not block. Nothing is made before the client has sent something.
    TlsChannel(int descriptor, const node::Endpoint& remote, std::shared_ptr<const TlsContext> context,
               std::shared_ptr<const TlsReports> reports) noexcept;
    TlsChannel(const TlsChannel&) = delete;
    TlsChannel& operator=(const TlsChannel&) = delete;
    ~TlsChannel() override;

    int descriptor() const noexcept override { return _descriptor; }
    Transfer receive(std::span<Byte> into) noexcept override;
    Transfer send(std::string_view bytes) noexcept override;
    Transfer discard() noexcept override;
    void finishSending() noexcept override;
    void conclude() noexcept override { _whole = true; }

    bool handshaking() const noexcept override;
    Transfer handshake() noexcept override;
    bool hasBuffered() const noexcept override;
    const Refusal* refusal() const noexcept override;
    bool encrypted() const noexcept override { return _stage == Stage::open; }
    bool asksForClient() const noexcept override { return _context->clients() != ClientCertificates::none; }
    const ClientIdentity* client() const noexcept override { return _client ? &*_client : nullptr; }

private:
    enum class Stage : std::uint8_t
    {
        silent,    ///< the client has sent nothing
        handshake, ///< has begun
        open,
        plain, ///< the client speaks HTTP without TLS: it is told so, without TLS
        failed ///< OpenSSL must not be asked for anything any more
    };

    Transfer lookAtFirst() noexcept;
    Transfer begin() noexcept;
    Transfer outcomeOf(int result) noexcept;
    Transfer completed() noexcept;
    Transfer endHandshake(Handshake outcome, const std::string& reason = {}) noexcept;
    void identify();
    void sayEnd() noexcept;

    int _descriptor;
    node::Endpoint _remote;
    std::shared_ptr<const TlsContext> _context;
    std::shared_ptr<const TlsReports> _reports;
    SocketBio _socket;
    SslPtr _ssl;
    std::optional<ClientIdentity> _client;
    Stage _stage = Stage::silent;
    bool _whole = false; ///< nothing was cut off
};

} // namespace waymark::httpapi
