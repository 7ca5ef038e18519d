#pragma once

#include "SqliteFixture.h"

#include <waymark/contract/RegistryFixtures.h>
#include <waymark/testkit/TemporaryFolder.h>

#include <cppunit/TestAssert.h>
#include <cppunit/TestFixture.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sqlite3.h>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace waymark::registry
{

/// A database that can be damaged, and `waymark registry repair` for it.
class RepairFixture : public CppUnit::TestFixture
{
protected:
    using PluginRun = contract::PluginRun;

    static constexpr std::uint64_t peers = 1'500;
    static constexpr std::size_t pageSize = 4'096;

    std::unique_ptr<testkit::TemporaryFolder> _folder;
    std::filesystem::path _file;
    std::string _output;

public:
    void setUp() override
    {
        _folder = std::make_unique<testkit::TemporaryFolder>();
        _file = _folder->path() / "registry.db";
    }

protected:
    std::unique_ptr<PluginRun> start() const
    {
        auto run = std::make_unique<PluginRun>(makeSqlitePlugin(), PluginRun::Values{{"busy-timeout", "0ms"}},
                                               _folder->path());
        run->start();
        return run;
    }
    static PeerRegistry& registryOf(const std::unique_ptr<PluginRun>& run)
    {
        return *run->service<PeerRegistry>();
    }
    static void registerPeers(PeerRegistry& registry, std::uint64_t from, std::uint64_t to)
    {
        ChangeBatch batch;
        for (; from < to; ++from)
            batch.push_back(contract::put(contract::testPeer(from)));
        CPPUNIT_ASSERT(contract::apply(registry, batch).has_value());
    }
    void fill() const { registerPeers(registryOf(start()), 0, peers); }

    int repair(std::vector<std::string> words)
    {
        std::istringstream in;
        std::ostringstream out;
        const int code = makeSqlitePlugin()->command("repair")->run({std::move(words), in, out, out, false});
        _output = out.str();
        return code;
    }
    void repairs(const std::string& words)
    {
        const int code = repair({_file.string()});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(_output, 0, code);
        says(words);
    }
    void says(const std::string& words) const
    {
        CPPUNIT_ASSERT_MESSAGE("'" + words + "' is missing in: " + _output,
                               _output.find(words) != std::string::npos);
    }

    static std::string contentOf(const std::filesystem::path& file)
    {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void overwrite(std::size_t at, const std::string& bytes) const
    {
        std::fstream file(_file, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(at));
        file << bytes;
        CPPUNIT_ASSERT(file.good());
    }
    void zeroPage(std::size_t page) const { overwrite((page - 1) * pageSize, std::string(pageSize, '\0')); }

    std::int64_t ask(const std::string& sql) const
    {
        sqlite3* connection = nullptr;
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, ::sqlite3_open(_file.c_str(), &connection));
        std::int64_t answer = 0;
        ::sqlite3_exec(
            connection, sql.c_str(),
            [](void* into, int, char** values, char**) {
                *static_cast<std::int64_t*>(into) = std::atoll(values[0]);
                return 0;
            },
            &answer, nullptr);
        ::sqlite3_close(connection);
        return answer;
    }
    /// Pages of a type, the first page apart.
    std::vector<std::size_t> pagesOfType(char type) const
    {
        const std::string content = contentOf(_file);
        std::vector<std::size_t> found;
        for (std::size_t at = pageSize; at < content.size(); at += pageSize) {
            if (content[at] == type)
                found.push_back(at / pageSize + 1);
        }
        return found;
    }
    std::filesystem::path kept() const
    {
        for (const auto& entry : std::filesystem::directory_iterator(_folder->path())) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with("registry.db.damaged-") && !name.ends_with("-wal"))
                return entry.path();
        }
        CPPUNIT_FAIL("the damaged file was not kept");
        return {};
    }
    std::set<std::string> names() const
    {
        std::set<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(_folder->path()))
            found.insert(entry.path().filename().string());
        return found;
    }
    /// How many of those that were registered the registry has now, each as it was, and no others.
    std::size_t survivors() const
    {
        const auto run = start();
        std::size_t found = 0;
        for (std::uint64_t i = 0; i < peers; ++i) {
            const auto peer = registryOf(run).find(contract::testId(i));
            CPPUNIT_ASSERT(!peer || *peer == contract::testPeer(i));
            found += peer ? 1 : 0;
        }
        CPPUNIT_ASSERT_EQUAL(found, registryOf(run).size());
        return found;
    }
};

} // namespace waymark::registry
