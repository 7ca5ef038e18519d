#include "tls/SocketBio.h"

#include <cerrno>
#include <sys/socket.h>
#include <sys/types.h>

namespace waymark::httpapi
{

namespace
{

// A record's header has five bytes; the message in it begins with its type and three bytes of its length
// (RFC 8446 sections 4 and 5.1).
constexpr std::size_t lengthBegins = 6;
constexpr std::size_t lengthEnds = 9;

bool wouldBlock() noexcept
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

} // namespace

/// What OpenSSL calls.
struct SocketBio::Methods
{
    using Table = std::unique_ptr<BIO_METHOD, OpenSslFree<&BIO_meth_free>>;

    static const BIO_METHOD* get() noexcept
    {
        static const Table table = make();
        return table.get();
    }

private:
    static Table make() noexcept
    {
        Table table(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "waymark socket"));
        if (!table)
            return table;
        BIO_meth_set_read(table.get(),
                          [](BIO* bio, char* into, int size) { return self(bio).read(bio, into, size); });
        BIO_meth_set_write(table.get(), [](BIO* bio, const char* bytes, int size) {
            return self(bio).write(bio, bytes, size);
        });
        BIO_meth_set_ctrl(table.get(), [](BIO* bio, int command, long, void*) -> long {
            if (command == BIO_CTRL_EOF)
                return self(bio)._ended ? 1 : 0;
            return command == BIO_CTRL_FLUSH ? 1 : 0;
        });
        return table;
    }

    static SocketBio& self(BIO* bio) noexcept { return *static_cast<SocketBio*>(BIO_get_data(bio)); }
};

bool SocketBio::attach(SSL& connection) noexcept
{
    const BIO_METHOD* const methods = Methods::get();
    BIO* const bio = methods == nullptr ? nullptr : BIO_new(methods);
    if (bio == nullptr)
        return false;
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(&connection, bio, bio);
    return true;
}

int SocketBio::read(BIO* bio, char* into, int size) noexcept
{
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::recv(_descriptor, into, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (count < 0 && wouldBlock())
        BIO_set_retry_read(bio);
    _ended = count == 0;
    if (count > 0)
        lookAt(into, static_cast<std::size_t>(count));
    return refused() ? -1 : static_cast<int>(count);
}

void SocketBio::lookAt(const char* bytes, std::size_t size) noexcept
{
    for (std::size_t i = 0; i < size && _received < lengthEnds; ++i, ++_received)
        if (_received >= lengthBegins)
            _helloLength = _helloLength << 8U | static_cast<unsigned char>(bytes[i]);
}

int SocketBio::write(BIO* bio, const char* bytes, int size) const noexcept
{
    BIO_clear_retry_flags(bio);
    const ssize_t count =
        ::send(_descriptor, bytes, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && wouldBlock())
        BIO_set_retry_write(bio);
    return static_cast<int>(count);
}

} // namespace waymark::httpapi
