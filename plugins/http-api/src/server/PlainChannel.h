#pragma once

#include "server/Channel.h"

namespace waymark::httpapi
{

/// A TCP connection as it is.
class PlainChannel : public Channel
{
public:
    /// Takes a descriptor over that does not block.
    explicit PlainChannel(int descriptor) noexcept : _descriptor(descriptor) {}
    PlainChannel(const PlainChannel&) = delete;
    PlainChannel& operator=(const PlainChannel&) = delete;
    ~PlainChannel() override;

    int descriptor() const noexcept override { return _descriptor; }
    Transfer receive(std::span<Byte> into) noexcept override;
    Transfer send(std::string_view bytes) noexcept override;
    Transfer discard() noexcept override;
    void finishSending() noexcept override;

protected:
    /// The descriptor stays open.
    void release() noexcept { _descriptor = -1; }

private:
    int _descriptor;
};

} // namespace waymark::httpapi
