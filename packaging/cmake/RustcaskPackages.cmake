# SPDX-License-Identifier: Apache-2.0
# Debian packages, one a component: `cpack -G DEB` in the build folder of the release preset.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rustcask)
set(CPACK_PACKAGE_VENDOR "Rustcask")
set(CPACK_PACKAGE_CONTACT "The Rustcask developers <rustcask@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL engine)
if(RUSTCASK_BUILD_CLI)
    list(APPEND CPACK_COMPONENTS_ALL cli)
endif()
if(peers)
    list(APPEND CPACK_COMPONENTS_ALL peers)
endif()
if(RUSTCASK_BUILD_STUDIO)
    list(APPEND CPACK_COMPONENTS_ALL studio)
endif()

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_ENGINE_PACKAGE_NAME librustcask-dev)
set(CPACK_DEBIAN_ENGINE_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_ENGINE_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_ENGINE_PACKAGE_DEPENDS "libexpected-dev, libstdc++-12-dev | libstdc++-dev")
set(CPACK_COMPONENT_ENGINE_DESCRIPTION "Embedded Bitcask key-value store (development files)
 A C++20 library that keeps keys in memory and values in append-only log
 files: one disk seek a read, crash recovery, merge beside readers and writers.")

set(CPACK_DEBIAN_CLI_PACKAGE_NAME rustcask)
set(CPACK_DEBIAN_CLI_PACKAGE_SECTION database)
set(CPACK_COMPONENT_CLI_DESCRIPTION "Command line of the Rustcask key-value store
 Puts, gets, lists, merges, verifies, imports and exports, dumps files record by
 record and shows every version of a key that is still in the log.")

set(CPACK_DEBIAN_PEERS_PACKAGE_NAME rustcask-bench-peers)
set(CPACK_DEBIAN_PEERS_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PEERS_PACKAGE_ENHANCES "rustcask, rustcask-studio")
set(CPACK_COMPONENT_PEERS_DESCRIPTION "Other engines for Rustcask's benchmarks
 Lets rustcask bench and Rustcask Studio measure LevelDB, RocksDB, LMDB, SQLite
 and Tkrzw beside Rustcask.")

set(CPACK_DEBIAN_STUDIO_PACKAGE_NAME rustcask-studio)
set(CPACK_DEBIAN_STUDIO_PACKAGE_SECTION database)
set(CPACK_DEBIAN_STUDIO_PACKAGE_RECOMMENDS rustcask)
set(CPACK_COMPONENT_STUDIO_DESCRIPTION "Desktop application for Bitcask databases
 Browses and edits databases, charts their files and merges them, compares
 benchmark runs, and teaches how Bitcask storage works.")

include(CPack)
