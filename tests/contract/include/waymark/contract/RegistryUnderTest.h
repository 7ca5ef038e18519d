#pragma once

#include <waymark/registry/PeerRegistry.h>

namespace waymark::contract
{

/// One registry of a back end, started, with storage of its own that is empty at first and goes with it.
class RegistryUnderTest
{
public:
    virtual ~RegistryUnderTest() = default;

    /// The running registry. After reopen() it may be another object.
    virtual registry::PeerRegistry& registry() = 0;

    /// Stops it as its plugin's stop() does; registry() still answers.
    virtual void stop() = 0;

    /// Stops it if need be and starts another one on the same storage.
    virtual void reopen() = 0;
};

} // namespace waymark::contract
