#include "SnapshotFormat.h"

#include "Snapshot.h"

#include <waymark/base/TextFile.h>

#include <utility>

namespace waymark::registry
{

namespace
{

/// Writes a snapshot row by row.
class SnapshotSink final : public StoreSink
{
public:
    explicit SnapshotSink(TextWriter writer) : _writer(std::move(writer)) {}

    Result<void> begin(const StoreHead& head) override
    {
        return _writer.write(_encoder.begin(head.revision));
    }
    Result<void> take(std::vector<StoredRow> rows) override
    {
        for (const StoredRow& row : rows)
            if (auto written = _writer.write(_encoder.row(row)); !written)
                return written;
        return {};
    }
    Result<void> end() override
    {
        auto written = _writer.write(_encoder.end());
        return written ? _writer.end() : written;
    }

private:
    TextWriter _writer;
    SnapshotEncoder _encoder;
};

/// Collects rows until they make a batch.
class Batches
{
public:
    explicit Batches(StoreSink& sink) : _sink(sink) {}

    Result<void> add(StoredRow row)
    {
        _rows.push_back(std::move(row));
        return _rows.size() < StoreFormat::batch ? Result<void>() : give();
    }
    Result<void> give() { return _rows.empty() ? Result<void>() : _sink.take(std::exchange(_rows, {})); }

private:
    StoreSink& _sink;
    std::vector<StoredRow> _rows;
};

/// The row of a line, and, with the second line, the head.
Result<void> takeLine(SnapshotDecoder& decoder, std::string_view line, Batches& batches, StoreSink& sink)
{
    const bool hadRevision = decoder.hasRevision();
    auto row = decoder.take(line);
    if (!row)
        return failure(std::move(row.error()));
    if (*row)
        return batches.add(std::move(**row));
    return decoder.hasRevision() && !hadRevision ? sink.begin({decoder.revision(), std::nullopt})
                                                 : Result<void>();
}

} // namespace

Result<bool> SnapshotFormat::recognises(const std::filesystem::path& file) const
{
    auto reader = TextReader::open(file);
    if (!reader)
        return failure(reader.error());
    const auto line = reader->next();
    if (!line && line.error().code == ErrorCode::io)
        return failure(line.error());
    return line && *line && (*line)->starts_with("waymark-registry-snapshot ");
}

Result<void> SnapshotFormat::read(const std::filesystem::path& file, StoreSink& sink) const
{
    auto reader = TextReader::open(file);
    if (!reader)
        return failure(reader.error());
    SnapshotDecoder decoder;
    Batches batches(sink);
    for (;;) {
        const auto line = reader->next();
        const bool isCut = !line && line.error().code == ErrorCode::truncated;
        if (!line && !isCut)
            return failure(line.error().code == ErrorCode::tooLarge
                               ? Error(ErrorCode::corrupt, line.error().message)
                               : line.error());
        if (isCut || !*line) {
            auto given = decoder.finish(isCut).and_then([&] { return batches.give(); });
            return given ? sink.end() : given;
        }
        if (auto taken = takeLine(decoder, **line, batches, sink); !taken)
            return taken;
    }
}

Result<std::unique_ptr<StoreSink>> SnapshotFormat::create(const std::filesystem::path& file) const
{
    auto writer = TextWriter::create(file);
    if (!writer)
        return failure(writer.error());
    return std::make_unique<SnapshotSink>(std::move(*writer));
}

std::optional<std::filesystem::path> SnapshotFormat::fileIn(const plugin::ConfigView& config) const
{
    return config.findPath("snapshot");
}

} // namespace waymark::registry
