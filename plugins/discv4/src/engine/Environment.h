#pragma once

#include "wire/SenderRecovery.h"

#include <waymark/base/Clock.h>
#include <waymark/base/Random.h>
#include <waymark/node/LocalNode.h>
#include <waymark/observe/Log.h>
#include <waymark/observe/Metrics.h>
#include <waymark/registry/PeerRegistry.h>

namespace waymark::discv4::engine
{

/// What the engine gets from outside; everything outlives it.
struct Environment
{
    const Clock& clock;
    Random& random;
    node::LocalNode& local;
    registry::PeerRegistry& registry;
    observe::MetricRegistry& metrics;
    observe::Log log;
    const wire::SenderRecovery& recovery = wire::curveRecovery();
};

} // namespace waymark::discv4::engine
