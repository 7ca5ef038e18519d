#include "RawTls.h"

#include <array>

namespace waymark::httpapi
{

namespace
{

constexpr int patience = 100; // seconds: the machine may be busy

} // namespace

RawTls::RawTls(const node::Endpoint& server, const Adjust& adjust)
    : _context(SSL_CTX_new(TLS_client_method())),
      _socket(Poco::Net::SocketAddress(server.ip.toString(), server.port)),
      _ssl(SSL_new(_context.get()))
{
    _socket.setNoDelay(true);
    _socket.setReceiveTimeout(Poco::Timespan(patience, 0));
    SSL_set_fd(_ssl.get(), _socket.impl()->sockfd());
    if (adjust)
        adjust(*_ssl);
}

bool RawTls::handshake()
{
    return SSL_connect(_ssl.get()) == 1;
}

bool RawTls::send(std::string_view bytes)
{
    return SSL_write(_ssl.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
}

std::string RawTls::readAll(bool& clean)
{
    std::string all;
    std::array<char, 4096> buffer;
    int count = 0;
    while ((count = SSL_read(_ssl.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0)
        all.append(buffer.data(), static_cast<std::size_t>(count));
    clean = SSL_get_error(_ssl.get(), count) == SSL_ERROR_ZERO_RETURN;
    return all;
}

std::string RawTls::hello()
{
    const SslContextPtr context(SSL_CTX_new(TLS_client_method()));
    const SslPtr ssl(SSL_new(context.get()));
    BIO* const out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
    SSL_connect(ssl.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

} // namespace waymark::httpapi
