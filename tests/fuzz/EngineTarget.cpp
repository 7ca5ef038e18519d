#include "Fuzzing.h"
#include "stage/Stage.h"

/// discv4's engine as a whole: the input chooses packets, forgeries, time and changes of who is registered.
namespace waymark::fuzz
{

void run(ByteView input)
{
    Choices choices(input);
    Stage stage(choices);
    stage.play();
}

namespace
{

/// Writes steps as Stage reads them.
class Script
{
public:
    explicit Script(bool isLimited = false) { _bytes.push_back(isLimited ? 1 : 0); }

    Script& add(Step step, std::initializer_list<Byte> choices)
    {
        _bytes.push_back(static_cast<Byte>(step));
        _bytes.insert(_bytes.end(), choices);
        return *this;
    }
    Script& bond(Byte who, Byte where) { return add(Step::bond, {who, where, 0, 0}); }
    Script& ask(Byte who, Byte where, Byte time = 0) { return add(Step::findNode, {who, where, time, 0}); }
    Script& tick(Byte ticks) { return add(Step::tick, {ticks}); }
    const Bytes& bytes() const noexcept { return _bytes; }

private:
    Bytes _bytes;
};

constexpr Byte seconds = 0;
constexpr Byte hours = 2;
constexpr Byte loopback = 6;

Script bondAndAsk()
{
    Script script;
    script.ask(0, 0).add(Step::enrRequest, {0, 0, 0, 0});
    script.bond(0, 0).ask(0, 0).ask(0, 0, 1).add(Step::enrRequest, {0, 0, 0, 0});
    return script.add(Step::enrRequest, {0, 0, 0, 0}).ask(0, 2).ask(0, 1).add(Step::replay, {0, 4});
}

Script registry()
{
    Script script;
    for (Byte who = 1; who < Cast::size; ++who)
        script.add(Step::enroll, {who, who});
    script.bond(0, 0).ask(0, 0).bond(0, loopback).ask(0, loopback).bond(0, 7).ask(0, 7);
    script.tick(5).add(Step::answer, {1, 0, 0}).add(Step::answer, {2, 1, 0}).tick(31);
    script.add(Step::enroll, {1, 4}).ask(0, 0, 1).add(Step::dismiss, {1, 0}).ask(0, 0, 2);
    return script.bond(1, 1).add(Step::dismiss, {2, 0}).ask(0, 0, 3);
}

Script manyStrangers()
{
    Script script;
    for (Byte who = 0; who < Cast::size; ++who)
        for (Byte where = 0; where < 4; ++where)
            script.add(Step::ping, {who, where, 0, who}).add(Step::answer, {who, 0, 0});
    for (Byte who = 0; who < Cast::size; ++who)
        script.ask(who, who % 4).tick(20);
    return script;
}

Script lookups()
{
    Script script;
    script.add(Step::bootnodes, {2, 0, 0, 1, 4})
        .tick(1)
        .add(Step::answer, {0, 0, 0})
        .add(Step::answer, {1, 1, 0});
    script.add(Step::ping, {0, 0, 0, 1}).add(Step::ping, {1, 4, 0, 1}).add(Step::lookup, {3}).tick(1);
    script.add(Step::neighbors, {0, 0, 0, 0, 3, 2, 2, 3, 3, 4, 5}).tick(1).add(Step::answer, {2, 0, 0});
    return script.tick(8).add(Step::remember, {5, 5, 3}).tick(31);
}

Script records()
{
    Script script;
    script.bond(0, 0).add(Step::wait, {seconds, 2}).add(Step::ping, {0, 0, 0, 3});
    script.add(Step::enrResponse, {0, 0, 0, 0, 0}).add(Step::ping, {0, 0, 0, 5});
    return script.add(Step::enrResponse, {0, 0, 0, 0, 1}).add(Step::enrResponse, {0, 0, 0, 0, 2});
}

Script passingTime()
{
    Script script;
    script.bond(0, 0).add(Step::wait, {hours, 19}).ask(0, 0).add(Step::answer, {0, 0, 0});
    script.add(Step::wait, {hours, 25}).ask(0, 0).add(Step::answer, {0, 0, 0}).ask(0, 0, 1);
    return script.add(Step::ping, {0, 0, 14, 0}).add(Step::ping, {0, 0, 15, 0});
}

Script forgeries()
{
    Script script;
    script.bond(0, 0).add(Step::replay, {1, 4}).add(Step::reflect, {0, 0}).add(Step::reflect, {0, 8});
    script.add(Step::mutate, {0, 0, 1, 0, 70, 1, 0, 90, 2}).add(Step::raw, {3, 0, 1, 2, 3});
    script.add(Step::pong, {1, 0, 0, 0, 0}).add(Step::pong, {1, 0, 0, 200, 0}).ask(1, 0);
    return script.add(Step::ping, {3, 8, 0, 0}).add(Step::ping, {3, 9, 0, 0});
}

/// A stranger in the table is registered elsewhere, and removed.
Script strangerTurnsPeer()
{
    Script script;
    script.bond(1, 1).bond(0, 0).ask(0, 0).add(Step::enroll, {1, 4}).ask(0, 0, 1);
    return script.add(Step::dismiss, {1, 0}).ask(0, 0, 2);
}

Script repetitions()
{
    Script script;
    script.bond(0, 0).add(Step::ping, {0, 0, 0, 0}).add(Step::replay, {0, 0}).add(Step::replay, {0, 0});
    script.ask(0, 0).add(Step::replay, {0, 0}).add(Step::replay, {0, 0});
    return script.add(Step::enrRequest, {0, 0, 0, 0}).add(Step::replay, {0, 0});
}

Script limited()
{
    Script script(true);
    for (Byte i = 0; i < 12; ++i)
        script.add(Step::ping, {i, 0, 0, 0}).bond(0, 4).ask(0, 4, i);
    return script.tick(20);
}

} // namespace

std::vector<Seed> seeds()
{
    return {
        {"bond-and-ask", bondAndAsk().bytes()},
        {"registry", registry().bytes()},
        {"many-strangers", manyStrangers().bytes()},
        {"lookups", lookups().bytes()},
        {"records", records().bytes()},
        {"passing-time", passingTime().bytes()},
        {"forgeries", forgeries().bytes()},
        {"limited", limited().bytes()},
        {"stranger-turns-peer", strangerTurnsPeer().bytes()},
        {"repetitions", repetitions().bytes()},
    };
}

} // namespace waymark::fuzz
