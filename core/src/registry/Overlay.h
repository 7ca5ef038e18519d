#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace waymark::registry
{

/// Changed values over a map that stays as it is, with a way back.
template <class Key, class Value>
class Overlay
{
public:
    /// The changed value, or nullptr when this key was not touched.
    const Value* find(const Key& key) const noexcept
    {
        const auto found = _values.find(key);
        return found == _values.end() ? nullptr : &found->second;
    }

    void set(const Key& key, Value value)
    {
        const auto [place, fresh] = _values.try_emplace(key);
        _undo.emplace_back(key, fresh ? std::nullopt : std::optional<Value>(std::move(place->second)));
        place->second = std::move(value);
    }

    /// Everything set so far stays.
    void keep() noexcept { _undo.clear(); }

    /// Everything set since keep() is undone.
    void undo()
    {
        while (!_undo.empty()) {
            auto& [key, before] = _undo.back();
            if (before)
                _values[key] = std::move(*before);
            else
                _values.erase(key);
            _undo.pop_back();
        }
    }

    const std::map<Key, Value>& values() const noexcept { return _values; }

private:
    std::map<Key, Value> _values;
    std::vector<std::pair<Key, std::optional<Value>>> _undo;
};

} // namespace waymark::registry
