# Every library that Waymark stands on; docs/dependencies.md says why each is here.
find_package(Poco 1.11 REQUIRED COMPONENTS Foundation Util Net NetSSL JSON Data DataSQLite)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)
find_package(PkgConfig REQUIRED)
# Only the core of prometheus-cpp: its CMake package would ask for the libraries of its HTTP parts as well.
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core>=1.0)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(secp256k1 REQUIRED IMPORTED_TARGET libsecp256k1>=0.2)
# Debian has its own name for it.
pkg_search_module(cryptopp REQUIRED IMPORTED_TARGET libcrypto++>=8.7 cryptopp>=8.7)
