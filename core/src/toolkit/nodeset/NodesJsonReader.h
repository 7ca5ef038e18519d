#pragma once

#include <waymark/toolkit/nodeset/NodesJson.h>

#include <Poco/JSON/Handler.h>

#include <cstddef>
#include <optional>
#include <string>

namespace waymark::toolkit::nodeset
{

/// Takes the tokens of a nodes.json and gives out what they say, entry by entry. Throws
/// Poco::DataFormatException when the document is no object.
class NodesJsonReader final : public Poco::JSON::Handler
{
public:
    NodesJsonReader(const EntrySink& entry, const DamageSink& damage) noexcept
        : _entry(entry), _damage(damage)
    {
    }

    /// Entries that have begun so far.
    std::size_t count() const noexcept { return _count; }

    void reset() override;
    void startObject() override;
    void endObject() override;
    void startArray() override;
    void endArray() override;
    void key(const std::string& name) override;
    void null() override;
    void value(int number) override;
    void value(unsigned number) override;
    void value(Poco::Int64 number) override;
    void value(Poco::UInt64 number) override;
    void value(const std::string& text) override;
    void value(double number) override;
    void value(bool boolean) override;

private:
    /// What is being read: a member of an entry stands at the depth of two.
    static constexpr std::size_t members = 2;

    void scalar();
    void score(std::optional<std::uint64_t> number);
    void time(const std::string& text, std::optional<WallTime>& target);
    void finish();
    void wrong(std::string what);

    const EntrySink& _entry;
    const DamageSink& _damage;
    std::size_t _depth = 0;
    std::size_t _count = 0;
    std::string _id;   ///< the key of the entry
    std::string _name; ///< of its member
    std::string _record;
    Entry::History _history;
    std::string _wrong; ///< the first thing that is
};

} // namespace waymark::toolkit::nodeset
