# How everything in the tree is compiled: language, warnings, sanitizers, where results go.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # A precompiled header is only cached when ccache may overlook its time stamp. With the base directory, another
    # clone of the same state finds everything compiled.
    set(launcher "${CMAKE_COMMAND}" -E env
                 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
                 "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "${CCACHE_PROGRAM}")
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(WAYMARK_PLUGIN_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/plugins")
# Plugins of another ABI lie in another folder, so that a daemon never finds those that it would have to refuse.
set(WAYMARK_PLUGIN_INSTALL_DIR "${CMAKE_INSTALL_LIBDIR}/waymark/plugins-${WAYMARK_ABI}")

# Binaries find the libraries beside them, in the build tree as in any prefix.
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")

add_library(waymark-build-options INTERFACE)
target_compile_options(waymark-build-options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast $<$<BOOL:${WAYMARK_STRICT}>:-Werror>
    # Paths of the build machine do not belong in what is shipped.
    "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Before GCC 13 this warns of std::string's own operator+ when it is optimised (GCC bug 105651).
    target_compile_options(waymark-build-options INTERFACE -Wno-restrict)
endif()
if(WAYMARK_SANITIZER STREQUAL "address")
    set(sanitizer_flags -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(WAYMARK_SANITIZER STREQUAL "thread")
    # GCC 12 warns that its own fence is not understood by the thread sanitizer.
    set(sanitizer_flags -fsanitize=thread -fno-omit-frame-pointer)
    target_compile_options(waymark-build-options INTERFACE -Wno-tsan)
elseif(WAYMARK_SANITIZER)
    message(FATAL_ERROR "WAYMARK_SANITIZER is '${WAYMARK_SANITIZER}'; it may be empty, address or thread")
else()
    add_link_options(-Wl,-z,now -Wl,-z,relro)
endif()
if(sanitizer_flags)
    add_compile_options(${sanitizer_flags})
    add_link_options(${sanitizer_flags})
endif()
if(WAYMARK_FUZZERS)
    # Everything tells the fuzzer which way it went; only the programs of tests/fuzz have its main().
    add_compile_options(-fsanitize=fuzzer-no-link)
    # clang warns that libstdc++ 12 uses what it deprecates itself.
    target_compile_options(waymark-build-options INTERFACE -Wno-deprecated-declarations)
endif()
if(WAYMARK_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
