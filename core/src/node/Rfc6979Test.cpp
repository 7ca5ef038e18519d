#include "node/Rfc6979.h"

#include <waymark/node/Keccak.h>

#include <cppunit/extensions/HelperMacros.h>
#include <secp256k1.h>

#include <string>

namespace waymark::node
{

/// The library's own nonces, sooner.
class Rfc6979Test : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(Rfc6979Test);
    CPPUNIT_TEST(isWhatTheLibraryTakes);
    CPPUNIT_TEST_SUITE_END();

    static void requireSame(const Hash256& digest, const Hash256& key, void* data, unsigned attempt)
    {
        Hash256 own{};
        Hash256 library{};
        CPPUNIT_ASSERT_EQUAL(1, rfc6979Nonce(own.data(), digest.data(), key.data(), nullptr, data, attempt));
        CPPUNIT_ASSERT_EQUAL(1, secp256k1_nonce_function_rfc6979(library.data(), digest.data(), key.data(),
                                                                 nullptr, data, attempt));
        CPPUNIT_ASSERT(own == library);
    }

    void isWhatTheLibraryTakes()
    {
        const auto made = [](const char* what, int number) {
            return keccak256(asBytes(what + std::to_string(number)));
        };
        for (int i = 0; i < 2'000; ++i) {
            const Hash256 key = made("key", i);
            const Hash256 digest = made("digest", i);
            Hash256 data = made("data", i);
            requireSame(digest, key, nullptr, 0);
            requireSame(digest, key, data.data(), 0);
            requireSame(digest, key, data.data(), 1 + static_cast<unsigned>(i % 3));
        }
        Hash256 all{};
        for (const Byte byte : {Byte{0x00}, Byte{0x01}, Byte{0x80}, Byte{0xff}}) {
            all.fill(byte);
            requireSame(all, made("key", 0), nullptr, 0);
            requireSame(made("digest", 0), all, nullptr, 0);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(Rfc6979Test);

} // namespace waymark::node
