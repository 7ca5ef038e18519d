#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::bench
{

/// What one dump of callgrind says (its format: "Callgrind Format Specification" of the Valgrind manual),
/// written with --dump-line=no: instructions by function, and who was called how often.
class CallgrindProfile
{
public:
    struct Function
    {
        std::string object; ///< file name of the program or library, without its folder
        std::string name;
        std::uint64_t instructions = 0; ///< of its own, without those of what it calls
    };

    /// Throws std::runtime_error for what is no such dump.
    static CallgrindProfile parse(std::istream& in);

    /// What client request made the dump: the name given to it.
    const std::string& trigger() const noexcept { return _trigger; }

    std::uint64_t total() const noexcept { return _total; }
    /// Instructions in objects whose name begins with `prefix`.
    std::uint64_t in(std::string_view prefix) const;
    /// How often functions of this exact name were called, whoever called them. Versions of symbols, as in
    /// "name@@GLIBC_2.2.5", are no part of it.
    std::uint64_t calls(std::string_view function) const;
    /// The same for names that begin so.
    std::uint64_t callsBeginning(std::string_view prefix) const;
    /// The costliest first.
    const std::vector<Function>& functions() const noexcept { return _functions; }

private:
    std::string _trigger;
    std::uint64_t _total = 0;
    std::vector<Function> _functions;
    std::map<std::string, std::uint64_t, std::less<>> _calls;
};

} // namespace waymark::bench
