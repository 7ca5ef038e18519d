# waymark_add_tests(NAME SOURCES... [LIBRARIES...] [PROPERTIES...]): one CppUnit program, one ctest per test method.
#
# The program lists its tests after it was linked, so a test that is added needs no line anywhere else.
find_package(PkgConfig REQUIRED)
pkg_check_modules(cppunit REQUIRED IMPORTED_TARGET cppunit>=1.15)

function(waymark_add_tests name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS;ENVIRONMENT;RESOURCE_LOCK")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 180) # for what hangs: a busy machine makes tests of seconds take a minute
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE waymark-test-main waymark-build-options ${arg_LIBRARIES})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/core/src)
    target_compile_definitions(${name} PRIVATE
        WAYMARK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" WAYMARK_BUILD_DIR="${PROJECT_BINARY_DIR}")
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")

    set(listing "${CMAKE_CURRENT_BINARY_DIR}/${name}-tests.cmake")
    add_custom_command(TARGET ${name} POST_BUILD
        COMMAND ${CMAKE_COMMAND}
            "-DTEST_PROGRAM=$<TARGET_FILE:${name}>" "-DTEST_SUITE=${name}" "-DLISTING=${listing}"
            "-DTEST_TIMEOUT=${arg_TIMEOUT}" "-DTEST_LABELS=${arg_LABELS}" "-DTEST_LOCK=${arg_RESOURCE_LOCK}"
            "-DTEST_ENVIRONMENT=${arg_ENVIRONMENT}"
            -P "${PROJECT_SOURCE_DIR}/core/cmake/ListTests.cmake"
        BYPRODUCTS "${listing}"
        VERBATIM)
    # Until the program was built there is no list: ctest then says which program is missing.
    set(include "${CMAKE_CURRENT_BINARY_DIR}/${name}-include.cmake")
    file(WRITE "${include}" "if(EXISTS \"${listing}\")\n  include(\"${listing}\")\nelse()\n  add_test(${name}_NOT_BUILT ${name}_NOT_BUILT)\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include}")
endfunction()
