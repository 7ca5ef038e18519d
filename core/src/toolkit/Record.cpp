#include "base/Columns.h"

#include <waymark/toolkit/Record.h>
#include <waymark/toolkit/Style.h>

#include <algorithm>
#include <ostream>
#include <utility>

namespace waymark::toolkit
{

Record& Record::add(std::string field, std::string heading, Cell value)
{
    _fields.push_back({std::move(field), std::move(heading), std::move(value), std::nullopt});
    return *this;
}

Record& Record::add(std::string field, std::string heading, Cell value, Cell meaning)
{
    _fields.push_back({std::move(field), std::move(heading), std::move(value), std::move(meaning)});
    return *this;
}

Cell Record::cell() const
{
    std::vector<std::pair<std::string, Cell>> members;
    for (const Field& field : _fields)
        members.emplace_back(field.name, field.value);
    return Cell::object(members);
}

void Record::print(const plugin::CommandContext& context, const plugin::CommandValues& values) const
{
    if (values.has("json")) {
        context.out << cell().json() << '\n' << std::flush;
        return;
    }
    std::size_t width = 0;
    for (const Field& field : _fields)
        width = std::max(width, text::columnsOf(field.heading));
    for (const Field& field : _fields) {
        if (field.heading.empty())
            continue;
        const std::string gap(width - text::columnsOf(field.heading) + 2, ' ');
        context.out << Style(context).strong(field.heading) << (context.terminal ? gap : "\t")
                    << field.value.shown();
        if (field.meaning && context.terminal)
            context.out << "  (" << field.meaning->shown() << ')';
        else if (field.meaning)
            context.out << '\t' << field.meaning->shown();
        context.out << '\n';
    }
    context.out.flush();
}

} // namespace waymark::toolkit
