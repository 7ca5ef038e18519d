#include "HttpApiPlugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(waymark::httpapi::HttpApiPlugin, .name = "http-api", .version = "0.1.0",
                      .needs = {"peer-registry"}, .wants = {"discovery"},
                      .commands = {{"token", "Make a bearer token for the HTTP API: token new --role ROLE"},
                                   {"register", "Register a peer with a daemon by a proof of its key"},
                                   {"peers", "Take a peer's registration back: peers remove --key FILE"},
                                   {"verify", "Check that a node has signed a document"}})
