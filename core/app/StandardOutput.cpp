#include "StandardOutput.h"

#include <cerrno>
#include <csignal>
#include <iostream>
#include <poll.h>
#include <unistd.h>

namespace waymark::app
{

namespace
{

/// Returns where the signal is ignored.
void endByClosedPipe()
{
    struct sigaction now = {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_IGN)
        return;
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    static_cast<void>(::signal(SIGPIPE, SIG_DFL));
    ::pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
    ::raise(SIGPIPE);
}

void waitForRoom()
{
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    ::poll(&output, 1, -1);
}

} // namespace

StandardOutput::StandardOutput() : _isTerminal(::isatty(STDOUT_FILENO) == 1), _before(std::cout.rdbuf(this))
{
    if (!_isTerminal)
        setp(_buffer.data(), _buffer.data() + _buffer.size());
}

StandardOutput::~StandardOutput()
{
    drain();
    std::cout.rdbuf(_before);
}

StandardOutput::int_type StandardOutput::overflow(int_type letter)
{
    if (!drain())
        return traits_type::eof();
    if (traits_type::eq_int_type(letter, traits_type::eof()))
        return traits_type::not_eof(letter);
    const char one = traits_type::to_char_type(letter);
    if (_isTerminal)
        return put(&one, 1) ? letter : traits_type::eof();
    *pptr() = one;
    pbump(1);
    return letter;
}

std::streamsize StandardOutput::xsputn(const char* text, std::streamsize size)
{
    if (!_isTerminal)
        return std::streambuf::xsputn(text, size);
    return put(text, static_cast<std::size_t>(size)) ? size : 0;
}

int StandardOutput::sync()
{
    return drain() ? 0 : -1;
}

bool StandardOutput::drain()
{
    if (_isTerminal)
        return _fault == 0;
    const bool isWritten = put(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    setp(_buffer.data(), _buffer.data() + _buffer.size());
    return isWritten;
}

bool StandardOutput::put(const char* text, std::size_t size)
{
    while (size > 0 && _fault == 0) {
        const ssize_t written = ::write(STDOUT_FILENO, text, size);
        if (written >= 0) {
            text += written;
            size -= static_cast<std::size_t>(written);
        } else if (errno == EAGAIN) {
            waitForRoom();
        } else if (errno != EINTR) {
            _fault = errno;
        }
    }
    if (_fault == EPIPE)
        endByClosedPipe();
    return _fault == 0;
}

} // namespace waymark::app
