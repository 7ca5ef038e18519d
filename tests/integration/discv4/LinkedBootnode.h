#pragma once

#include <waymark/plugin/Export.h>
#include <waymark/testkit/Bootnode.h>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_discv4();
extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_memory();

namespace waymark::discv4::testing
{

/// A whole bootnode without HTTP, with the plugins that are linked into the test.
class LinkedBootnode : public testkit::Bootnode
{
public:
    explicit LinkedBootnode(testkit::Properties properties = {}) : Bootnode(options(std::move(properties))) {}

    const node::PublicKey& key() const { return local().key(); }

private:
    static testkit::BootnodeOptions options(testkit::Properties properties)
    {
        properties.insert({{"waymark.plugins", "registry-memory, discv4"}, {"http-api.listen", ""}});
        testkit::BootnodeOptions made;
        made.properties = std::move(properties);
        made.linkedPlugins = {waymark_static_plugin_registry_memory(), waymark_static_plugin_discv4()};
        return made;
    }
};

} // namespace waymark::discv4::testing
