#include "HttpApiPlugin.h"

#include <waymark/plugin/Export.h>

WAYMARK_EXPORT_PLUGIN(waymark::httpapi::HttpApiPlugin, .name = "http-api", .version = "0.1.0",
                      .needs = {"peer-registry"}, .wants = {"discovery"},
                      .commands = {{"status", "Say whether a daemon is well, and what it is"},
                                   {"peers list", "List the registered peers"},
                                   {"peers get", "Show one registered peer"},
                                   {"peers add", "Register peers for others"},
                                   {"peers remove", "Take a peer's registration back"},
                                   {"peers watch", "Follow the changes of the registered peers"},
                                   {"register", "Keep a peer registered by a proof of its key"},
                                   {"verify", "Check that a node has signed a document"},
                                   {"token new", "Make a bearer token for the HTTP API"}})
