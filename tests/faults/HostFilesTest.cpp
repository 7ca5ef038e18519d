#include "host/identity/FileNodeStore.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/base/Random.h>
#include <waymark/node/KeyFile.h>
#include <waymark/testkit/TemporaryFolder.h>
#include <waymark/testkit/TestKeys.h>
#include <waymark/testkit/fault/FaultInjector.h>

#include <cppunit/extensions/HelperMacros.h>

#include <functional>
#include <optional>

namespace waymark::testkit::fault
{

/// The host's own files on a disk that fails: whole or as before, and kept once it was said so.
class HostFilesTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(HostFilesTest);
    CPPUNIT_TEST(aCutLeavesAWholeKeyOrNone);
    CPPUNIT_TEST(aCutLeavesTheOldContentOrTheNew);
    CPPUNIT_TEST(aCutLeavesTheOldNodesOrTheNew);
    CPPUNIT_TEST(aLyingDiskIsFoundOut);
    CPPUNIT_TEST(aKeyThatCannotBeWrittenIsAnError);
    CPPUNIT_TEST(contentThatCannotBeWrittenLeavesTheOld);
    CPPUNIT_TEST_SUITE_END();

    /// Where a test writes and what it finds after a cut.
    struct Place
    {
        FaultInjector& disk;
        std::filesystem::path folder;
    };
    /// Writes; true when it was told that all is kept.
    using Write = std::function<bool(const Place&)>;
    /// Looks after the cut; `kept` is what Write told.
    using Look = std::function<void(const Place&, bool kept)>;

    static void seedNothing(const Place& /*place*/) {}

    /// Cuts the power during each single change that `write` makes, strictly and torn, and once after all.
    static int cutEverywhere(const std::function<void(const Place&)>& prepare, const Write& write,
                             const Look& look, bool lies = false)
    {
        int cuts = 0;
        constexpr std::uint64_t strict = 0;
        constexpr std::uint64_t seeds = 8;
        for (std::uint64_t seed = strict; seed <= seeds; ++seed) {
            bool finished = false;
            for (std::uint64_t changes = 0; !finished; ++changes) {
                const TemporaryFolder folder;
                FaultInjector disk(folder.path());
                const Place place{disk, folder.path()};
                prepare(place);
                if (lies)
                    disk.ignoreSyncs();
                seed == strict ? disk.cutAfter(changes) : disk.cutTornAfter(changes, seed * 1000 + changes);
                const bool kept = write(place);
                finished = !disk.isCut();
                disk.cut();
                disk.powerOn();
                look(place, kept);
                ++cuts;
            }
        }
        CPPUNIT_ASSERT(cuts > 40);
        return cuts;
    }

    static bool writeContent(const Place& place, const std::string& text)
    {
        return writeFileAtomically(place.folder / "sub" / "file", text, place.disk.files()).has_value();
    }
    static std::string readContent(const Place& place)
    {
        const auto found = readSmallFile(place.folder / "sub" / "file", 10'000, place.disk.files());
        if (!found)
            CPPUNIT_ASSERT_MESSAGE(found.error().message, found.error().code == ErrorCode::notFound);
        return found ? *found : "";
    }

    void aCutLeavesAWholeKeyOrNone()
    {
        const auto file = [](const Place& place) {
            return place.folder / "state" / "deep" / "node.key";
        };
        std::optional<node::PublicKey> made;
        cutEverywhere(
            seedNothing,
            [&](const Place& place) {
                SystemRandom random;
                const auto key = node::readOrCreateKeyFile(file(place), random, place.disk.files());
                made = key ? std::optional(key->publicKey()) : std::nullopt;
                return key.has_value();
            },
            [&](const Place& place, bool kept) {
                const auto found = node::readKeyFile(file(place), place.disk.files());
                if (!found)
                    CPPUNIT_ASSERT_MESSAGE(found.error().message, found.error().code == ErrorCode::notFound);
                if (kept) {
                    CPPUNIT_ASSERT_MESSAGE("a key that was used is lost", found.has_value());
                    CPPUNIT_ASSERT(found->publicKey() == *made);
                }
            });
    }

    void aCutLeavesTheOldContentOrTheNew()
    {
        const std::string before(3000, 'o');
        const std::string after(2000, 'n');
        cutEverywhere([&](const Place& place) { CPPUNIT_ASSERT(writeContent(place, before)); },
                      [&](const Place& place) { return writeContent(place, after); },
                      [&](const Place& place, bool kept) {
                          const std::string found = readContent(place);
                          CPPUNIT_ASSERT(found == after || (!kept && found == before));
                      });
        cutEverywhere(
            seedNothing, [&](const Place& place) { return writeContent(place, after); },
            [&](const Place& place, bool kept) {
                const std::string found = readContent(place);
                CPPUNIT_ASSERT(found == after || (!kept && found.empty()));
            });
    }

    static std::vector<node::StoredNode> nodes(std::uint64_t count)
    {
        std::vector<node::StoredNode> all;
        for (std::uint64_t i = 0; i < count; ++i)
            all.push_back({testKey(i + 1).publicKey(),
                           {node::IpAddress::parse("127.0.0.1").value(), 30303, 30303},
                           WallTime(std::chrono::seconds(1'600'000'000))});
        return all;
    }

    void aCutLeavesTheOldNodesOrTheNew()
    {
        const auto old = nodes(3);
        const auto fresh = nodes(20);
        const auto store = [](const Place& place) {
            return host::FileNodeStore(place.folder / "nodes", place.disk.files());
        };
        cutEverywhere([&](const Place& place) { CPPUNIT_ASSERT(store(place).save(old)); },
                      [&](const Place& place) { return store(place).save(fresh).has_value(); },
                      [&](const Place& place, bool kept) {
                          const auto found = store(place).load();
                          CPPUNIT_ASSERT_MESSAGE(found ? "" : found.error().message, found.has_value());
                          CPPUNIT_ASSERT(found->size() == fresh.size() ||
                                         (!kept && found->size() == old.size()));
                      });
    }

    /// The check above is worth something: it fails when nothing is synced.
    void aLyingDiskIsFoundOut()
    {
        int lost = 0;
        const int cuts = cutEverywhere(
            seedNothing, [](const Place& place) { return writeContent(place, "content"); },
            [&](const Place& place, bool kept) { lost += kept && readContent(place) != "content" ? 1 : 0; },
            true);
        CPPUNIT_ASSERT_MESSAGE(std::to_string(cuts), lost >= 9);
    }

    void refusesKey(FaultInjector& disk, const std::filesystem::path& file, const std::string& words)
    {
        SystemRandom random;
        const auto key = node::readOrCreateKeyFile(file, random, disk.files());
        CPPUNIT_ASSERT(!key.has_value());
        CPPUNIT_ASSERT_MESSAGE(key.error().message,
                               key.error().message.find(words) != std::string::npos &&
                                   key.error().message.find(file.string()) != std::string::npos);
        disk.mend();
        CPPUNIT_ASSERT_MESSAGE("half a key is left", !std::filesystem::exists(file));
    }

    void aKeyThatCannotBeWrittenIsAnError()
    {
        const TemporaryFolder folder;
        FaultInjector disk(folder.path());
        const auto file = folder.path() / "node.key";
        disk.fillDisk(10);
        refusesKey(disk, file, "No space left on device");
        disk.fail(Operation::write, 1);
        refusesKey(disk, file, "Input/output error");
        disk.fail(Operation::sync, 1);
        refusesKey(disk, file, "cannot be synced");
        disk.makeReadOnly();
        refusesKey(disk, file, "Read-only file system");
        disk.fail(Operation::read, 1);
        refusesKey(disk, file, "cannot be opened");
        CPPUNIT_ASSERT_EQUAL(
            0L, static_cast<long>(std::distance(std::filesystem::directory_iterator(folder.path()),
                                                std::filesystem::directory_iterator())));
        SystemRandom random;
        CPPUNIT_ASSERT(node::readOrCreateKeyFile(file, random, disk.files()).has_value());
    }

    void contentThatCannotBeWrittenLeavesTheOld()
    {
        const TemporaryFolder folder;
        FaultInjector disk(folder.path());
        const Place place{disk, folder.path()};
        CPPUNIT_ASSERT(writeContent(place, "old"));
        const auto keepsOld = [&](const std::string& words) {
            const auto written =
                writeFileAtomically(folder.path() / "sub" / "file", "something new", disk.files());
            CPPUNIT_ASSERT(!written.has_value());
            CPPUNIT_ASSERT_MESSAGE(written.error().message,
                                   written.error().message.find(words) != std::string::npos);
            disk.mend();
            CPPUNIT_ASSERT_EQUAL(std::string("old"), readContent(place));
            CPPUNIT_ASSERT_EQUAL(1L, static_cast<long>(std::distance(
                                         std::filesystem::directory_iterator(folder.path() / "sub"),
                                         std::filesystem::directory_iterator())));
        };
        disk.fillDisk(3);
        keepsOld("No space left on device");
        disk.fail(Operation::write, 1);
        keepsOld("Input/output error");
        disk.fail(Operation::sync, 1);
        keepsOld("Input/output error");
        disk.makeReadOnly();
        keepsOld("Read-only file system");
        CPPUNIT_ASSERT(writeContent(place, "something new"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostFilesTest);

} // namespace waymark::testkit::fault
