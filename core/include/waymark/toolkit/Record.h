#pragma once

#include <waymark/plugin/Command.h>
#include <waymark/plugin/CommandValues.h>
#include <waymark/toolkit/Cell.h>

#include <optional>
#include <string>
#include <vector>

namespace waymark::toolkit
{

/// One thing and what is known of it: a JSON object with --json, else a line for each field, "heading  value"
/// on a terminal and with a tab between where nobody looks. Values are never cut.
class Record
{
public:
    /// `heading` empty: only JSON has it. Fields keep their order.
    Record& add(std::string field, std::string heading, Cell value);
    /// In one word for both, as "seq".
    Record& add(const std::string& field, Cell value) { return add(field, field, std::move(value)); }
    /// With what it means, for people: in a third column, and behind the value on a terminal.
    Record& add(std::string field, std::string heading, Cell value, Cell meaning);
    /// Left out where there is nothing to say.
    template <class Value>
    Record& addIf(std::string field, std::string heading, const std::optional<Value>& value)
    {
        return value ? add(std::move(field), std::move(heading), Cell(*value)) : *this;
    }

    void print(const plugin::CommandContext& context, const plugin::CommandValues& values) const;
    /// As a member of something greater.
    Cell cell() const;

private:
    struct Field
    {
        std::string name;
        std::string heading;
        Cell value;
        std::optional<Cell> meaning;
    };
    std::vector<Field> _fields;
};

} // namespace waymark::toolkit
