#pragma once

#include <waymark/base/Clock.h>
#include <waymark/node/Endpoint.h>
#include <waymark/node/IpNetwork.h>
#include <waymark/plugin/ConfigSchema.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::plugin
{

/// The checked values of one plugin's keys (without prefix). Values passed their option's checks before a
/// plugin sees them, so the functions do not fail on what a user wrote; asking for a key that the schema
/// does not have, or as another type, is a defect: std::logic_error. An immutable value, cheap to copy.
///
/// A function without "find" needs a key with a default or a required one.
class ConfigView
{
public:
    /// For tests and tools: the values of one plugin, checked against its schema. All problems in one error.
    static Result<ConfigView> make(const ConfigSchema& schema,
                                   const std::map<std::string, std::string>& values,
                                   const std::filesystem::path& stateDirectory);

    bool boolean(std::string_view key) const;
    std::int64_t integer(std::string_view key) const;
    Duration duration(std::string_view key) const;
    std::uint64_t size(std::string_view key) const;
    const std::string& text(std::string_view key) const;
    std::filesystem::path path(std::string_view key) const;
    node::Endpoint endpoint(std::string_view key) const;
    std::vector<node::IpNetwork> cidrs(std::string_view key) const;
    std::vector<std::string> list(std::string_view key) const;
    /// The entries of a table, without its prefix.
    std::map<std::string, std::string> table(std::string_view key) const;

    /// The raw text of any key, or nothing when it is absent and has no default.
    std::optional<std::string> findText(std::string_view key) const;
    std::optional<std::filesystem::path> findPath(std::string_view key) const;
    /// True when the key has one of its extra words instead of a value of its type.
    bool isWord(std::string_view key, std::string_view word) const;

    /// waymark.state-dir, absolute. It may not exist yet; whoever writes creates it.
    const std::filesystem::path& stateDirectory() const;

    /// Reports that values do not fit together. The host collects all reports of all plugins, shows them with
    /// file and line, and refuses to start or to reload.
    void reject(std::string_view key, std::string message) const;
    /// What was rejected so far: key and message.
    std::vector<std::pair<std::string, std::string>> rejections() const;

private:
    friend class ConfigViewFactory;
    struct State;
    explicit ConfigView(std::shared_ptr<State> state) : _state(std::move(state)) {}
    std::shared_ptr<State> _state;
};

} // namespace waymark::plugin
