#include "discv4/Plot.h"

#include "discv4/Svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace waymark::bench
{

namespace
{

constexpr double width = 960, left = 230, right = 110, top = 70, bar = 14, gap = 10, panelGap = 66;
constexpr double plotWidth = width - left - right;
constexpr const char *grid = "#dddddd", *quiet = "#666666", *ceilingColour = "#c0392b";
/// By the place of a number of peers, or of a worker.
constexpr std::array colours{"#2c7fb8", "#7fcdbb", "#41ab5d", "#fdae61", "#9e9ac8", "#bdbdbd"};

std::string seriesOf(const Row& row)
{
    return grouped(static_cast<double>(row.peers)) + " peers, " + std::to_string(row.workers) +
           (row.workers == 1 ? " worker" : " workers");
}

/// Names in the order in which they come first.
template <class Name>
std::vector<std::string> namesOf(const std::vector<const Row*>& rows, Name&& name)
{
    std::vector<std::string> names;
    for (const Row* const row : rows)
        if (const std::string each = name(*row); std::ranges::find(names, each) == names.end())
            names.push_back(each);
    return names;
}

/// 1, 2 or 5 times a power of ten, about a fifth of the axis.
double stepFor(double most)
{
    const double power = std::pow(10, std::floor(std::log10(most / 5)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (power * factor * 5 >= most)
            return power * factor;
    return power * 10;
}

class Drawing
{
public:
    explicit Drawing(const Results& results) : _results(results)
    {
        _svg.text(20, 30, "Waymark discv4: what one second of a processor gives",
                  {18, Svg::Anchor::start, true});
        _svg.text(20, 50, results.machine, {12, Svg::Anchor::start, false, quiet});
    }

    std::string draw()
    {
        legend();
        bars("requests", "Requests answered for a second of the daemon's processor time",
             "red line: recovering and signing alone");
        bars("garbage", "Packets of floods taken in for a second of the daemon's processor time", "");
        latencies();
        return _svg.document(width, _y);
    }

private:
    std::vector<const Row*> rowsOf(std::string_view panel) const
    {
        std::vector<const Row*> rows;
        for (const Row& row : _results.rows)
            if (row.panel == panel)
                rows.push_back(&row);
        return rows;
    }

    std::size_t numberOf(const Row& row) const
    {
        const auto found = std::ranges::find(_series, seriesOf(row));
        return static_cast<std::size_t>(found - _series.begin());
    }

    const char* colourOf(const Row& row) const { return colours[numberOf(row) % colours.size()]; }

    void legend()
    {
        std::vector<const Row*> all;
        for (const Row& row : _results.rows)
            all.push_back(&row);
        _series = namesOf(all, seriesOf);
        constexpr std::size_t inLine = 4;
        constexpr double each = 230, lineHeight = 20;
        for (std::size_t i = 0; i < _series.size(); ++i) {
            const double x = 20 + static_cast<double>(i % inLine) * each;
            const std::size_t line = i / inLine;
            const double y = _y + static_cast<double>(line) * lineHeight;
            _svg.rectangle(x, y, bar - 2, bar - 2, colours[i % colours.size()]);
            _svg.text(x + bar + 2, y + bar - 3, _series[i], {11});
        }
        const std::size_t lines = (_series.size() + inLine - 1) / inLine;
        _y += static_cast<double>(lines) * lineHeight + 20;
    }

    void heading(std::string_view title, std::string_view note, std::string_view colour)
    {
        _svg.text(20, _y, title, {14, Svg::Anchor::start, true});
        _svg.text(width - 20, _y, note, {11, Svg::Anchor::end, false, colour});
        _y += 14;
    }

    void bars(std::string_view panel, std::string_view title, std::string_view note)
    {
        const auto rows = rowsOf(panel);
        if (rows.empty())
            return;
        heading(title, note, ceilingColour);
        double most = 0;
        for (const Row* const row : rows)
            for (const double us : {row->processorUs, row->curveUs})
                most = us > 0 ? std::max(most, 1e6 / us) : most;
        const double step = stepFor(most);
        const double scale = plotWidth / (std::ceil(most / step) * step);
        const double axisTop = _y;
        const std::size_t axisAt = reserve(rows.size(), namesOf(rows, nameOf).size());
        for (double value = 0; value * scale <= plotWidth + 1; value += step) {
            _svg.line(left + value * scale, axisTop, left + value * scale,
                      axisTop + static_cast<double>(axisAt), grid);
            _svg.text(left + value * scale, axisTop + static_cast<double>(axisAt) + 14, grouped(value),
                      {10, Svg::Anchor::middle, false, quiet});
        }
        for (const std::string& name : namesOf(rows, nameOf)) {
            _y += gap;
            _svg.text(left - 10, _y + bar - 3, name, {12, Svg::Anchor::end});
            for (const Row* const row : rows)
                if (row->what == name)
                    drawBar(*row, scale);
        }
        _y += panelGap;
    }

    static std::string nameOf(const Row& row) { return row.what; }

    /// Height of a panel.
    static std::size_t reserve(std::size_t bars, std::size_t names)
    {
        return static_cast<std::size_t>(static_cast<double>(bars) * bar + static_cast<double>(names) * gap +
                                        gap);
    }

    void drawBar(const Row& row, double scale)
    {
        const double value = row.processorUs > 0 ? 1e6 / row.processorUs : 0;
        _svg.rectangle(left, _y, value * scale, bar - 2, colourOf(row));
        if (row.curveUs > 0) {
            const double at = left + 1e6 / row.curveUs * scale;
            _svg.line(at, _y - 1, at, _y + bar - 1, ceilingColour, 2);
            _svg.text(width - right + 15, _y + bar - 4,
                      grouped(value) + "  " + grouped(row.ratio() * 100) + " %", {10});
        } else {
            _svg.text(left + value * scale + 5, _y + bar - 4, grouped(value), {10});
        }
        _y += bar;
    }

    void latencies()
    {
        const auto rows = rowsOf("latency");
        if (rows.empty())
            return;
        heading("Latency in milliseconds, logarithmic", "small dot: median, dot: p99, ring: p99.9", quiet);
        constexpr double least = 0.01, most = 1'000;
        const double decade = plotWidth / std::log10(most / least);
        const auto at = [&](double ms) {
            return left + std::log10(std::clamp(ms, least, most) / least) * decade;
        };
        const double height = static_cast<double>(reserve(rows.size(), namesOf(rows, nameOf).size()));
        for (double ms = least; ms <= most * 1.01; ms *= 10) {
            _svg.line(at(ms), _y, at(ms), _y + height, grid);
            _svg.text(at(ms), _y + height + 14,
                      grouped(ms, ms < 0.1 ? 2
                                  : ms < 1 ? 1
                                           : 0),
                      {10, Svg::Anchor::middle, false, quiet});
        }
        for (const std::string& name : namesOf(rows, nameOf)) {
            _y += gap;
            _svg.text(left - 10, _y + bar - 3, name, {12, Svg::Anchor::end});
            for (const Row* const row : rows)
                if (row->what == name && row->latency) {
                    drawLatency(*row, at(row->latency->p50), at(row->latency->p99), at(row->latency->p999));
                    _y += bar;
                }
        }
        _y += panelGap;
    }

    void drawLatency(const Row& row, double p50, double p99, double p999)
    {
        const double middle = _y + bar / 2 - 1;
        _svg.line(p50, middle, p999, middle, colourOf(row), 2);
        _svg.circle(p50, middle, 3, colourOf(row));
        _svg.circle(p99, middle, 5, colourOf(row));
        _svg.circle(p999, middle, 6, colourOf(row));
        _svg.circle(p999, middle, 3, "white");
        _svg.text(p999 + 12, _y + bar - 3, "p99 " + grouped(row.latency->p99, 2) + " ms", {10});
    }

    const Results& _results;
    Svg _svg;
    std::vector<std::string> _series;
    double _y = top;
};

} // namespace

void writePlot(const Results& results, const std::string& file)
{
    std::ofstream out(file, std::ios::trunc);
    out << Drawing(results).draw();
    out.close();
    if (!out)
        throw std::runtime_error(file + ": cannot be written");
}

} // namespace waymark::bench
