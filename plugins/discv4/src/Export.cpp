#include "Discv4Plugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(waymark::discv4::Discv4Plugin, .name = "discv4", .version = "0.1.0",
                      .provides = {"discovery"}, .needs = {"peer-registry"},
                      .commands = {{"ping", "Ask a discv4 node for a sign of life: enode URL or ENR"},
                                   {"decode", "Explain packets field by field: hex digits or a capture"},
                                   {"probe", "Try a discv4 server against the rules of the protocol"}})
