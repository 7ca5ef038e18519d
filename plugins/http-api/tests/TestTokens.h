#pragma once

#include "access/Token.h"

#include <waymark/testkit/TemporaryFolder.h>

#include <filesystem>
#include <string>

namespace waymark::httpapi
{

/// A token file with one token for each role, whose texts are "read-token", "register-token" and
/// "admin-token", and whose labels are "reader", "registrar" and "boss".
class TestTokens
{
public:
    TestTokens() { write(all()); }

    static std::string line(const std::string& role, const std::string& token, const std::string& options)
    {
        return role + " sha256:" + toHex(digestOf(token)) + ' ' + options + '\n';
    }
    static std::string all()
    {
        return line("read", "read-token", "label=reader") +
               line("register", "register-token", "label=registrar") +
               line("admin", "admin-token", "label=boss");
    }

    void write(const std::string& content, unsigned mode = 0600) const
    {
        std::filesystem::permissions(_folder.write("tokens", content), std::filesystem::perms(mode));
    }
    std::string file() const { return (_folder.path() / "tokens").string(); }

    /// The header field for a token, and that of a JSON body.
    static std::string bearer(const std::string& token)
    {
        return "Authorization: Bearer " + token + "\r\nContent-Type: application/json\r\n";
    }

private:
    testkit::TemporaryFolder _folder;
};

} // namespace waymark::httpapi
