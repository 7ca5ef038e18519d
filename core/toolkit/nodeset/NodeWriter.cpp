#include "nodeset/NodeWriter.h"

#include "nodeset/Csv.h"

#include <waymark/toolkit/nodeset/NodesJson.h>

#include <ostream>

namespace waymark::toolkit::nodeset
{

namespace
{

class NodesJson final : public NodeWriter
{
public:
    explicit NodesJson(std::ostream& out) : _writer(out) {}
    bool add(const Entry& entry) override
    {
        _writer.add(entry);
        return true;
    }
    void end() override { _writer.end(); }

private:
    NodesJsonWriter _writer;
};

class StaticNodes final : public NodeWriter
{
public:
    explicit StaticNodes(std::ostream& out) noexcept : _out(out) {}
    bool add(const Entry& entry) override
    {
        const auto url = entry.url();
        if (url)
            _out << (_any ? ",\n  \"" : "[\n  \"") << url->toString() << '"';
        _any = _any || url.has_value();
        return url.has_value();
    }
    void end() override { _out << (_any ? "\n]\n" : "[]\n"); }

private:
    std::ostream& _out;
    bool _any = false;
};

class List final : public NodeWriter
{
public:
    explicit List(std::ostream& out) noexcept : _out(out) {}
    bool add(const Entry& entry) override
    {
        _out << entry.text() << '\n';
        return true;
    }
    void end() override {}

private:
    std::ostream& _out;
};

class Urls final : public NodeWriter
{
public:
    explicit Urls(std::ostream& out) noexcept : _out(out) {}
    bool add(const Entry& entry) override
    {
        const auto url = entry.url();
        if (url)
            _out << url->toString() << '\n';
        return url.has_value();
    }
    void end() override {}

private:
    std::ostream& _out;
};

class Records final : public NodeWriter
{
public:
    explicit Records(std::ostream& out) noexcept : _out(out) {}
    bool add(const Entry& entry) override
    {
        if (entry.isSigned())
            _out << entry.text() << '\n';
        return entry.isSigned();
    }
    void end() override {}

private:
    std::ostream& _out;
};

class Table final : public NodeWriter
{
public:
    explicit Table(std::ostream& out) : _out(out) { _out << csvHeading << '\n'; }
    bool add(const Entry& entry) override
    {
        _out << csvRow(entry) << '\n';
        return true;
    }
    void end() override {}

private:
    std::ostream& _out;
};

} // namespace

std::unique_ptr<NodeWriter> NodeWriter::of(Format format, std::ostream& out)
{
    switch (format) {
    case Format::nodesJson:
        return std::make_unique<NodesJson>(out);
    case Format::staticNodes:
        return std::make_unique<StaticNodes>(out);
    case Format::list:
        return std::make_unique<List>(out);
    case Format::enodes:
        return std::make_unique<Urls>(out);
    case Format::enrs:
        return std::make_unique<Records>(out);
    case Format::csv:
        break;
    }
    return std::make_unique<Table>(out);
}

} // namespace waymark::toolkit::nodeset
