#include "json/RegistrationRequest.h"

#include <waymark/base/Bytes.h>

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <functional>
#include <pthread.h>
#include <string>
#include <sys/mman.h>
#include <utility>

namespace waymark::httpapi
{

namespace
{

/// Runs a function on a thread whose stack stays, to be looked at.
class KeptStack
{
public:
    explicit KeptStack(std::function<void()> function)
        : _function(std::move(function)),
          _start(
              ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0))
    {
        CPPUNIT_ASSERT(_start != MAP_FAILED);
        pthread_attr_t attributes;
        pthread_t thread{};
        CPPUNIT_ASSERT_EQUAL(0, pthread_attr_init(&attributes));
        CPPUNIT_ASSERT_EQUAL(0, pthread_attr_setstack(&attributes, _start, size));
        CPPUNIT_ASSERT_EQUAL(0, pthread_create(&thread, &attributes, run, this));
        CPPUNIT_ASSERT_EQUAL(0, pthread_join(thread, nullptr));
        pthread_attr_destroy(&attributes);
    }
    KeptStack(const KeptStack&) = delete;
    KeptStack& operator=(const KeptStack&) = delete;
    ~KeptStack() { ::munmap(_start, size); }

    /// Whether eight bytes in a row of these are there, at eight's multiples: half a hex text's, a limb of a
    /// number.
    bool holdsAnyOf(ByteView bytes) const
    {
        const ByteView stack(static_cast<const Byte*>(_start), size);
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8)
            if (!std::ranges::search(stack, bytes.subspan(at, 8)).empty())
                return true;
        return false;
    }

private:
    static constexpr std::size_t size = 1U << 20U;

    static void* run(void* self)
    {
        static_cast<KeptStack*>(self)->_function();
        return nullptr;
    }

    std::function<void()> _function;
    void* _start;
};

/// Deep enough that the end of the thread does not reach it, and where the address sanitizer does not move
/// it.
[[gnu::noinline, gnu::no_sanitize_address]] void leaveCopy(const node::Hash256& key)
{
    std::array<Byte, 16384> frame;
    std::ranges::copy(key, frame.begin());
    __asm__ volatile("" : : "r"(frame.data()) : "memory"); // to the optimiser: somebody may read it
}

} // namespace

/// What readRegistration() leaves behind; what it answers is in RegistrationTest.
class RegistrationRequestTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistrationRequestTest);
    CPPUNIT_TEST(aKeptStackShowsWhatACallLeft);
    CPPUNIT_TEST(leavesNoSecretKeyOnTheStack);
    CPPUNIT_TEST_SUITE_END();

    // A test key: the digest of a text.
    const node::Hash256 _key = node::keccak256(asBytes("waymark test key: stack"));
    const std::string _body = R"({"secret_key":")" + toHex(_key) + R"(","ip":"10.0.0.1"})";

    void assertLeft(bool expected, const KeptStack& stack) const
    {
        node::Hash256 reversed = _key;
        std::ranges::reverse(reversed);
        const std::string hex = toHex(_key);
        CPPUNIT_ASSERT_EQUAL(expected, stack.holdsAnyOf(_key) || stack.holdsAnyOf(reversed) ||
                                           stack.holdsAnyOf(asBytes(hex)));
    }

    void aKeptStackShowsWhatACallLeft()
    {
        assertLeft(false, KeptStack([] {}));
        assertLeft(true, KeptStack([this] { leaveCopy(_key); }));
    }

    void leavesNoSecretKeyOnTheStack()
    {
        bool read = false;
        const KeptStack stack([&] { read = readRegistration(_body, true).has_value(); });
        CPPUNIT_ASSERT(read);
        assertLeft(false, stack);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistrationRequestTest);

} // namespace waymark::httpapi
