#include "commands/OwnRegistration.h"

#include <waymark/node/IpAddress.h>

#include <algorithm>
#include <utility>

namespace waymark::httpapi
{

namespace
{

using plugin::CommandArgument;

Result<void> checkRecord(const std::string& value)
{
    const auto record = node::Enr::parse(value);
    return record ? Result<void>() : failure(record.error());
}

tl::unexpected<Error> wrong(std::string message)
{
    return failure(ErrorCode::invalidArgument, std::move(message));
}

} // namespace

plugin::CommandLine OwnRegistration::withOptions(plugin::CommandLine line, std::string ttlHelp)
{
    return RegistrationOptions::withContent(
        RegistrationOptions::withPorts(
            std::move(line).takes(
                RegistrationOptions::ipOption("where the peer is reached; one of each family at most")
                    .repeatable()))
            .takes(CommandArgument::option("enr", "ENR")
                       .needs("a record, enr:...")
                       .check(checkRecord)
                       .help("the peer's record, instead of one that is made of --ip and the ports")),
        std::move(ttlHelp));
}

Result<void> OwnRegistration::check(const plugin::CommandValues& values)
{
    if (values.has("ip") == values.has("enr"))
        return wrong("say where the peer is reached, with either --ip or --enr");
    if (values.has("enr") && (values.has("tcp-port") || values.has("udp-port")))
        return wrong("the ports stand in --enr: leave --tcp-port and --udp-port out");
    const auto options = RegistrationOptions::from(values);
    return options ? Result<void>() : failure(options.error());
}

Result<OwnRegistration> OwnRegistration::from(const plugin::CommandValues& values, const node::SecretKey& key,
                                              const Clock& clock)
{
    if (auto checked = check(values); !checked)
        return failure(std::move(checked.error()));
    OwnRegistration own(key, clock);
    own.options = RegistrationOptions::from(values).value();
    if (const auto enr = values.find("enr")) {
        own._record = node::Enr::parse(*enr).value();
        if (own._record->key() != key.publicKey())
            return wrong("--enr is the record of another key than that in --key");
        return own;
    }
    for (const std::string& text : values.all("ip")) {
        const auto ip = node::IpAddress::parse(text).value();
        const bool isSecond = std::ranges::any_of(
            own._places, [&ip](const auto& place) { return place.ip.family() == ip.family(); });
        if (isSecond)
            return wrong("--ip may be given twice only for one IPv4 and one IPv6 address");
        own._places.push_back(
            {ip, RegistrationOptions::udpPort(values), RegistrationOptions::tcpPort(values)});
    }
    own.renew();
    return own;
}

std::string OwnRegistration::body() const
{
    return R"({"enr":")" + _record->toString() + '"' + options.json() + '}';
}

/// Its number is the time in seconds: it grows from one start to the next, and a node that numbers by the
/// millisecond, as geth does, is newer whenever it speaks for itself.
bool OwnRegistration::renew()
{
    const std::uint64_t number = _clock->unixSeconds();
    if (_places.empty() || (_record && _record->seq() >= number))
        return false;
    node::EnrBuilder builder;
    builder.seq(number);
    for (const node::NodeEndpoint& place : _places)
        builder.endpoint(place);
    _record = builder.sign(*_key).value(); // two addresses are far from 300 bytes
    return true;
}

} // namespace waymark::httpapi
