#pragma once

#include "tls/OpenSsl.h"
#include "tls/TlsSettings.h"

#include <waymark/base/Clock.h>
#include <waymark/base/FileSystem.h>
#include <waymark/base/Result.h>

#include <Poco/Net/Context.h>

#include <memory>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// A certificate, its key and all the rules of new TLS connections. Does not change; a reload makes another
/// one, and connections keep that which they began with. Any thread.
class TlsContext
{
public:
    /// Reads the files. Errors name key, file and reason, and are of code permission where a file is
    /// unreadable or too open.
    static Result<std::shared_ptr<const TlsContext>> make(const TlsSettings& settings, FileSystem& files);

    /// The state of one connection, without its ends; nullptr without memory.
    SslPtr open() const noexcept;

    ClientCertificates clients() const noexcept { return _settings.clients; }
    http::Role clientRole() const noexcept { return _settings.clientRole; }
    const std::filesystem::path& certificateFile() const noexcept { return _settings.certificate; }
    /// Of the server's own certificate.
    const std::string& subject() const noexcept { return _subject; }
    WallTime begins() const noexcept { return _begins; }
    WallTime ends() const noexcept { return _ends; }

private:
    explicit TlsContext(TlsSettings settings);
    SSL_CTX* raw() const noexcept { return _context->sslContext(); }
    void setRules();
    Result<void> loadCertificate(std::string_view pem);
    Result<void> loadKey(std::string_view pem);
    Result<void> loadClientCa(std::string_view pem);

    TlsSettings _settings;
    Poco::Net::Context::Ptr _context;
    std::string _subject;
    WallTime _begins;
    WallTime _ends;
};

} // namespace waymark::httpapi
