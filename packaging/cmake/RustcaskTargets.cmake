# SPDX-License-Identifier: Apache-2.0
# What every target of the project shares: warnings, sanitizers, the compiler cache and the linker.

find_program(RUSTCASK_CCACHE ccache)
if(RUSTCASK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # base_dir and the two sloppiness settings let several checkouts share one cache, precompiled headers included.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${RUSTCASK_CCACHE}")
endif()
# The fast linkers cut the linking of many test programs to a fraction.
include(CheckLinkerFlag)
foreach(linker mold lld)
    check_linker_flag(CXX -fuse-ld=${linker} RUSTCASK_HAS_LINKER_${linker})
    if(RUSTCASK_HAS_LINKER_${linker})
        add_link_options(-fuse-ld=${linker})
        break()
    endif()
endforeach()

add_library(rustcask_build_flags INTERFACE)
target_compile_options(rustcask_build_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                       $<$<CONFIG:Release>:-g1>)
# When optimising, gcc 12 takes std::string's own code for overflowing and overlapping copies (gcc bugs 105329, 105651),
# and says so when it comes from a precompiled header.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(rustcask_build_flags INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
# Checked operator[] and iterators wherever speed is not the point.
target_compile_definitions(rustcask_build_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(RUSTCASK_WARNINGS_AS_ERRORS)
    target_compile_options(rustcask_build_flags INTERFACE -Werror)
endif()
if(RUSTCASK_SANITIZE)
    # GCC's flow analysis does not see through the instrumentation and warns of std::optional.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(rustcask_build_flags INTERFACE -Wno-maybe-uninitialized)
    endif()
    target_compile_options(rustcask_build_flags INTERFACE -fsanitize=${RUSTCASK_SANITIZE} -fno-omit-frame-pointer -O1
                           -fno-sanitize-recover=all)
    target_link_options(rustcask_build_flags INTERFACE -fsanitize=${RUSTCASK_SANITIZE})
endif()

# rustcask_common(TARGET): builds TARGET with the flags above. Only while building: an installed static library must not
# drag them along.
function(rustcask_common target)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:rustcask_build_flags>)
endfunction()
