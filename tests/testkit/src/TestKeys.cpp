#include <waymark/testkit/TestKeys.h>

namespace waymark::testkit
{

node::SecretKey testKey(std::uint64_t number)
{
    FixedBytes<node::SecretKey::size> bytes{};
    for (std::size_t i = bytes.size(); number != 0; number >>= 8)
        bytes[--i] = static_cast<Byte>(number & 0xff);
    return node::SecretKey::fromBytes(bytes).value();
}

} // namespace waymark::testkit
