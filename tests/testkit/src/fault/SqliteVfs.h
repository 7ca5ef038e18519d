#pragma once

namespace waymark::testkit::fault
{

/// Makes the VFS "waymark-fault" the default of this process, once; it looks databases up in Domains and
/// hands on to the VFS that was the default before.
void installSqliteVfs();

} // namespace waymark::testkit::fault
