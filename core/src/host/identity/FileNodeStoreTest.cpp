#include "host/identity/FileNodeStore.h"

#include <waymark/base/AtomicFile.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/extensions/HelperMacros.h>

namespace waymark::host
{

class FileNodeStoreTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FileNodeStoreTest);
    CPPUNIT_TEST(isEmptyAtFirst);
    CPPUNIT_TEST(givesBackWhatWasSavedLast);
    CPPUNIT_TEST(everyCutOffFileIsCorruptAndMended);
    CPPUNIT_TEST(everyFlippedByteIsNoticed);
    CPPUNIT_TEST(keepsTheNewestWhenThereAreTooMany);
    CPPUNIT_TEST(unwritableFolderIsAnError);
    CPPUNIT_TEST_SUITE_END();

    testkit::TemporaryFolder _folder;
    std::filesystem::path _file = _folder.path() / "state" / "nodes";

    static node::StoredNode node(int second)
    {
        static const node::PublicKey key = [] {
            SystemRandom random;
            return node::SecretKey::generate(random).publicKey();
        }();
        return {
            key, {node::IpAddress::v4(127, 0, 0, 1), 30303, 30304}, WallTime(std::chrono::seconds(second))};
    }

    void isEmptyAtFirst() { CPPUNIT_ASSERT(FileNodeStore(_file).load().value().empty()); }

    void givesBackWhatWasSavedLast()
    {
        FileNodeStore store(_file);
        node::StoredNode v6 = node(1);
        v6.endpoint.ip = node::IpAddress::parse("2001:db8::1").value();
        CPPUNIT_ASSERT(store.save({node(1)}));
        CPPUNIT_ASSERT(store.save({v6, node(2)}));
        CPPUNIT_ASSERT((FileNodeStore(_file).load().value() == std::vector<node::StoredNode>{v6, node(2)}));
        CPPUNIT_ASSERT(store.save({}));
        CPPUNIT_ASSERT(store.load().value().empty());
    }

    void everyCutOffFileIsCorruptAndMended()
    {
        FileNodeStore store(_file);
        CPPUNIT_ASSERT(store.save({node(1), node(2)}));
        const std::string whole = readSmallFile(_file, 10000).value();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CPPUNIT_ASSERT(writeFileAtomically(_file, whole.substr(0, size)));
            CPPUNIT_ASSERT(store.load().error().code == ErrorCode::corrupt);
        }
        CPPUNIT_ASSERT(store.save({node(3)}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, store.load().value().size());
    }

    void everyFlippedByteIsNoticed()
    {
        FileNodeStore store(_file);
        CPPUNIT_ASSERT(store.save({node(1)}));
        const std::string whole = readSmallFile(_file, 10000).value();
        for (std::size_t i = 0; i < whole.size(); ++i) {
            std::string flipped = whole;
            flipped[i] = static_cast<char>(flipped[i] ^ 1);
            CPPUNIT_ASSERT(writeFileAtomically(_file, flipped));
            CPPUNIT_ASSERT(!store.load());
        }
    }

    void keepsTheNewestWhenThereAreTooMany()
    {
        std::vector<node::StoredNode> nodes;
        for (int i = 0; i < static_cast<int>(FileNodeStore::maximumNodes) + 5; ++i)
            nodes.push_back(node(i));
        FileNodeStore store(_file);
        CPPUNIT_ASSERT(store.save(nodes));
        const std::string text = readSmallFile(_file, std::size_t{1} << 24).value();
        CPPUNIT_ASSERT(text.starts_with("waymark-nodes 1 10000\n"));
        CPPUNIT_ASSERT(text.find(" 30304 4000\n") == std::string::npos);
        CPPUNIT_ASSERT(text.find(" 30304 5000\n") != std::string::npos);
    }

    void unwritableFolderIsAnError()
    {
        CPPUNIT_ASSERT(writeFileAtomically(_folder.path() / "file", "x"));
        FileNodeStore store(_folder.path() / "file" / "nodes");
        CPPUNIT_ASSERT(store.save({}).error().code == ErrorCode::io);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FileNodeStoreTest);

} // namespace waymark::host
