#pragma once

#include <array>
#include <cstddef>
#include <streambuf>

namespace waymark::app
{

/// Stands behind std::cout while it lives and knows why something could not be written. When whoever reads a
/// pipe has closed it, as head(1) does when it has enough, the process ends by SIGPIPE as other programs do,
/// unless that is ignored; Poco keeps the signal blocked for the sake of its sockets, so nobody else would.
class StandardOutput final : public std::streambuf
{
public:
    StandardOutput();
    StandardOutput(const StandardOutput&) = delete;
    StandardOutput& operator=(const StandardOutput&) = delete;
    ~StandardOutput() override;

    /// The errno of the first write that failed; 0: none.
    int fault() const noexcept { return _fault; }

protected:
    int_type overflow(int_type letter) override;
    std::streamsize xsputn(const char* text, std::streamsize size) override;
    int sync() override;

private:
    bool drain();
    bool put(const char* text, std::size_t size);

    std::array<char, 65536> _buffer{}; ///< not used on a terminal, where somebody waits
    const bool _isTerminal;
    std::streambuf* _before;
    int _fault = 0;
};

} // namespace waymark::app
