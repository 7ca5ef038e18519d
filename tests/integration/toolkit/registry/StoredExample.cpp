#include "StoredExample.h"

#include "stores/PortableFormat.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/Process.h>

#include <cppunit/TestAssert.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <sstream>

namespace waymark::toolkit::stores
{

using namespace waymark::registry;
namespace fs = std::filesystem;

namespace
{

std::vector<StoredRow> exampleRows(std::size_t more)
{
    Peer labelled = contract::testPeerWithEnr(1, 12);
    labelled.addresses.push_back({Transport::quic, "2001:db8::5", 443});
    labelled.labels = {{"name", "größe"}, {"namespace", "a\"b\\c"}};
    const Peer named{node::PeerId::parse("addr:host").value(),
                     {{Transport::tcp, "host.example", 1}},
                     std::nullopt,
                     {{"namespace", "prod"}}};
    Peer bare = contract::testPeer(3);
    bare.addresses.clear();
    constexpr std::uint64_t widest = std::numeric_limits<std::uint64_t>::max();
    const Lease later{
        std::chrono::hours(1), {}, WallTime(std::chrono::hours(1'000'000) + Duration(123'456'789))};
    const Lease before{Duration(1'500'000'001), {}, WallTime(std::chrono::hours(400'000) + Duration(1))};
    std::vector<StoredRow> rows{
        ClaimRow{"api", std::make_shared<const Peer>(labelled), widest, later},
        ClaimRow{"file:a", std::make_shared<const Peer>(contract::testPeer(1)), std::nullopt, before},
        ClaimRow{"api", std::make_shared<const Peer>(named), std::nullopt, {}},
        ClaimRow{"api", std::make_shared<const Peer>(bare), 7, {}}};
    for (std::size_t i = 0; i < more; ++i) {
        Peer peer = named;
        peer.id = node::PeerId::parse("addr:host-" + std::to_string(i)).value();
        rows.emplace_back(
            ClaimRow{"file:b", std::make_shared<const Peer>(std::move(peer)), std::nullopt, {}});
    }
    rows.emplace_back(TombstoneRow{contract::testId(4), "api", widest, 1,
                                   WallTime(std::chrono::hours(400'000) + Duration(7))});
    rows.emplace_back(
        TombstoneRow{contract::testId(5), "file:a", 3, 9, WallTime(std::chrono::hours(400'001))});
    return rows;
}

} // namespace

std::string StoredExample::lines(std::size_t more)
{
    std::ostringstream text;
    const auto sink = writePortable(TextWriter::to(text, "a text"));
    CPPUNIT_ASSERT(sink->begin({{0x9e3779b97f4a7c15, 17}, std::nullopt}));
    CPPUNIT_ASSERT(sink->take(exampleRows(more)));
    CPPUNIT_ASSERT(sink->end());
    return text.str();
}

std::string StoredExample::write(const std::string& name, const std::string& content) const
{
    return _folder.write(name, content).string();
}

std::string StoredExample::read(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string StoredExample::store(const std::string& format, const std::string& name, std::size_t more) const
{
    const std::string in = write(name + ".in", lines(more));
    did({"import", "--to", format, "--in", in, path(name)});
    fs::remove(in);
    return path(name);
}

std::vector<std::string> StoredExample::names() const
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(_folder.path()))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

std::pair<std::string, int> StoredExample::run(std::vector<std::string> words)
{
    words.insert(words.begin(), "registry");
    testkit::Process process(waymark, words);
    const auto code = process.waitForExit();
    CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
    return {process.output(), *code};
}

std::string StoredExample::did(std::vector<std::string> words)
{
    auto [output, code] = run(std::move(words));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(output, 0, code);
    return std::move(output);
}

std::pair<std::string, int> StoredExample::shell(const std::string& command)
{
    testkit::Process process("/bin/bash", {"-c", command}, {{"WAYMARK", waymark}});
    const auto code = process.waitForExit();
    CPPUNIT_ASSERT_MESSAGE(process.output(), code.has_value());
    return {process.output(), *code};
}

void StoredExample::assertContains(const std::string& text, const std::string& part)
{
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is missing in: " + text, text.find(part) != std::string::npos);
}

} // namespace waymark::toolkit::stores
