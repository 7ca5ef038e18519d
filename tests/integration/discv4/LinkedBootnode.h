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
    explicit LinkedBootnode(testkit::Properties properties = {}, net::Resolver* names = nullptr)
        : Bootnode(options(std::move(properties), names))
    {
    }

    const node::PublicKey& key() const { return local().key(); }

private:
    static testkit::BootnodeOptions options(testkit::Properties properties, net::Resolver* names)
    {
        properties.insert({{"waymark.plugins", "registry-memory, discv4"}, {"http-api.listen", ""}});
        testkit::BootnodeOptions made;
        made.properties = std::move(properties);
        made.names = names;
        made.linkedPlugins = {waymark_static_plugin_registry_memory(), waymark_static_plugin_discv4()};
        return made;
    }
};

} // namespace waymark::discv4::testing
