#include "discv4/PeerKeys.h"

#include <waymark/base/Random.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace waymark::bench
{

namespace
{

const std::string file = WAYMARK_BUILD_DIR "/peer-keys.bin";

std::vector<node::PublicKey> kept(std::size_t most)
{
    std::vector<node::PublicKey> keys;
    std::ifstream in(file, std::ios::binary);
    std::string bytes(node::PublicKey::size, '\0');
    while (keys.size() < most && in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
        FixedBytes<node::PublicKey::size> key{};
        std::ranges::copy(asBytes(bytes), key.begin());
        keys.emplace_back(key);
    }
    return keys;
}

void make(std::vector<node::PublicKey>& keys, std::size_t from)
{
    const unsigned count = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads;
    for (unsigned thread = 0; thread < count; ++thread)
        threads.emplace_back([&keys, first = from + thread, count] {
            SystemRandom random;
            for (std::size_t i = first; i < keys.size(); i += count)
                keys[i] = node::SecretKey::generate(random).publicKey();
        });
}

void keep(const std::vector<node::PublicKey>& keys)
{
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    for (const node::PublicKey& key : keys)
        std::ranges::copy(key.bytes(), std::ostreambuf_iterator<char>(out));
    out.close();
    if (!out)
        throw std::runtime_error(file + ": cannot be written");
}

} // namespace

std::vector<node::PublicKey> peerKeys(std::size_t count)
{
    std::vector<node::PublicKey> keys = kept(count);
    if (const std::size_t known = keys.size(); known < count) {
        keys.resize(count);
        make(keys, known);
        keep(keys);
    }
    return keys;
}

} // namespace waymark::bench
