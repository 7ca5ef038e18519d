#include "access/AccessPolicy.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace waymark::httpapi
{

using http::Role;

class AccessPolicyTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(AccessPolicyTest);
    CPPUNIT_TEST(withoutCredentialsAndOpenNothingIsAsked);
    CPPUNIT_TEST(withoutCredentialsAdminIsForThisHostItself);
    CPPUNIT_TEST(withTokensEverythingNeedsTheRole);
    CPPUNIT_TEST(rolesIncludeEachOther);
    CPPUNIT_TEST(anonymousMayLookWhereAllowed);
    CPPUNIT_TEST(openRegistrationNeedsNoToken);
    CPPUNIT_TEST(tokenThatIsSentMustBeGood);
    CPPUNIT_TEST(tokenIsGoodFromItsNetworksOnly);
    CPPUNIT_TEST(healthLooksAtNoCredentials);
    CPPUNIT_TEST(certificateHasItsRole);
    CPPUNIT_TEST(changingIsNotForReadersWhateverTheRouteSays);
    CPPUNIT_TEST(untilSaidOtherwiseNobodyIsLetIn);
    CPPUNIT_TEST_SUITE_END();

    const AccessPolicy::Caller _here{node::IpAddress::v4(127, 0, 0, 1), true};
    const AccessPolicy::Caller _proxied{node::IpAddress::v4(127, 0, 0, 1), false};
    const AccessPolicy::Caller _there{node::IpAddress::v4(10, 0, 0, 1), false};

    static http::Route route(Role role)
    {
        http::Route route;
        route.role = role;
        route.mutates = role > Role::reader;
        return route;
    }

    static AccessPolicy::Settings withTokens()
    {
        const auto line = [](const std::string& role) {
            return role + " sha256:" + toHex(digestOf(role + "-token")) + " label=" + role + '\n';
        };
        AccessPolicy::Settings settings;
        settings.tokens = parseTokens(line("read") + line("register") + line("admin") + "admin sha256:" +
                                      toHex(digestOf("inside")) + " label=inside from=10.0.0.0/8\n")
                              .value();
        return settings;
    }

    static AccessPolicy::Settings open()
    {
        AccessPolicy::Settings settings;
        settings.registration = Registration::open;
        return settings;
    }

    static int statusOf(const AccessPolicy& policy, Role role, const Credentials& credentials,
                        const AccessPolicy::Caller& caller)
    {
        const auto verdict = policy.decide(route(role), credentials, caller);
        return verdict.denial ? verdict.denial->status : 200;
    }

    void withoutCredentialsAndOpenNothingIsAsked()
    {
        const AccessPolicy policy(open());
        for (const auto role : {Role::open, Role::reader, Role::registrant})
            for (const auto& caller : {_here, _proxied, _there})
                CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, role, NoCredentials{}, caller));
    }

    void withoutCredentialsAdminIsForThisHostItself()
    {
        const AccessPolicy policy(open());
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::admin, NoCredentials{}, _here));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::admin, NoCredentials{}, _proxied));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::admin, NoCredentials{}, _there));
    }

    void withTokensEverythingNeedsTheRole()
    {
        const AccessPolicy policy(withTokens());
        for (const auto role : {Role::reader, Role::registrant, Role::admin}) {
            const auto verdict = policy.decide(route(role), NoCredentials{}, _here);
            CPPUNIT_ASSERT(verdict.denial.has_value());
            CPPUNIT_ASSERT_EQUAL(401, verdict.denial->status);
            CPPUNIT_ASSERT(verdict.denial->error.empty());
            CPPUNIT_ASSERT_EQUAL(std::string("anonymous"), verdict.identity);
        }
    }

    void rolesIncludeEachOther()
    {
        const AccessPolicy policy(withTokens());
        const BearerToken read{"read-token"};
        const BearerToken registers{"register-token"};
        const BearerToken admin{"admin-token"};
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::reader, read, _there));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::registrant, read, _there));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::admin, read, _here));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::reader, registers, _there));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::registrant, registers, _there));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::admin, registers, _here));
        for (const auto role : {Role::reader, Role::registrant, Role::admin})
            CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, role, admin, _there));
        const auto verdict = policy.decide(route(Role::admin), registers, _here);
        CPPUNIT_ASSERT_EQUAL(std::string_view("insufficient_scope"), verdict.denial->error);
        CPPUNIT_ASSERT_EQUAL(std::string("token:register"), verdict.identity);
        CPPUNIT_ASSERT(verdict.role == Role::registrant);
    }

    void anonymousMayLookWhereAllowed()
    {
        auto settings = withTokens();
        settings.allowAnonymous = true;
        const AccessPolicy policy(settings);
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::reader, NoCredentials{}, _there));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(policy, Role::registrant, NoCredentials{}, _here));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(policy, Role::admin, NoCredentials{}, _here));
    }

    void openRegistrationNeedsNoToken()
    {
        auto settings = withTokens();
        settings.registration = Registration::open;
        const AccessPolicy policy(settings);
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::registrant, NoCredentials{}, _there));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::registrant, BearerToken{"read-token"}, _there));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(policy, Role::reader, NoCredentials{}, _there));
        CPPUNIT_ASSERT_EQUAL(401, statusOf(policy, Role::admin, NoCredentials{}, _here));
    }

    void tokenThatIsSentMustBeGood()
    {
        for (const AccessPolicy& policy : {AccessPolicy(open()), AccessPolicy(withTokens())})
            for (const char* token : {"", "read", "read-token ", "other"}) {
                const auto verdict = policy.decide(route(Role::reader), BearerToken{token}, _here);
                CPPUNIT_ASSERT(verdict.denial.has_value());
                CPPUNIT_ASSERT_EQUAL(401, verdict.denial->status);
                CPPUNIT_ASSERT_EQUAL(std::string_view("invalid_token"), verdict.denial->error);
                CPPUNIT_ASSERT(verdict.isAnonymous());
            }
    }

    void tokenIsGoodFromItsNetworksOnly()
    {
        const AccessPolicy policy(withTokens());
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::admin, BearerToken{"inside"}, _there));
        const auto verdict = policy.decide(route(Role::reader), BearerToken{"inside"}, _here);
        CPPUNIT_ASSERT_EQUAL(403, verdict.denial->status);
        CPPUNIT_ASSERT_EQUAL(std::string("token:inside"), verdict.identity);
    }

    void healthLooksAtNoCredentials()
    {
        const AccessPolicy policy(withTokens());
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::open, NoCredentials{}, _there));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::open, BearerToken{"other"}, _there));
    }

    void certificateHasItsRole()
    {
        AccessPolicy::Settings settings;
        settings.clientCertificates = true;
        const AccessPolicy policy(settings);
        const ClientCertificate certificate{"CN=ci", Role::registrant};
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::reader, certificate, _there));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(policy, Role::registrant, certificate, _there));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::admin, certificate, _here));
        // There is no challenge that would make a client show one (401).
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::reader, NoCredentials{}, _here));
        CPPUNIT_ASSERT_EQUAL(403, statusOf(policy, Role::admin, NoCredentials{}, _here));
        CPPUNIT_ASSERT_EQUAL(std::string("certificate:CN=ci"),
                             policy.decide(route(Role::reader), certificate, _there).identity);
    }

    void changingIsNotForReadersWhateverTheRouteSays()
    {
        const AccessPolicy policy(withTokens());
        http::Route forgetful;
        forgetful.mutates = true;
        CPPUNIT_ASSERT(policy.decide(forgetful, BearerToken{"read-token"}, _here).denial.has_value());
        CPPUNIT_ASSERT(!policy.decide(forgetful, BearerToken{"register-token"}, _here).denial.has_value());
    }

    void untilSaidOtherwiseNobodyIsLetIn()
    {
        const AccessPolicy policy;
        for (const auto role : {Role::reader, Role::registrant, Role::admin})
            CPPUNIT_ASSERT_EQUAL(401, statusOf(policy, role, NoCredentials{}, _here));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AccessPolicyTest);

} // namespace waymark::httpapi
