#include "Schema.h"

#include <array>

namespace waymark::registry
{

namespace
{

// scheme and peer: PeerId's scheme as a number (0 eth, 1 ed25519, 2 libp2p, 3 addr) and its bytes.
// addresses: "transport/host/port" with a space between two, in order of preference. labels: a JSON object,
// NULL for none. enr: RLP. enr_seq: the highest seq that was seen, unsigned 64 bits kept as a signed number.
constexpr std::array statements{"CREATE TABLE registry ("
                                " only INTEGER PRIMARY KEY CHECK (only = 1),"
                                " epoch INTEGER NOT NULL,"
                                " revision INTEGER NOT NULL)",

                                "CREATE TABLE claims ("
                                " scheme INTEGER NOT NULL,"
                                " peer BLOB NOT NULL,"
                                " origin TEXT NOT NULL,"
                                " addresses TEXT NOT NULL,"
                                " labels TEXT,"
                                " enr BLOB,"
                                " enr_seq INTEGER,"
                                " PRIMARY KEY (peer, origin, scheme))",

                                "CREATE TABLE tombstones ("
                                " scheme INTEGER NOT NULL,"
                                " peer BLOB NOT NULL,"
                                " origin TEXT NOT NULL,"
                                " enr_seq INTEGER NOT NULL,"
                                " removal INTEGER NOT NULL UNIQUE,"
                                " PRIMARY KEY (peer, origin, scheme))"};

} // namespace

const Migration migration001{1, statements};

} // namespace waymark::registry
