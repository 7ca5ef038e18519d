#pragma once

#include <waymark/contract/PluginRegistry.h>
#include <waymark/plugin/Export.h>

#include <memory>
#include <string>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_sqlite();

namespace waymark::registry
{

inline std::unique_ptr<plugin::Plugin> makeSqlitePlugin()
{
    return std::unique_ptr<plugin::Plugin>(waymark_static_plugin_registry_sqlite()->create());
}

/// SQL that makes of a file one that the version before claims had numbers would have written.
inline const std::string backToSchema2 =
    "CREATE TABLE keyed (scheme INTEGER NOT NULL, peer BLOB NOT NULL, origin TEXT NOT NULL,"
    " addresses TEXT NOT NULL, labels TEXT, enr BLOB, enr_seq INTEGER, ttl INTEGER, expiry INTEGER,"
    " PRIMARY KEY (peer, origin, scheme));"
    "INSERT INTO keyed SELECT scheme, peer, origin, addresses, labels, enr, enr_seq, ttl, expiry"
    " FROM claims ORDER BY number;"
    "DROP TABLE claims; ALTER TABLE keyed RENAME TO claims; PRAGMA user_version = 2;";

} // namespace waymark::registry
