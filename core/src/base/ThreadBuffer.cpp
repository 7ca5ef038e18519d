#include <waymark/base/ThreadBuffer.h>

namespace waymark
{

Bytes& threadBuffer() noexcept
{
    thread_local Bytes buffer;
    return buffer;
}

} // namespace waymark
