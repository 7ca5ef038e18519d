#pragma once

#include "tls/OpenSsl.h"

#include <cstddef>

namespace waymark::httpapi
{

/// A socket as OpenSSL reads and writes it. Unlike OpenSSL's own it raises no SIGPIPE, and lets no client
/// have memory for a first message of a hundred kilobytes that it only announces.
class SocketBio
{
public:
    /// The descriptor does not block and outlives this.
    explicit SocketBio(int descriptor) noexcept : _descriptor(descriptor) {}
    SocketBio(const SocketBio&) = delete;
    SocketBio& operator=(const SocketBio&) = delete;

    /// Makes the connection use this, which outlives it. False without memory.
    bool attach(SSL& connection) noexcept;
    /// True when the client announced such a message; nothing is read any more then.
    bool refused() const noexcept { return _helloLength > largestHello; }

private:
    static constexpr std::size_t largestHello = 16U * 1024U;
    struct Methods;

    int read(BIO* bio, char* into, int size) noexcept;
    int write(BIO* bio, const char* bytes, int size) const noexcept;
    void lookAt(const char* bytes, std::size_t size) noexcept;

    int _descriptor;
    std::size_t _received = 0;    ///< counted up to the end of what is looked at
    std::size_t _helloLength = 0; ///< as announced so far
    bool _ended = false;
};

} // namespace waymark::httpapi
