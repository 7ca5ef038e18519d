#include "discv4/Ceiling.h"

#include "discv4/Processor.h"

#include <waymark/base/Random.h>
#include <waymark/node/Key.h>

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace waymark::bench
{

namespace
{

// Bytes of packets behind hash and signature: the type and its data.
constexpr std::size_t pingSize = 44, pongSize = 63, findNodeSize = 73, enrRequestSize = 7,
                      enrResponseSize = 210;
constexpr std::size_t firstNeighbors = 960, secondNeighbors = 330; ///< twelve nodes, and four
constexpr std::size_t signatureSize = 65;
constexpr std::size_t parts = 11;

/// Time of one call: the median of several parts.
template <class Function>
Duration each(Duration patience, Function&& function)
{
    constexpr int together = 16;
    std::array<Duration, parts> times{};
    for (Duration& time : times) {
        const Duration began = threadTime();
        Duration passed{};
        int calls = 0;
        do {
            for (int i = 0; i < together; ++i)
                function();
            calls += together;
            passed = threadTime() - began;
        } while (passed < patience / parts);
        time = passed / calls;
    }
    std::ranges::nth_element(times, times.begin() + parts / 2);
    return times[parts / 2];
}

/// The library itself, not what Waymark makes of it: that is what is measured against this.
class Cryptography
{
public:
    Cryptography() : _context(secp256k1_context_create(SECP256K1_CONTEXT_NONE))
    {
        random(_key);
        for (Sample& sample : _samples) {
            FixedBytes<32> key{};
            random(key);
            _random.fill(sample.digest);
            require(secp256k1_ecdsa_sign_recoverable(_context.get(), &sample.signature, sample.digest.data(),
                                                     key.data(), nullptr, nullptr));
            require(secp256k1_ecdsa_recoverable_signature_convert(_context.get(), &sample.plain,
                                                                  &sample.signature));
            require(secp256k1_ec_pubkey_create(_context.get(), &sample.key, key.data()));
        }
        _random.fill(_bytes);
    }

    void recover()
    {
        const Sample& sample = next();
        secp256k1_pubkey point;
        require(secp256k1_ecdsa_recover(_context.get(), &point, &sample.signature, sample.digest.data()));
        std::array<Byte, 65> serialized{};
        std::size_t size = serialized.size();
        require(secp256k1_ec_pubkey_serialize(_context.get(), serialized.data(), &size, &point,
                                              SECP256K1_EC_UNCOMPRESSED));
        _kept = serialized.back();
    }

    void sign()
    {
        secp256k1_ecdsa_recoverable_signature made;
        require(secp256k1_ecdsa_sign_recoverable(_context.get(), &made, next().digest.data(), _key.data(),
                                                 nullptr, nullptr));
        FixedBytes<64> bytes{};
        int recovery = 0;
        require(secp256k1_ecdsa_recoverable_signature_serialize_compact(_context.get(), bytes.data(),
                                                                        &recovery, &made));
        _kept = bytes.back();
    }

    void verify()
    {
        const Sample& sample = next();
        require(secp256k1_ecdsa_verify(_context.get(), &sample.plain, sample.digest.data(), &sample.key));
    }
    void hash(std::size_t size) { _kept = node::keccak256(ByteView(_bytes).first(size))[0]; }

    /// Hash, digest and node id of a packet that came.
    void hashOpened(std::size_t size)
    {
        hash(signatureSize + size);
        hash(size);
        hash(node::PublicKey::size);
    }
    /// Digest and hash of a packet that leaves.
    void hashSealed(std::size_t size)
    {
        hash(size);
        hash(signatureSize + size);
    }

private:
    struct Destroy
    {
        void operator()(secp256k1_context* context) const noexcept { secp256k1_context_destroy(context); }
    };

    /// What was signed, with a key of its own.
    struct Sample
    {
        FixedBytes<32> digest{};
        secp256k1_ecdsa_recoverable_signature signature{};
        secp256k1_ecdsa_signature plain{};
        secp256k1_pubkey key{};
    };

    void random(FixedBytes<32>& key)
    {
        do
            _random.fill(key);
        while (secp256k1_ec_seckey_verify(_context.get(), key.data()) != 1);
    }

    /// Another one each time, as packets are: one and the same would leave most of the library's tables
    /// alone, and take a twentieth less.
    const Sample& next() noexcept { return _samples[_next++ % _samples.size()]; }

    static void require(int is)
    {
        if (is != 1)
            throw std::logic_error("libsecp256k1 refused what it had made");
    }

    std::unique_ptr<secp256k1_context, Destroy> _context;
    SystemRandom _random;
    FixedBytes<32> _key{};
    std::array<Sample, 1'024> _samples{};
    std::size_t _next = 0;
    FixedBytes<1'280> _bytes{};
    volatile Byte _kept = 0; ///< so that nothing is left out
};

} // namespace

Ceiling Ceiling::measure(Duration patience)
{
    Cryptography crypto;
    constexpr std::size_t packetSize = 130;
    Ceiling ceiling;
    ceiling.recover = each(patience, [&] { crypto.recover(); });
    ceiling.sign = each(patience, [&] { crypto.sign(); });
    ceiling.verify = each(patience, [&] { crypto.verify(); });
    ceiling.keccak = each(patience, [&] { crypto.hash(packetSize); });
    const Duration answered = ceiling.recover + ceiling.sign;
    ceiling.ping = {answered, each(patience, [&] {
                        crypto.hashOpened(pingSize);
                        crypto.hashSealed(pongSize);
                    })};
    ceiling.findNode = {answered + ceiling.sign, each(patience, [&] {
                            crypto.hashOpened(findNodeSize);
                            crypto.hashSealed(firstNeighbors);
                            crypto.hashSealed(secondNeighbors);
                        })};
    ceiling.findNodeOpened = {ceiling.recover, each(patience, [&] { crypto.hashOpened(findNodeSize); })};
    ceiling.enrRequest = {answered, each(patience, [&] {
                              crypto.hashOpened(enrRequestSize);
                              crypto.hashSealed(enrResponseSize);
                          })};
    return ceiling;
}

Duration Ceiling::measurePair(Duration patience)
{
    Cryptography crypto;
    return each(patience, [&] {
        crypto.recover();
        crypto.sign();
    });
}

} // namespace waymark::bench
