# What `cmake --install` puts where. Components: runtime (programs, libraries, plugins, manual pages, completions,
# ready configurations), service (what systemd reads), sdk (headers and what find_package(Waymark) reads), testkit
# (contract suites for plugin authors).
include(CMakePackageConfigHelpers)

set(WAYMARK_CMAKE_INSTALL_DIR "${CMAKE_INSTALL_LIBDIR}/cmake")

install(TARGETS waymark-node waymark-core EXPORT WaymarkTargets
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT sdk)
set_target_properties(waymark-node waymark-core PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS waymarkd waymark RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/conf/" DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples" COMPONENT runtime
    FILES_MATCHING PATTERN "*.properties" PATTERN development.properties EXCLUDE)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/plugins/" DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples/plugins"
    COMPONENT runtime FILES_MATCHING PATTERN "*.properties" PATTERN src EXCLUDE PATTERN tests EXCLUDE)

# systemd looks into lib/ of /usr and of /usr/local alike; a unit names the programs of its own prefix.
set(WAYMARK_SYSTEMD "${PROJECT_SOURCE_DIR}/packaging/systemd")
install(FILES "${WAYMARK_SYSTEMD}/waymark.properties" DESTINATION "${CMAKE_INSTALL_DATADIR}/waymark" COMPONENT service)
install(FILES "${WAYMARK_SYSTEMD}/sysusers.conf" DESTINATION lib/sysusers.d RENAME waymark.conf COMPONENT service)
install(FILES "${WAYMARK_SYSTEMD}/tmpfiles.conf" DESTINATION lib/tmpfiles.d RENAME waymark.conf COMPONENT service)
foreach(unit waymarkd.service waymarkd@.service)
    install(CODE "
        file(READ \"${WAYMARK_SYSTEMD}/${unit}\" unit)
        string(REPLACE /usr/bin/waymarkd \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/waymarkd\" unit \"\${unit}\")
        set(file \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system/${unit}\")
        message(STATUS \"Installing: \$ENV{DESTDIR}\${file}\")
        file(WRITE \"\$ENV{DESTDIR}\${file}\" \"\${unit}\")" COMPONENT service)
endforeach()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/core/include/waymark"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT sdk)
install(EXPORT WaymarkTargets NAMESPACE Waymark::
    DESTINATION "${WAYMARK_CMAKE_INSTALL_DIR}/Waymark" COMPONENT sdk)
install(FILES core/cmake/WaymarkPlugin.cmake core/cmake/plugin.map
    DESTINATION "${WAYMARK_CMAKE_INSTALL_DIR}/Waymark" COMPONENT sdk)

# While the version starts with 0, a new minor version may change the SDK.
function(waymark_install_package package component)
    configure_package_config_file("core/cmake/${package}Config.cmake.in" "${PROJECT_BINARY_DIR}/${package}Config.cmake"
        INSTALL_DESTINATION "${WAYMARK_CMAKE_INSTALL_DIR}/${package}")
    write_basic_package_version_file("${PROJECT_BINARY_DIR}/${package}ConfigVersion.cmake"
        VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
    install(FILES "${PROJECT_BINARY_DIR}/${package}Config.cmake" "${PROJECT_BINARY_DIR}/${package}ConfigVersion.cmake"
        DESTINATION "${WAYMARK_CMAKE_INSTALL_DIR}/${package}" COMPONENT ${component})
endfunction()
waymark_install_package(Waymark sdk)

if(WAYMARK_TESTKIT)
    install(TARGETS waymark-contract waymark-testkit waymark-testkit-memory waymark-testkit-threads
                    waymark-test-main EXPORT WaymarkTestkitTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT testkit)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/tests/contract/include/waymark"
                      "${PROJECT_SOURCE_DIR}/tests/testkit/include/waymark"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT testkit
        PATTERN Daemon.h EXCLUDE)
    install(TARGETS waymark-embed
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT testkit)
    install(FILES "${PROJECT_SOURCE_DIR}/tests/testkit/include/waymark_embed.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT testkit)
    install(FILES "${PROJECT_BINARY_DIR}/waymark-embed.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT testkit)
    install(EXPORT WaymarkTestkitTargets NAMESPACE Waymark::
        DESTINATION "${WAYMARK_CMAKE_INSTALL_DIR}/WaymarkTestkit" COMPONENT testkit)
    waymark_install_package(WaymarkTestkit testkit)
endif()
