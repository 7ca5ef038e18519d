#pragma once

#include "nodeset/Format.h"

#include <waymark/toolkit/nodeset/Entry.h>

#include <iosfwd>
#include <memory>

namespace waymark::toolkit::nodeset
{

/// Writes nodes in a format, one by one.
class NodeWriter
{
public:
    /// `out` outlives it.
    static std::unique_ptr<NodeWriter> of(Format format, std::ostream& out);

    NodeWriter() = default;
    NodeWriter(const NodeWriter&) = delete;
    NodeWriter& operator=(const NodeWriter&) = delete;
    virtual ~NodeWriter() = default;

    /// Whether the format can say it: a list of URLs has no place for a node without an address, nor one of
    /// records for a node without a record. Such a node is left out.
    virtual bool add(const Entry& entry) = 0;
    /// After the last one, once.
    virtual void end() = 0;
};

} // namespace waymark::toolkit::nodeset
