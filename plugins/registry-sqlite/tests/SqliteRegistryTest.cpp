#include "SqliteFixture.h"

#include <waymark/contract/DurableRegistrySuite.h>

namespace waymark::registry
{

class SqliteRegistryContractTest : public contract::DurableRegistrySuite
{
    CPPUNIT_TEST_SUB_SUITE(SqliteRegistryContractTest, contract::DurableRegistrySuite);
    CPPUNIT_TEST_SUITE_END();

    std::unique_ptr<contract::RegistryUnderTest> make() override
    {
        return std::make_unique<contract::PluginRegistry>(makeSqlitePlugin);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteRegistryContractTest);

} // namespace waymark::registry
