#include "discv4/Svg.h"

#include <iomanip>
#include <sstream>

namespace waymark::bench
{

namespace
{

std::string number(double value)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << value;
    return text.str();
}

std::string attribute(std::string_view name, double value)
{
    return ' ' + std::string(name) + "=\"" + number(value) + '"';
}

std::string attribute(std::string_view name, std::string_view value)
{
    return ' ' + std::string(name) + "=\"" + std::string(value) + '"';
}

std::string escaped(std::string_view words)
{
    std::string text;
    for (const char letter : words) {
        if (letter == '&')
            text += "&amp;";
        else if (letter == '<')
            text += "&lt;";
        else if (letter == '>')
            text += "&gt;";
        else
            text += letter;
    }
    return text;
}

std::string_view nameOf(Svg::Anchor anchor)
{
    switch (anchor) {
    case Svg::Anchor::start:
        return "start";
    case Svg::Anchor::middle:
        return "middle";
    case Svg::Anchor::end:
        break;
    }
    return "end";
}

} // namespace

void Svg::rectangle(double x, double y, double width, double height, std::string_view colour)
{
    _shapes += "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) +
               attribute("height", height) + attribute("fill", colour) + "/>\n";
}

void Svg::line(double fromX, double fromY, double toX, double toY, std::string_view colour, double width)
{
    _shapes += "<line" + attribute("x1", fromX) + attribute("y1", fromY) + attribute("x2", toX) +
               attribute("y2", toY) + attribute("stroke", colour) + attribute("stroke-width", width) + "/>\n";
}

void Svg::circle(double x, double y, double radius, std::string_view colour)
{
    _shapes += "<circle" + attribute("cx", x) + attribute("cy", y) + attribute("r", radius) +
               attribute("fill", colour) + "/>\n";
}

void Svg::text(double x, double y, std::string_view words, const Style& style)
{
    _shapes += "<text" + attribute("x", x) + attribute("y", y) + attribute("font-size", style.size) +
               attribute("text-anchor", nameOf(style.anchor)) + attribute("fill", style.colour) +
               (style.isBold ? attribute("font-weight", "bold") : "") + '>' + escaped(words) + "</text>\n";
}

std::string Svg::document(double width, double height) const
{
    return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) +
           attribute("height", height) + " viewBox=\"0 0 " + number(width) + ' ' + number(height) +
           "\" font-family=\"DejaVu Sans, Arial, sans-serif\">\n<rect width=\"100%\" height=\"100%\" "
           "fill=\"white\"/>\n" +
           _shapes + "</svg>\n";
}

} // namespace waymark::bench
