#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// A certificate and its key, as PEM texts that were made for one test and stand in no file.
struct TestCertificate
{
    std::string certificate;
    std::string key;
};

/// An authority that signs whatever a test asks for. Not for use from several threads.
class TestAuthority
{
public:
    struct Request
    {
        std::string name = "localhost"; ///< the subject's CN; none when it is empty
        std::chrono::hours begins{-1};  ///< from now
        std::chrono::hours ends{24};    ///< from now
        bool rsa = false;               ///< else on the curve P-256
        std::string alternativeName = "DNS:localhost,IP:127.0.0.1";
    };

    explicit TestAuthority(std::string name = "Test CA");
    /// An intermediate one.
    TestAuthority(std::string name, const TestAuthority& parent);
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;
    ~TestAuthority();

    TestCertificate issue(const Request& request) const;
    TestCertificate issue() const { return issue(Request()); }
    /// The authority's own, which it or its parent signed.
    const std::string& certificate() const noexcept { return _certificate; }

private:
    struct Key;

    std::string _name;
    std::unique_ptr<Key> _key;
    std::string _certificate;
};

/// A key as PEM text that asks for a passphrase.
std::string withPassphrase(std::string_view key);

} // namespace waymark::httpapi
