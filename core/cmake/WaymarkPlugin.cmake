# waymark_add_plugin(NAME SOURCES... EXPORT FILE [LIBRARIES...] [NO_INSTALL])
#
# Builds a plugin from its sources and the one file that exports it. Three targets come of it:
#   waymark-NAME          a static library of the sources, for the plugin's own unit tests
#   waymark-NAME-module   plugins/NAME.so, what the daemon loads
#   waymark-NAME-static   the plugin linked in; the program calls waymark_static_plugin_NAME()
#
# The module is installed to where the daemon looks for plugins, unless NO_INSTALL says otherwise. That is below the
# prefix of the Waymark that was found: `cmake --install` of a project with a plugin goes there, when the project is not
# part of another one and nobody named a CMAKE_INSTALL_PREFIX (packages do). CMake tells that nobody did in the first run
# alone, so that one that does not find Waymark must not leave its default behind: the project has
#   if(PROJECT_IS_TOP_LEVEL AND CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
#       unset(CMAKE_INSTALL_PREFIX CACHE)
#   endif()
# before find_package(Waymark).
#
# What makes a module safe to load beside others is set here and nowhere else: hidden visibility (a second plugin's
# class of the same name must not bind to the first one's), every symbol resolved when it is linked and when it is
# loaded (else the process dies at the first call), and nothing exported but Poco's class manifest.

set(WAYMARK_PLUGIN_VERSION_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/plugin.map")

# What must be the same in host and plugin for C++ objects to pass between them.
function(waymark_build_tag result)
    get_target_property(configurations Poco::Foundation IMPORTED_CONFIGURATIONS)
    list(GET configurations 0 configuration)
    get_target_property(soname Poco::Foundation IMPORTED_SONAME_${configuration})
    if(WAYMARK_SANITIZER)
        set(sanitizer ${WAYMARK_SANITIZER})
    else()
        set(sanitizer none)
    endif()
    include(CheckCXXSourceCompiles)
    check_cxx_source_compiles("#include <string>
        #if !_GLIBCXX_USE_CXX11_ABI
        #error old
        #endif
        int main() {}" WAYMARK_CXX11_ABI)
    set(${result} "libstdc++cxx11=${WAYMARK_CXX11_ABI},${soname},sanitizer=${sanitizer}" PARENT_SCOPE)
endfunction()

function(waymark_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "EXPORT" "SOURCES;LIBRARIES")
    if(NOT arg_EXPORT)
        message(FATAL_ERROR "waymark_add_plugin(${name}): EXPORT names the file with WAYMARK_EXPORT_PLUGIN")
    endif()
    string(MAKE_C_IDENTIFIER ${name} symbol)
    waymark_build_tag(tag)

    set(code waymark-${name})
    if(arg_SOURCES)
        add_library(${code} STATIC ${arg_SOURCES})
        set(scope PUBLIC)
    else()
        add_library(${code} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(${code} ${scope} "${CMAKE_CURRENT_SOURCE_DIR}/src")
    target_link_libraries(${code} ${scope} Waymark::waymark-core ${arg_LIBRARIES})

    add_library(${code}-module MODULE ${arg_EXPORT})
    target_link_libraries(${code}-module PRIVATE ${code} Poco::Foundation)
    target_link_options(${code}-module PRIVATE -Wl,-z,now "-Wl,--version-script=${WAYMARK_PLUGIN_VERSION_SCRIPT}")
    if(NOT WAYMARK_SANITIZER)
        target_link_options(${code}-module PRIVATE -Wl,-z,defs)
    endif()
    set_target_properties(${code}-module PROPERTIES PREFIX "" OUTPUT_NAME ${name}
        LINK_DEPENDS "${WAYMARK_PLUGIN_VERSION_SCRIPT}")
    if(WAYMARK_PLUGIN_OUTPUT_DIRECTORY)
        set_target_properties(${code}-module PROPERTIES
            LIBRARY_OUTPUT_DIRECTORY "${WAYMARK_PLUGIN_OUTPUT_DIRECTORY}")
    endif()

    # Below a prefix the libraries lie two folders up from the plugins.
    set_target_properties(${code}-module PROPERTIES INSTALL_RPATH "$ORIGIN/../..")
    if(NOT arg_NO_INSTALL)
        # Within Waymark's own tree there is no such prefix.
        if(WAYMARK_PREFIX AND PROJECT_IS_TOP_LEVEL)
            if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
                set(CMAKE_INSTALL_PREFIX "${WAYMARK_PREFIX}" CACHE PATH "Where things are installed" FORCE)
            elseif(NOT CMAKE_INSTALL_PREFIX STREQUAL WAYMARK_PREFIX)
                message(STATUS "${name} is installed below ${CMAKE_INSTALL_PREFIX}, where the Waymark below "
                    "${WAYMARK_PREFIX} does not look: -DCMAKE_INSTALL_PREFIX=${WAYMARK_PREFIX} puts it there")
            endif()
        endif()
        install(TARGETS ${code}-module LIBRARY DESTINATION "${WAYMARK_PLUGIN_INSTALL_DIR}" COMPONENT runtime)
    endif()

    add_library(${code}-static STATIC ${arg_EXPORT})
    target_link_libraries(${code}-static PUBLIC ${code})
    target_compile_definitions(${code}-static PRIVATE WAYMARK_STATIC_PLUGIN)

    foreach(target ${code} ${code}-module ${code}-static)
        get_target_property(type ${target} TYPE)
        if(type STREQUAL "INTERFACE_LIBRARY")
            continue()
        endif()
        # The whole name: a part of it, such as errno, may be a macro.
        target_compile_definitions(${target} PRIVATE
            WAYMARK_BUILD_TAG="${tag}" WAYMARK_PLUGIN_SYMBOL=waymark_static_plugin_${symbol})
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
            CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
        if(TARGET waymark-build-options)
            target_link_libraries(${target} PRIVATE waymark-build-options)
        endif()
    endforeach()
endfunction()
