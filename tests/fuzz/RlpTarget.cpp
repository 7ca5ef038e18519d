#include "Fuzzing.h"

#include <waymark/node/Rlp.h>

#include <algorithm>

/// RLP: what is accepted is in the one canonical form, so writing what was read gives the same bytes.
namespace waymark::fuzz
{

namespace
{

using node::rlp::Kind;
using node::rlp::Reader;
using node::rlp::Writer;

template <class T>
bool accepted(const Result<T>& result)
{
    if (!result)
        requireOneLine(result.error().message);
    return result.has_value();
}

/// Every way to read one item; those that fail must leave the position where it was.
void tryAllReads(const Reader& reader)
{
    const auto stays = [&](auto read) {
        Reader copy = reader;
        const bool moved = accepted(read(copy));
        require(moved == (copy.rest().size() != reader.rest().size()), "a failed read moves nothing");
    };
    stays([](Reader& copy) { return copy.string(); });
    stays([](Reader& copy) { return copy.integer(); });
    stays([](Reader& copy) { return copy.paddedInteger(2); });
    stays([](Reader& copy) { return copy.list(); });
    stays([](Reader& copy) { return copy.raw(); });
    stays([](Reader& copy) { return copy.skip(); });
    FixedBytes<4> four{};
    stays([&](Reader& copy) { return copy.fixed(four); });
}

/// Copies items until one is broken; false then.
bool copyItems(Reader reader, Writer& writer, int depth)
{
    constexpr int deepest = 200;
    while (!reader.atEnd()) {
        tryAllReads(reader);
        const auto kind = reader.peek();
        if (!accepted(kind))
            return false;
        if (*kind == Kind::string) {
            const auto number = Reader(reader).integer();
            const auto content = reader.string();
            if (!accepted(content))
                return false;
            if (number)
                writer.integer(*number);
            else
                writer.string(*content);
            continue;
        }
        const auto whole = Reader(reader).raw();
        auto inner = reader.list();
        if (!accepted(inner))
            return false;
        if (depth == deepest) {
            writer.raw(*whole);
            continue;
        }
        const auto mark = writer.beginList();
        if (!copyItems(*inner, writer, depth + 1))
            return false;
        writer.endList(mark);
    }
    return true;
}

} // namespace

void run(ByteView input)
{
    Bytes copy;
    Writer writer(copy);
    if (copyItems(Reader(input), writer, 0))
        require(std::ranges::equal(copy, input), "what was read is written as it was");
}

std::vector<Seed> seeds()
{
    std::vector<Seed> all;
    const auto add = [&](const char* name, std::string_view hex) {
        all.push_back({name, fromHex(hex).value()});
    };
    add("empty-string", "80");
    add("single-byte", "7f");
    add("cat-dog", "c88363617483646f67");
    add("nested", "c7c0c1c0c3c0c1c0");
    add("integers", "8204007f80820050");
    add("long-form-of-short", "b801aa");
    add("leading-zero-length", "b90001aa");
    add("huge-length", "bfffffffffffffffff");
    add("huge-list", "ffffffffffffffffff00");
    Bytes lengthy{0xb8, 0x38};
    lengthy.resize(58, 0x61);
    all.push_back({"long-string", lengthy});
    Bytes list{0xf8, 0x3a};
    list.insert(list.end(), lengthy.begin(), lengthy.end());
    all.push_back({"long-list", list});
    return all;
}

} // namespace waymark::fuzz
