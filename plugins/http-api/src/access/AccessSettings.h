#pragma once

#include "access/Access.h"

#include <waymark/base/FileSystem.h>
#include <waymark/base/Result.h>
#include <waymark/plugin/ConfigSchema.h>
#include <waymark/plugin/ConfigView.h>

#include <memory>
#include <vector>

namespace waymark::httpapi
{

/// The keys that say who may do what.
std::vector<plugin::Option> accessOptions();

/// Rejects what would let strangers in whom nobody has invited, and what nobody could use. Pure.
void checkAccess(const plugin::ConfigView& config);

/// The rules of a configuration that was checked, with the tokens of its file.
Result<std::shared_ptr<const AccessRules>> readAccess(const plugin::ConfigView& config, FileSystem& files);

} // namespace waymark::httpapi
