#pragma once

#include <string>
#include <string_view>

namespace waymark::bench
{

/// Writes the few shapes that a plot is made of. Lengths are pixels, colours what CSS knows.
class Svg
{
public:
    enum class Anchor
    {
        start,
        middle,
        end
    };
    struct Style
    {
        double size = 12;
        Anchor anchor = Anchor::start;
        bool isBold = false;
        std::string_view colour = "#222222";
    };

    void rectangle(double x, double y, double width, double height, std::string_view colour);
    void line(double fromX, double fromY, double toX, double toY, std::string_view colour, double width = 1);
    void circle(double x, double y, double radius, std::string_view colour);
    void text(double x, double y, std::string_view words, const Style& style);

    /// The whole document, on white.
    std::string document(double width, double height) const;

private:
    std::string _shapes;
};

} // namespace waymark::bench
