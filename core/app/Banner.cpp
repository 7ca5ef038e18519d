#include "Banner.h"

namespace waymark::app
{

void Banner::see(const observe::LogRecord& record)
{
    if (record.event != "node.identity" && record.event != "http.listening")
        return;
    const std::lock_guard lock(_mutex);
    for (const observe::LogField& field : record.fields) {
        if (field.key == "enode")
            _enode = field.value;
        else if (field.key == "enr")
            _enr = field.value;
        else if (field.key == "url")
            _url = field.value.ends_with('/') ? field.value : field.value + '/';
    }
}

void Banner::print(std::ostream& out) const
{
    const std::lock_guard lock(_mutex);
    out << "\nWaymark is ready.\n";
    if (!_enode.empty())
        out << "  enode  " << _enode << '\n';
    if (!_enr.empty())
        out << "  ENR    " << _enr << '\n';
    if (!_url.empty())
        out << "  HTTP   " << _url << "\n  try    curl " << _url << '\n';
    out << "Ctrl-C stops it.\n\n" << std::flush;
}

} // namespace waymark::app
