#include "HeldRoutes.h"
#include "TlsFixture.h"

#include <cppunit/extensions/HelperMacros.h>
#include <openssl/x509.h>

#include <filesystem>

namespace waymark::httpapi
{

/// Certificates and keys at the start and at a reload: what is taken, and what is said about what is not.
class TlsReloadTest : public TlsFixture
{
    CPPUNIT_TEST_SUITE(TlsReloadTest);
    CPPUNIT_TEST(reloadGivesNewConnectionsTheNewCertificate);
    CPPUNIT_TEST(reloadRefusesWhatIsBrokenAndServesOn);
    CPPUNIT_TEST(reloadChangesWhoIsAccepted);
    CPPUNIT_TEST(reloadDoesNotSwitchTls);
    CPPUNIT_TEST(startNamesKeyAndFileAndReason);
    CPPUNIT_TEST(startRefusesKeysThatOthersMayRead);
    CPPUNIT_TEST(keysThatNeedEachOtherAreAskedFor);
    CPPUNIT_TEST(expiredCertificatesAreServedAndTold);
    CPPUNIT_TEST(expiryIsAMetric);
    CPPUNIT_TEST_SUITE_END();

    static plugin::ReloadPlan prepare(TestServer& server, const Values& changed)
    {
        const auto config =
            plugin::ConfigView::make(server.plugin.schema(), changed, std::filesystem::temp_directory_path());
        CPPUNIT_ASSERT(config.has_value());
        auto plan = server.plugin.prepareReload(*config);
        for (const auto& [key, message] : config->rejections())
            plan = plugin::ReloadPlan::refuse(key + ' ' + message);
        return plan;
    }

    static std::string refusal(TestServer& server, const Values& changed)
    {
        return prepare(server, changed).refusal.value_or("");
    }

    static void reload(TestServer& server, const Values& changed)
    {
        const auto plan = prepare(server, changed);
        CPPUNIT_ASSERT_EQUAL(std::string(), plan.refusal.value_or(""));
        plan.commit();
    }

    static void assertHas(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE(text + " has no " + part, text.find(part) != std::string::npos);
    }

    /// The subject of the certificate that a new connection is shown.
    std::string shownBy(const TestServer& server) const
    {
        HttpClient client = connect(server);
        CPPUNIT_ASSERT_EQUAL(200, client.send(getRequest("/")).read().status);
        return Poco::Net::SecureStreamSocket(client.socket()).peerCertificate().commonName();
    }

    void reloadGivesNewConnectionsTheNewCertificate()
    {
        install(authority.issue({.name = "first"}));
        TestServer server(values());
        HttpClient old = connect(server.start());
        CPPUNIT_ASSERT_EQUAL(200, old.send(getRequest("/")).read().status);
        HttpClient begun(server.endpoint());
        CPPUNIT_ASSERT_EQUAL(std::string("first"), shownBy(server));
        install(authority.issue({.name = "second", .rsa = true}));
        CPPUNIT_ASSERT_EQUAL(std::string("first"), shownBy(server));
        reload(server, values());
        CPPUNIT_ASSERT_EQUAL(std::string("second"), shownBy(server));
        CPPUNIT_ASSERT_EQUAL(200, old.send(getRequest("/")).read().status);
        assertHas(server.lines->lines(), "http.certificate subject=CN=second ends=");
    }

    void reloadRefusesWhatIsBrokenAndServesOn()
    {
        install(authority.issue({.name = "first"}));
        TestServer server(values());
        server.start();
        const std::string key = file("server.key", authority.issue().key);
        assertHas(refusal(server, values()), "http-api.tls-key: " + key + " is not the key of");
        const std::string certificate = file("server.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n");
        assertHas(refusal(server, values()), "http-api.tls-certificate: " + certificate);
        std::filesystem::remove(certificate);
        assertHas(refusal(server, values()), "cannot be opened: No such file");
        CPPUNIT_ASSERT_EQUAL(std::string("first"), shownBy(server));
    }

    void reloadChangesWhoIsAccepted()
    {
        const TestAuthority other("Other CA");
        TestServer server(mutual());
        server.start();
        const auto status = [&](const TestCertificate& shown) {
            try {
                return connect(server, trusting(shown)).send(getRequest("/")).read().status;
            } catch (const std::exception&) {
                return 0;
            }
        };
        CPPUNIT_ASSERT_EQUAL(200, status(authority.issue()));
        CPPUNIT_ASSERT_EQUAL(0, status(other.issue()));
        reload(server, values({{"tls-client-ca", file("others.crt", other.certificate())}}));
        CPPUNIT_ASSERT_EQUAL(0, status(authority.issue()));
        CPPUNIT_ASSERT_EQUAL(200, status(other.issue()));
        reload(server, values());
        CPPUNIT_ASSERT_EQUAL(std::string("localhost"), shownBy(server));
    }

    void reloadDoesNotSwitchTls()
    {
        TestServer server(values());
        server.start();
        assertHas(refusal(server, {}), "tls-certificate TLS is switched on and off by a restart only");
        TestServer plain;
        plain.start();
        assertHas(refusal(plain, values()), "by a restart only");
        CPPUNIT_ASSERT_EQUAL(std::string(), refusal(plain, {}));
    }

    struct Failure
    {
        plugin::ExitCode code = plugin::ExitCode::ok;
        std::string message;
    };

    static Failure failureOf(const Values& given)
    {
        TestServer server(given);
        try {
            server.start();
        } catch (const plugin::StartError& error) {
            return {error.code(), error.what()};
        }
        return {};
    }

    void startNamesKeyAndFileAndReason()
    {
        const TestCertificate certificate = authority.issue();
        const std::string key = file("server.key", withPassphrase(certificate.key));
        file("server.crt", certificate.certificate);
        assertHas(failureOf(values()).message, "http-api.tls-key: " + key + " is encrypted");
        file("server.key", certificate.certificate);
        assertHas(failureOf(values()).message, "holds no private key");
        file("server.key", certificate.key);
        file("server.crt", "");
        assertHas(failureOf(values()).message, "holds no certificate");
        install(certificate);
        const Failure failed = failureOf(values({{"tls-client-ca", "/nonexistent/ca.crt"}}));
        assertHas(failed.message, "http-api.tls-client-ca: /nonexistent/ca.crt cannot be opened");
        CPPUNIT_ASSERT(failed.code == plugin::ExitCode::configuration);
        CPPUNIT_ASSERT_EQUAL(std::string(), failureOf(values()).message);
    }

    void startRefusesKeysThatOthersMayRead()
    {
        const auto key = _folder.path() / "server.key";
        std::filesystem::permissions(key, std::filesystem::perms::others_read,
                                     std::filesystem::perm_options::add);
        const Failure failed = failureOf(values());
        assertHas(failed.message, "chmod 600 " + key.string());
        CPPUNIT_ASSERT(failed.code == plugin::ExitCode::keyFile);
    }

    static std::string rejectionOf(const Values& given)
    {
        try {
            const TestServer server(given);
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return {};
    }

    void keysThatNeedEachOtherAreAskedFor()
    {
        assertHas(rejectionOf({{"tls-certificate", "/a"}}), "tls-certificate: needs http-api.tls-key");
        assertHas(rejectionOf({{"tls-key", "/a"}}), "tls-key: needs http-api.tls-certificate");
        assertHas(rejectionOf({{"tls-client-ca", "/a"}}), "tls-client-ca: needs http-api.tls-certificate");
        assertHas(rejectionOf(values({{"tls-client-certificates", "optional"}})),
                  "needs http-api.tls-client-ca");
    }

    void expiredCertificatesAreServedAndTold()
    {
        using std::chrono::hours;
        install(authority.issue({.begins = hours(-2), .ends = hours(-1)}));
        TestServer expired(values());
        // Certificates are made for now, which is when their clients live, too.
        expired.registry.clock.setWall(std::chrono::system_clock::now() - expired.registry.clock.wallNow());
        expired.start();
        assertHas(expired.lines->lines(), "http.certificate_invalid subject=CN=localhost");
        CPPUNIT_ASSERT(expired.plugin.health().status == observe::HealthStatus::degraded);
        assertHas(expired.plugin.health().reason, "renew it and reload");
        CPPUNIT_ASSERT_THROW(connect(expired), Poco::Exception);
        install(authority.issue({.begins = hours(1)}));
        reload(expired, values());
        assertHas(expired.plugin.health().reason, "look at the clock");
        install(authority.issue());
        reload(expired, values());
        CPPUNIT_ASSERT(expired.plugin.health().status == observe::HealthStatus::ok);
    }

    void expiryIsAMetric()
    {
        install(authority.issue({.ends = std::chrono::hours(48)}));
        TestServer server(values());
        server.start();
        const auto expected = std::chrono::system_clock::now() + std::chrono::hours(48);
        CPPUNIT_ASSERT_DOUBLES_EQUAL(std::chrono::duration<double>(expected.time_since_epoch()).count(),
                                     server.metric("waymark_http_certificate_expiry_seconds"), 600.0);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TlsReloadTest);

} // namespace waymark::httpapi
