#include <waymark/net/UdpTransport.h>

namespace waymark::net
{

Result<std::unique_ptr<UdpClient>> UdpSockets::connect(const node::Endpoint& remote)
{
    return failure(ErrorCode::unavailable,
                   "UDP to " + remote.toString() + ": this network has no sockets beside those that serve");
}

} // namespace waymark::net
