#include "HttpApiPlugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(waymark::httpapi::HttpApiPlugin, .name = "http-api", .version = "0.1.0",
                      .needs = {"peer-registry"}, .wants = {"discovery"},
                      .commands = {{"token new", "Make a bearer token for the HTTP API"},
                                   {"register", "Register a peer with a daemon by a proof of its key"},
                                   {"peers remove", "Take a peer's registration back by a proof of its key"},
                                   {"verify", "Check that a node has signed a document"}})
