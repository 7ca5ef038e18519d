#pragma once

#include "host/config/Configuration.h"

#include <iosfwd>

namespace waymark::host
{

/// The values in force and where each comes from, as valid properties; secrets are shown as ***.
void printEffective(const Configuration& configuration, std::ostream& out);

/// Every key with its help and default, commented out but for the required ones: those have the values in
/// force, so that the output is a configuration as it is. Secrets are shown as ***.
void printDefaults(const Configuration& configuration, std::ostream& out);

/// The reference of all keys as Markdown: what docs/configuration.md holds.
void printMarkdown(const Configuration& configuration, std::ostream& out);

/// A JSON schema (draft 2020-12) of an object with the full keys.
void printJsonSchema(const Configuration& configuration, std::ostream& out);

} // namespace waymark::host
