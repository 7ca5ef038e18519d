#include "Snapshot.h"

#include <waymark/contract/PluginRegistry.h>
#include <waymark/contract/RegistryFixtures.h>
#include <waymark/plugin/Export.h>
#include <waymark/registry/RegistryState.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <sys/stat.h>

extern "C" const waymark::plugin::StaticPlugin* waymark_static_plugin_registry_memory();

namespace waymark::registry
{

using contract::apply;
using contract::drop;
using contract::originsOf;
using contract::outcomeOf;
using contract::PluginRun;
using contract::put;
using contract::putFor;
using contract::testId;
using contract::testPeer;
using contract::testPeerWithEnr;
using plugin::ExitCode;

/// The file that registry-memory keeps its peers in, where it is told to.
class SnapshotTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(SnapshotTest);
    CPPUNIT_TEST(readsBackWhatItWrote);
    CPPUNIT_TEST(keepsEverythingOverARestart);
    CPPUNIT_TEST(writesNothingWithoutAFile);
    CPPUNIT_TEST(isReadableByItsOwnerAlone);
    CPPUNIT_TEST(refusesEveryTruncation);
    CPPUNIT_TEST(refusesEveryChangedByte);
    CPPUNIT_TEST(refusesWhatIsNoSnapshot);
    CPPUNIT_TEST(refusesALaterVersion);
    CPPUNIT_TEST(refusesRowsThatContradictEachOther);
    CPPUNIT_TEST(tellsTheLineOfABadRowAmongThousands);
    CPPUNIT_TEST(damageIsCalledDamageWhateverItLooksLike);
    CPPUNIT_TEST(refusesAFileThatCannotBeRead);
    CPPUNIT_TEST(refusesAPlaceWhereNoneCanBeWritten);
    CPPUNIT_TEST(aStartThatFailsLeavesTheFile);
    CPPUNIT_TEST(anIntervalNeedsAFile);
    CPPUNIT_TEST(oneDaemonUsesIt);
    CPPUNIT_TEST(theEpochMayBeMissing);
    CPPUNIT_TEST_SUITE_END();

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::filesystem::path _file;

public:
    void setUp() override
    {
        _folder = std::make_unique<testkit::TemporaryFolder>();
        _file = _folder->path() / "deep" / "peers.snapshot";
    }

private:
    std::unique_ptr<PluginRun> prepare(const PluginRun::Values& values) const
    {
        return std::make_unique<PluginRun>(
            std::unique_ptr<plugin::Plugin>(waymark_static_plugin_registry_memory()->create()), values,
            _folder->path());
    }
    std::unique_ptr<PluginRun> start() const
    {
        auto run = prepare({{"snapshot", _file.string()}});
        run->start();
        return run;
    }
    static PeerRegistry& registryOf(const std::unique_ptr<PluginRun>& run)
    {
        return *run->service<PeerRegistry>();
    }
    std::string content() const
    {
        std::ifstream in(_file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& text) const
    {
        std::filesystem::create_directories(_file.parent_path());
        std::ofstream(_file, std::ios::binary | std::ios::trunc) << text;
    }

    /// Rows of every kind, with everything that they may have.
    static std::vector<StoredRow> someRows()
    {
        Peer labelled = testPeerWithEnr(1, 12);
        labelled.addresses.push_back({Transport::quic, "2001:db8::5", 443});
        labelled.labels = {{"name", "größe"}, {"namespace", "a\"b\\c"}};
        const Peer named{node::PeerId::parse("addr:host").value(),
                         {{Transport::tcp, "host.example", 1}},
                         std::nullopt,
                         {}};
        Peer bare = testPeer(3);
        bare.addresses.clear();
        constexpr std::uint64_t widest = std::numeric_limits<std::uint64_t>::max();
        const Lease lease{std::chrono::hours(1), {}, WallTime(std::chrono::hours(500'000))};
        return {ClaimRow{"api", std::make_shared<const Peer>(labelled), widest, lease},
                ClaimRow{"file:a", std::make_shared<const Peer>(testPeer(1)), std::nullopt},
                ClaimRow{"api", std::make_shared<const Peer>(named), std::nullopt},
                ClaimRow{"api", std::make_shared<const Peer>(bare), 7},
                TombstoneRow{testId(4), "api", widest, 1, WallTime(std::chrono::hours(400'000))},
                TombstoneRow{testId(5), "file:a", 3, 9}};
    }

    void refuses(ExitCode code, const std::string& words) const
    {
        const std::string before = content();
        try {
            start();
        } catch (const plugin::StartError& error) {
            const std::string message = error.what();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(message, static_cast<int>(code), static_cast<int>(error.code()));
            CPPUNIT_ASSERT_MESSAGE(message, message.find(words) != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(message, message.find(_file.string()) != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(message, message.find('\n') == std::string::npos);
            CPPUNIT_ASSERT_EQUAL(before, content());
            return;
        }
        CPPUNIT_FAIL("it started; it should have said: " + words);
    }

    void readsBackWhatItWrote()
    {
        const auto rows = someRows();
        const std::string text = encodeSnapshot({7, 17}, rows);
        const auto back = decodeSnapshot(text);
        CPPUNIT_ASSERT_MESSAGE(back ? "" : back.error().message, back.has_value());
        CPPUNIT_ASSERT((back->revision == Revision{7, 17}));
        CPPUNIT_ASSERT_EQUAL(rows.size(), back->rows.size());
        CPPUNIT_ASSERT_EQUAL(text, encodeSnapshot({7, 17}, back->rows));
        const auto& claim = std::get<ClaimRow>(back->rows.front());
        CPPUNIT_ASSERT(*claim.peer == *std::get<ClaimRow>(rows.front()).peer);
        CPPUNIT_ASSERT(claim.enrSeq == std::numeric_limits<std::uint64_t>::max());
        CPPUNIT_ASSERT(claim.lease == std::get<ClaimRow>(rows.front()).lease);
        CPPUNIT_ASSERT(std::get<TombstoneRow>(back->rows[4]).buried ==
                       std::get<TombstoneRow>(rows[4]).buried);
        CPPUNIT_ASSERT(decodeSnapshot(encodeSnapshot({}, {}))->rows.empty());
    }

    void keepsEverythingOverARestart()
    {
        Revision before;
        {
            const auto run = start();
            CPPUNIT_ASSERT(apply(registryOf(run), {put(testPeerWithEnr(1, 5)), put(testPeer(1), "file:a"),
                                                   putFor(std::chrono::hours(1), testPeer(2)),
                                                   put(testPeerWithEnr(3, 8)), drop(3)})
                               .has_value());
            before = registryOf(run).revision();
        }
        const auto run = start();
        PeerRegistry& registry = registryOf(run);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, registry.size());
        CPPUNIT_ASSERT(registry.find(testId(1)) == testPeerWithEnr(1, 5));
        CPPUNIT_ASSERT((originsOf(registry, testId(1)) == std::vector<std::string>{"api", "file:a"}));
        CPPUNIT_ASSERT(registry.claims(testId(1)).front().lease.isForever());
        CPPUNIT_ASSERT(registry.claims(testId(2)).front().lease.ttl == std::chrono::hours(1));
        CPPUNIT_ASSERT_EQUAL(before.number, registry.revision().number);
        CPPUNIT_ASSERT(before.epoch != registry.revision().epoch);
        CPPUNIT_ASSERT(outcomeOf(registry, put(testPeerWithEnr(3, 7))) == Outcome::stale);
    }

    void writesNothingWithoutAFile()
    {
        {
            const auto run = prepare({});
            run->start();
            outcomeOf(registryOf(run), put(testPeer(1)));
        }
        CPPUNIT_ASSERT(std::filesystem::is_empty(_folder->path()));
    }

    void isReadableByItsOwnerAlone()
    {
        start();
        struct stat status = {};
        CPPUNIT_ASSERT_EQUAL(0, ::stat(_file.c_str(), &status));
        CPPUNIT_ASSERT_EQUAL(0600U, status.st_mode & 0777U);
    }

    void refusesEveryTruncation()
    {
        const std::string text = encodeSnapshot({7, 17}, someRows());
        for (std::size_t size = 0; size < text.size(); ++size) {
            const auto back = decodeSnapshot(std::string_view(text).substr(0, size));
            CPPUNIT_ASSERT_MESSAGE(std::to_string(size),
                                   !back.has_value() && back.error().code == ErrorCode::corrupt);
        }
        write(text.substr(0, text.size() / 2));
        refuses(ExitCode::corruptData, "");
        write(text.substr(0, text.rfind("end ")));
        refuses(ExitCode::corruptData, "it is truncated");
        write(text + "x");
        refuses(ExitCode::corruptData, "it goes on after its end");
        write("");
        refuses(ExitCode::corruptData, "it is no snapshot");
    }

    void refusesEveryChangedByte()
    {
        const std::string text = encodeSnapshot({7, 17}, someRows());
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::string changed = text;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            CPPUNIT_ASSERT_MESSAGE(std::to_string(at), !decodeSnapshot(changed).has_value());
        }
        std::string moved = text;
        moved.replace(moved.find("10.0.0.1"), 8, "10.0.0.2");
        write(moved);
        refuses(ExitCode::corruptData, "do not match the count and the checksum");
    }

    void refusesWhatIsNoSnapshot()
    {
        write("[{\"id\": 1}]\n");
        refuses(ExitCode::corruptData, "is no snapshot of a registry");
        write(std::string(100'000, '\0'));
        refuses(ExitCode::corruptData, "is no snapshot of a registry");
    }

    void refusesALaterVersion()
    {
        write("waymark-registry-snapshot 2\nwhatever\n");
        refuses(ExitCode::configuration, "is a snapshot of version 2, this Waymark reads 1");
    }

    void refusesRowsThatContradictEachOther()
    {
        auto rows = someRows();
        rows.push_back(rows.front());
        write(encodeSnapshot({7, 1}, rows));
        refuses(ExitCode::corruptData, "claims it twice");
    }

    /// The same but for a row, with a right end.
    static std::string withRow(std::vector<StoredRow> rows, std::size_t at, const std::string& from,
                               const std::string& to)
    {
        const std::string text = encodeSnapshot({7, 1}, rows);
        std::size_t begin = 0;
        constexpr std::size_t linesBefore = 2; // title and revision
        for (std::size_t line = 0; line < at + linesBefore; ++line)
            begin = text.find('\n', begin) + 1;
        std::string changed = text;
        changed.replace(changed.find(from, begin), from.size(), to);
        return changed;
    }

    void tellsTheLineOfABadRowAmongThousands()
    {
        constexpr std::size_t many = 9'000; // several threads have some thousand each
        std::vector<StoredRow> rows;
        for (std::uint64_t i = 0; i < many; ++i)
            rows.emplace_back(ClaimRow{"api", std::make_shared<const Peer>(testPeer(i + 1)), std::nullopt});
        write(encodeSnapshot({7, 1}, rows));
        {
            const auto run = start();
            CPPUNIT_ASSERT_EQUAL(many, registryOf(run).size());
            run->stop();
        }
        const auto again = rows;
        rows.push_back(rows[100]);
        write(encodeSnapshot({7, 1}, rows));
        refuses(ExitCode::corruptData, "claims it twice");
        for (const std::size_t at : {std::size_t{5'000}, many - 1}) {
            Peer bad = testPeer(at + 1);
            bad.labels = {{std::string(10'000, 'x'), "too long a name"}};
            auto changed = again;
            changed[at] = ClaimRow{"api", std::make_shared<const Peer>(bad), std::nullopt};
            write(encodeSnapshot({7, 1}, changed));
            refuses(ExitCode::corruptData, "line " + std::to_string(at + 3));
        }
    }

    void damageIsCalledDamageWhateverItLooksLike()
    {
        const auto rows = someRows();
        // A row that nobody could have written, in a file whose checksum is not its own.
        write(withRow(rows, 0, R"("ttl":")", R"("ttl":"-)"));
        refuses(ExitCode::corruptData, "do not match the count and the checksum");
    }

    void refusesAFileThatCannotBeRead()
    {
        std::filesystem::create_directories(_file);
        try {
            start();
        } catch (const plugin::StartError& error) {
            CPPUNIT_ASSERT(error.code() == ExitCode::configuration);
            CPPUNIT_ASSERT(std::string(error.what()).find(_file.string()) != std::string::npos);
            CPPUNIT_ASSERT(std::filesystem::is_empty(_file));
            return;
        }
        CPPUNIT_FAIL("it started with a folder for a snapshot");
    }

    void refusesAPlaceWhereNoneCanBeWritten()
    {
        // Root may write anywhere, but not below a file.
        std::filesystem::remove_all(_file.parent_path());
        std::ofstream(_file.parent_path()).close();
        refuses(ExitCode::configuration, "a folder that the daemon's user may write to");
        std::filesystem::remove(_file.parent_path());
        start();
        for (const auto& entry : std::filesystem::directory_iterator(_file.parent_path()))
            CPPUNIT_ASSERT(!entry.path().filename().string().starts_with('.'));
    }

    void aStartThatFailsLeavesTheFile()
    {
        write("[]");
        const auto run = prepare({{"snapshot", _file.string()}});
        CPPUNIT_ASSERT_THROW(run->start(), plugin::StartError);
        run->stop();
        CPPUNIT_ASSERT_EQUAL(std::string("[]"), content());
    }

    void anIntervalNeedsAFile()
    {
        CPPUNIT_ASSERT_THROW(prepare({{"snapshot-interval", "1m"}}), std::invalid_argument);
    }

    void oneDaemonUsesIt()
    {
        auto first = start();
        refuses(ExitCode::lockedDatabase, "is locked by another daemon (process ");
        first.reset();
        CPPUNIT_ASSERT(start() != nullptr);
    }

    /// As files have it that were written before it was kept.
    void theEpochMayBeMissing()
    {
        const std::string start = "waymark-registry-snapshot 1\nrevision 17\n";
        const std::string end = "end 0 " + toHex(node::keccak256(asBytes(start))) + '\n';
        const auto snapshot = decodeSnapshot(start + end);
        CPPUNIT_ASSERT(snapshot.has_value());
        CPPUNIT_ASSERT((snapshot->revision == Revision{0, 17}));
        CPPUNIT_ASSERT(!decodeSnapshot("waymark-registry-snapshot 1\nrevision 17 zz\n" + end));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SnapshotTest);

} // namespace waymark::registry
