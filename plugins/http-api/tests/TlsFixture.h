#pragma once

#include "TestCertificates.h"
#include "TestServer.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <cppunit/TestFixture.h>

#include <filesystem>
#include <optional>
#include <string>

namespace waymark::httpapi
{

/// Certificates in files, servers that use them and clients that trust them.
class TlsFixture : public CppUnit::TestFixture
{
protected:
    /// A file that only its owner may read.
    std::string file(const std::string& name, const std::string& content) const
    {
        const auto path = _folder.write(name, content);
        std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                               std::filesystem::perms::owner_write);
        return path.string();
    }

    /// Puts a certificate where the servers of values() look for it.
    void install(const TestCertificate& certificate) const
    {
        file("server.crt", certificate.certificate);
        file("server.key", certificate.key);
    }

    Values values(Values more = {}) const
    {
        more.try_emplace("tls-certificate", (_folder.path() / "server.crt").string());
        more.try_emplace("tls-key", (_folder.path() / "server.key").string());
        return more;
    }

    /// values() of a server whose clients show certificates of the authority's.
    Values mutual(Values more = {}) const
    {
        more.try_emplace("tls-client-ca", file("clients.crt", authority.certificate()));
        return values(std::move(more));
    }

    Poco::Net::Context::Ptr trusting(const std::optional<TestCertificate>& shown = std::nullopt) const
    {
        Poco::Net::Context::Params params;
        params.caLocation = file("trusted.crt", authority.certificate());
        params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
        if (shown) {
            params.certificateFile = file("client.crt", shown->certificate);
            params.privateKeyFile = file("client.key", shown->key);
        }
        return new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
    }

    static HttpClient connect(const TestServer& server, const Poco::Net::Context::Ptr& context)
    {
        const auto where = server.endpoint();
        return HttpClient(Poco::Net::SecureStreamSocket(
            Poco::Net::SocketAddress(where.ip.toString(), where.port), "localhost", context));
    }
    HttpClient connect(const TestServer& server) const { return connect(server, trusting()); }

    static double handshakes(const TestServer& server, const std::string& outcome)
    {
        return server.metric("waymark_http_handshakes_total", {{"outcome", outcome}});
    }

    testkit::TemporaryFolder _folder;

public:
    TestAuthority authority;

    void setUp() override { install(authority.issue()); }
};

} // namespace waymark::httpapi
