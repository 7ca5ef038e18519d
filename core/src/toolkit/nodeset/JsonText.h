#pragma once

#include <array>
#include <istream>
#include <streambuf>
#include <string>

namespace waymark::toolkit::nodeset
{

/// Passes over the mark U+FEFF that some editors begin a text with.
void skipByteOrderMark(std::istream& in);

/// A JSON text as Poco's parser may be given it: that parser lets numbers of more than 64 bits wrap around,
/// or refuses the document for them. Here a number that is no whole one of 64 bits becomes one half, which a
/// handler gets as a double; everything else is passed on as it is. Without a byte order mark.
class JsonText final : public std::streambuf
{
public:
    /// `in` outlives it. What cannot be read is thrown, as streams have it.
    explicit JsonText(std::istream& in);

protected:
    int_type underflow() override;

private:
    void take(char character);
    void endNumber();

    std::streambuf& _in;
    std::array<char, 4096> _chunk{};
    std::string _text; ///< to be given out
    std::string _number;
    bool _isInString = false;
    bool _isEscaped = false;
};

} // namespace waymark::toolkit::nodeset
