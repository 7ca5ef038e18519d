#include "nodeset/Csv.h"

#include "node/Text.h"

#include <waymark/toolkit/nodeset/NodesJson.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace waymark::toolkit::nodeset
{

namespace
{

Result<std::optional<WallTime>> timeOf(const std::string& column, const std::string& text)
{
    if (text.empty())
        return std::nullopt;
    const auto time = fromTimestamp(text);
    if (!time)
        return failure(ErrorCode::corrupt, column + " is no time: " + node::quoted(text));
    return time;
}

Result<void> readScore(const std::string& text, Entry& entry)
{
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, entry.history.score);
    if (error != std::errc() || rest != end)
        return failure(ErrorCode::corrupt, "score is no whole number from 0: " + node::quoted(text));
    return {};
}

Result<void> readField(const std::string& column, const std::string& text, Entry& entry)
{
    if (column == "node_id" && text != toHex(entry.id()))
        return failure(ErrorCode::corrupt, "its record is that of " + toHex(entry.id()));
    if (column == "score")
        return readScore(text, entry);
    const auto assign = [&](std::optional<WallTime>& target) {
        return timeOf(column, text).map([&](const std::optional<WallTime>& time) { target = time; });
    };
    if (column == "first_response")
        return assign(entry.history.firstResponse);
    if (column == "last_response")
        return assign(entry.history.lastResponse);
    if (column == "last_check")
        return assign(entry.history.lastCheck);
    return {};
}

std::string endpointFields(const std::optional<node::NodeEndpoint>& where)
{
    const auto port = [](std::uint16_t number) {
        return number == 0 ? std::string() : std::to_string(number);
    };
    return where ? where->ip.toString() + ',' + port(where->tcp) + ',' + port(where->udp) : ",,";
}

std::string timeField(const std::optional<WallTime>& time)
{
    return time ? toTimestamp(*time) : "";
}

} // namespace

std::optional<std::vector<std::string>> splitCsv(std::string_view line)
{
    std::vector<std::string> fields;
    std::size_t place = 0;
    while (true) {
        std::string field;
        if (place < line.size() && line[place] == '"') {
            ++place;
            for (;; ++place) {
                if (place >= line.size())
                    return std::nullopt;
                if (line[place] == '"' && (place + 1 == line.size() || line[place + 1] != '"'))
                    break;
                place += line[place] == '"' ? 1U : 0U;
                field += line[place];
            }
            ++place;
            if (place < line.size() && line[place] != ',')
                return std::nullopt;
        } else {
            const std::size_t end = std::min(line.find(',', place), line.size());
            field = line.substr(place, end - place);
            place = end;
        }
        fields.push_back(std::move(field));
        if (place == line.size())
            return fields;
        ++place;
    }
}

std::optional<CsvRows> CsvRows::under(std::string_view heading)
{
    auto columns = splitCsv(heading);
    if (!columns || std::ranges::find(*columns, "record") == columns->end())
        return std::nullopt;
    CsvRows rows;
    rows._columns = std::move(*columns);
    return rows;
}

Result<Entry> CsvRows::read(std::string_view line) const
{
    const auto fields = splitCsv(line);
    if (!fields)
        return failure(ErrorCode::corrupt, "a quote is not closed, or text stands behind one");
    if (fields->size() != _columns.size())
        return failure(ErrorCode::corrupt, "it has " + std::to_string(fields->size()) +
                                               " fields, and the heading " + std::to_string(_columns.size()));
    const auto record = std::ranges::find(_columns, "record") - _columns.begin();
    auto entry = Entry::parse((*fields)[static_cast<std::size_t>(record)]);
    for (std::size_t i = 0; entry && i < _columns.size(); ++i) {
        if ((*fields)[i].empty())
            continue;
        if (const auto taken = readField(_columns[i], (*fields)[i], *entry); !taken)
            return failure(taken.error());
    }
    return entry;
}

std::string csvRow(const Entry& entry)
{
    const auto fork = entry.forkId();
    const auto& history = entry.history;
    return toHex(entry.id()) + ',' + std::to_string(entry.seq()) + ',' +
           endpointFields(entry.endpoint(node::IpFamily::v4)) + ',' +
           endpointFields(entry.endpoint(node::IpFamily::v6)) + ',' + (fork ? fork->toString() : "") + ',' +
           std::to_string(history.score) + ',' + timeField(history.firstResponse) + ',' +
           timeField(history.lastResponse) + ',' + timeField(history.lastCheck) + ',' + entry.text();
}

} // namespace waymark::toolkit::nodeset
