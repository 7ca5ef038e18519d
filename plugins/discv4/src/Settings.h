#pragma once

#include "Bootnode.h"
#include "engine/Access.h"
#include "engine/ForkFilter.h"
#include "engine/Parameters.h"
#include "io/Ingress.h"
#include "trace/TraceFile.h"
#include "wire/Message.h"

#include <waymark/base/Result.h>
#include <waymark/net/UdpTransport.h>
#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>

#include <optional>
#include <string_view>
#include <vector>

namespace waymark::discv4
{

/// The keys of the plugin.
const plugin::ConfigSchema& settingsSchema();

/// What the keys say.
struct Settings
{
    std::vector<net::UdpOptions> sockets; ///< at most one for each address family
    engine::Parameters parameters;
    io::IngressRates rates;
    engine::AccessRules access;
    engine::ForkFilter forkFilter;
    std::vector<Bootnode> bootnodes;
    Duration saveInterval{};
    Duration probeInterval{};
    std::optional<trace::TraceOptions> trace{}; ///< nothing: no capture

    static Settings from(const plugin::ConfigView& config);
};

} // namespace waymark::discv4
