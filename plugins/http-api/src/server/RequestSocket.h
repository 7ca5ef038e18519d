#pragma once

#include "server/Refusal.h"
#include "server/RequestHead.h"
#include "server/SecretBuffer.h"
#include "server/ServerState.h"

#include <Poco/Net/StreamSocketImpl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// The accepted connection as Poco's HTTP server sees it: one request after another, each a head that says
/// nothing but how the connection goes on. Neither heads nor bodies pass through Poco, whose buffers are not
/// wiped; the request handler reads them here, from buffers that are.
///
/// Poco asks poll() whether there is another request. That reads a whole head under the limits and the
/// request's deadline, and answers what is no request by itself. receiveBytes() then gives Poco its part.
/// One thread at a time uses it.
class RequestSocket final : public Poco::Net::StreamSocketImpl
{
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Takes the descriptor over.
    RequestSocket(poco_socket_t descriptor, std::shared_ptr<ServerState> state);

    /// Of the current request; its views are valid until forgetHead().
    const RequestHead& head() const noexcept { return _head; }
    /// Overwrites the head, which may name a secret, when the request is over.
    void forgetHead() noexcept;
    Time requestStarted() const noexcept { return _started; }
    Time deadline() const noexcept { return _deadline; }

    /// The whole body of the current request; sends "100 Continue" when the client waits for it.
    /// 400 broken framing, 408 too slow, 413 too large; status 0: the client is gone and gets no answer.
    Answered<SecretBuffer> readBody(std::size_t limit);

    /// False while bytes of the current request are unread: the connection cannot serve another one then.
    bool finished() const noexcept { return _bodyRead; }

    /// Writes must be over by then; for answers that outlive the request's deadline.
    void extendDeadline(Time deadline) noexcept { _deadline = deadline; }
    /// Lets nothing more out, not even what Poco still has buffered: the client sees a broken answer.
    void abandon() noexcept;
    /// True when the client has closed its end; does not wait.
    bool clientGone();

    bool poll(const Poco::Timespan& timeout, int mode) override;
    using StreamSocketImpl::receiveBytes;
    int receiveBytes(void* buffer, int length, int flags) override;
    using StreamSocketImpl::sendBytes;
    int sendBytes(const void* buffer, int length, int flags) override;
    void close() override;

protected:
    /// Poco drops the last reference on whichever thread, not always on the one that served.
    ~RequestSocket() override { _counted.leave(); }

private:
    enum class Received
    {
        bytes,
        end,
        timeout
    };

    bool nextRequest();
    bool awaitFirstByte();
    Answered<bool> readHead();
    Answered<void> readPlainBody(SecretBuffer& body, std::size_t length);
    Answered<void> readChunkedBody(SecretBuffer& body, std::size_t limit);
    Answered<void> needMore(SecretBuffer& into, std::size_t most);
    Received receive(SecretBuffer& into, std::size_t most);
    bool waitFor(short events, Time until) const;
    void answerRefusal(const Refusal& refusal);
    void linger() noexcept;

    std::shared_ptr<ServerState> _state;
    Counted _counted;     ///< until it is closed
    SecretBuffer _input;  ///< received and not yet used
    HeadScanner _scanner; ///< of _input
    SecretBuffer _text;   ///< the current head, which _head looks into
    std::string _replay;  ///< what Poco sees of it
    std::size_t _replayed = 0;
    RequestHead _head;
    Time _started{};
    Time _deadline{};
    bool _first = true;
    bool _bodyRead = true;
    bool _abandoned = false;
};

} // namespace waymark::httpapi
