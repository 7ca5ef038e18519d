#include "tls/SocketBio.h"

#include <Poco/Net/Context.h>
#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <csignal>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace waymark::httpapi
{

/// A socket under OpenSSL.
class SocketBioTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SocketBioTest);
    CPPUNIT_TEST(clientsThatLeftRaiseNoSignal);
    CPPUNIT_TEST(emptySocketsAreWaitedFor);
    CPPUNIT_TEST(announcedSizesAreBounded);
    CPPUNIT_TEST_SUITE_END();

    std::array<int, 2> _ends{-1, -1};
    Poco::Net::Context::Ptr _context;
    SslPtr _ssl;

public:
    void setUp() override
    {
        CPPUNIT_ASSERT_EQUAL(0, ::socketpair(AF_UNIX, SOCK_STREAM, 0, _ends.data()));
        _context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, Poco::Net::Context::Params());
        _ssl.reset(SSL_new(_context->sslContext()));
    }
    void tearDown() override
    {
        _ssl.reset();
        for (const int end : _ends)
            ::close(end);
    }

private:
    int accepted() { return SSL_get_error(_ssl.get(), SSL_accept(_ssl.get())); }

    void clientsThatLeftRaiseNoSignal()
    {
        SocketBio socket(_ends[0]);
        CPPUNIT_ASSERT(socket.attach(*_ssl));
        ::shutdown(_ends[1], SHUT_RD);
        auto* const before = std::signal(SIGPIPE, SIG_DFL); // would end the test
        CPPUNIT_ASSERT(BIO_write(SSL_get_wbio(_ssl.get()), "x", 1) < 0);
        std::signal(SIGPIPE, before);
        CPPUNIT_ASSERT(!BIO_should_retry(SSL_get_wbio(_ssl.get())));
    }

    void emptySocketsAreWaitedFor()
    {
        SocketBio socket(_ends[0]);
        CPPUNIT_ASSERT(socket.attach(*_ssl));
        CPPUNIT_ASSERT_EQUAL(SSL_ERROR_WANT_READ, accepted());
        ::shutdown(_ends[1], SHUT_WR);
        CPPUNIT_ASSERT(accepted() != SSL_ERROR_WANT_READ);
    }

    /// What becomes of a first message that announces so many bytes, and arrives byte by byte.
    int afterHello(std::size_t announced, const SocketBio& socket)
    {
        const std::string head{'\x16',
                               '\x03',
                               '\x01',
                               '\x10',
                               '\0',
                               '\x01',
                               static_cast<char>(announced >> 16U),
                               static_cast<char>(announced >> 8U),
                               static_cast<char>(announced)};
        int result = SSL_ERROR_WANT_READ;
        for (const char byte : head + std::string(4092, 'x')) {
            CPPUNIT_ASSERT_EQUAL(ssize_t{1}, ::send(_ends[1], &byte, 1, 0));
            result = accepted();
            if (socket.refused())
                break;
        }
        return result;
    }

    void announcedSizesAreBounded()
    {
        SocketBio fits(_ends[0]);
        CPPUNIT_ASSERT(fits.attach(*_ssl));
        CPPUNIT_ASSERT_EQUAL(SSL_ERROR_WANT_READ, afterHello(std::size_t{16} * 1024, fits));
        tearDown();
        setUp();
        SocketBio larger(_ends[0]);
        CPPUNIT_ASSERT(larger.attach(*_ssl));
        CPPUNIT_ASSERT(afterHello(std::size_t{16} * 1024 + 1, larger) != SSL_ERROR_WANT_READ);
        CPPUNIT_ASSERT(larger.refused());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SocketBioTest);

} // namespace waymark::httpapi
