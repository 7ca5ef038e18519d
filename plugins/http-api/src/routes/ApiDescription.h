#pragma once

#include <waymark/http/RouteTable.h>

#include <string>
#include <string_view>

namespace waymark::httpapi
{

/// docs/openapi.yaml: the routes of this plugin, and the schemas of all.
std::string_view ownDescription() noexcept;

/// The description of every route of the table: those that `own` does not have are put behind its paths, with
/// what they say of themselves.
std::string describeApi(std::string_view own, const http::RouteTable& routes);

/// True when the document describes this operation.
bool isDescribed(std::string_view document, std::string_view method, std::string_view pattern);

} // namespace waymark::httpapi
