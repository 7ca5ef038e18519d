#pragma once

#include <waymark/base/Result.h>

#include <string>
#include <string_view>

namespace waymark::app
{

/// The name of a plugin that is to be written: what a manifest allows, and besides what a class, a target of
/// CMake and a package of Debian can be called after.
class PluginName
{
public:
    /// invalidArgument says what a name is, or whose it is already.
    static Result<PluginName> parse(std::string_view text);

    /// "registry-plain"
    const std::string& text() const noexcept { return _text; }
    /// "registry_plain", for namespaces and metrics.
    std::string lower() const;
    /// "REGISTRY_PLAIN", for options of CMake.
    std::string upper() const;
    /// "RegistryPlain", for classes.
    std::string camel() const;

private:
    explicit PluginName(std::string text) : _text(std::move(text)) {}

    std::string _text;
};

} // namespace waymark::app
