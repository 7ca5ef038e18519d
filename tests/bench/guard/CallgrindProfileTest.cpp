#include "guard/CallgrindProfile.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sstream>
#include <stdexcept>

namespace waymark::bench
{

namespace
{

/// As callgrind writes it: names once, then their numbers; what a call took in all behind the call.
constexpr const char* dump = R"(# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 1
cmd:  waymark-packets 2
part: 1

desc: Timerange: Basic block 0 - 9
desc: Trigger: Client Request: ping

positions: line
events: Ir
summary: 1130


ob=(1) /somewhere/tests/waymark-packets
fl=(1) ???
fn=(1) play(std::span<int, 3ul>)
0 10
cob=(2) /usr/lib/libsecp256k1.so.1.0.0
cfn=(2) secp256k1_ecdsa_recover
calls=2 0
0 1000
cfn=(3) malloc@@GLIBC_2.2.5
calls=1 0
0 100

ob=(2)
fn=(2)
0 600
cfn=(4) inner
calls=2 0
0 400

fn=(4)
0 300
0 100

ob=(3) /usr/lib/libc.so.6
fn=(3)
0 120

totals: 1130
)";

CallgrindProfile parsed(const std::string& text)
{
    std::istringstream in(text);
    return CallgrindProfile::parse(in);
}

} // namespace

class CallgrindProfileTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(CallgrindProfileTest);
    CPPUNIT_TEST(instructionsCountWhereTheyRun);
    CPPUNIT_TEST(callsAreCounted);
    CPPUNIT_TEST(otherTextIsRefused);
    CPPUNIT_TEST_SUITE_END();

public:
    void instructionsCountWhereTheyRun()
    {
        const auto profile = parsed(dump);
        CPPUNIT_ASSERT_EQUAL(std::string("ping"), profile.trigger());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1130}, profile.total());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1000}, profile.in("libsecp256k1"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{120}, profile.in("libc.so"));
        CPPUNIT_ASSERT_EQUAL(std::string("secp256k1_ecdsa_recover"), profile.functions().front().name);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{600}, profile.functions().front().instructions);
        CPPUNIT_ASSERT_EQUAL(std::string("play(std::span<int, 3ul>)"), profile.functions().back().name);
        CPPUNIT_ASSERT_EQUAL(std::string("waymark-packets"), profile.functions().back().object);
    }

    void callsAreCounted()
    {
        const auto profile = parsed(dump);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, profile.calls("secp256k1_ecdsa_recover"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, profile.calls("malloc"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, profile.calls("secp256k1_ecdsa_verify"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, profile.callsBeginning("m") + profile.callsBeginning("inn"));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, profile.callsBeginning("mallocs"));
    }

    void otherTextIsRefused()
    {
        CPPUNIT_ASSERT_THROW(parsed(""), std::runtime_error);
        CPPUNIT_ASSERT_THROW(parsed("events: Ir Dr\n0 1 2\n"), std::runtime_error);
        CPPUNIT_ASSERT_THROW(parsed("events: Ir\nob=(7)\n"), std::runtime_error);
        CPPUNIT_ASSERT_THROW(parsed("events: Ir\nfn=(1) f\n0 many\n"), std::runtime_error);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CallgrindProfileTest);

} // namespace waymark::bench
