#include "DocumentedDefaults.h"

#include "base/Text.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace waymark::integration
{

namespace
{

/// The cells of a row of a table.
std::vector<std::string> cellsOf(std::string_view line)
{
    std::vector<std::string> cells;
    std::size_t begin = 1;
    for (std::size_t bar = line.find('|', begin); bar != std::string_view::npos;
         bar = line.find('|', begin)) {
        cells.emplace_back(text::trimmed(line.substr(begin, bar - begin)));
        begin = bar + 1;
    }
    return cells;
}

/// What stands between back quotes, or the whole word where nothing does.
std::vector<std::string> codesOf(const std::string& cell)
{
    std::vector<std::string> codes;
    for (std::size_t open = cell.find('`'); open != std::string::npos;) {
        const std::size_t close = cell.find('`', open + 1);
        if (close == std::string::npos)
            throw std::runtime_error("a back quote is open in: " + cell);
        codes.push_back(cell.substr(open + 1, close - open - 1));
        open = cell.find('`', close + 1);
    }
    return codes.empty() ? std::vector{cell} : codes;
}

/// "-burst" after "discv4.answer-rate" is "discv4.answer-burst".
std::string completed(const std::string& key, const std::string& before)
{
    return key.starts_with('-') ? before.substr(0, before.rfind('-')) + key : key;
}

} // namespace

std::map<std::string, std::string> documentedDefaults(std::string_view markdown)
{
    std::map<std::string, std::string> documented;
    bool inTable = false;
    for (std::size_t begin = 0; begin < markdown.size();) {
        const std::size_t end = std::min(markdown.find('\n', begin), markdown.size());
        const std::string_view line = markdown.substr(begin, end - begin);
        begin = end + 1;
        const auto cells = line.starts_with('|') ? cellsOf(line) : std::vector<std::string>();
        if (cells.size() < 3) {
            inTable = false;
        } else if (cells[0] == "key" && cells[1] == "default") {
            inTable = true;
        } else if (inTable && cells[0].starts_with('`')) {
            const auto keys = codesOf(cells[0]);
            const auto values = codesOf(cells[1]);
            if (keys.size() != values.size())
                throw std::runtime_error("keys and defaults differ in number: " + std::string(line));
            std::string key;
            for (std::size_t i = 0; i < keys.size(); ++i) {
                key = completed(keys[i], key);
                documented.insert_or_assign(key, values[i]);
            }
        }
    }
    return documented;
}

std::string contentOf(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        throw std::runtime_error("cannot read " + file.string());
    return content;
}

} // namespace waymark::integration
