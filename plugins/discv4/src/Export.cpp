#include "Discv4Plugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(waymark::discv4::Discv4Plugin, .name = "discv4", .version = "0.1.0",
                      .provides = {"discovery"}, .needs = {"peer-registry"},
                      .commands = {
                          {"ping", "Ask a discv4 node for signs of life, and time them"},
                          {"findnode", "Ask a discv4 node for the nodes nearest to a target"},
                          {"enr-request", "Ask a discv4 node for its record (ENR)"},
                          {"resolve", "Find the newest record of a node and where it answers"},
                          {"listen", "Be a node of the network, and print whom it meets"},
                          {"crawl", "Visit all nodes of the network, and keep those that answer"},
                          {"decode", "Explain packets field by field: hex digits or a capture"},
                          {"probe", "Try a discv4 server against the rules of the protocol"},
                          {"load", "Put a discv4 node under load, and tell its latencies"},
                      })
