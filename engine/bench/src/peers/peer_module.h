// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rustcask/bench/engine.h>

/// Between the library and the modules of the peers. A module is built with the library and exports one function.
namespace rustcask::bench {

/// Raised whenever a class in engine.h changes its members.
inline constexpr int peerModuleVersion = 1;

/// Makes the kind; the caller owns it. Nullptr: the module is of another version.
using MakePeerKind = const EngineKind* (*)(int version);
inline constexpr const char* makePeerKindName = "rustcaskMakePeerKind";

} // namespace rustcask::bench

/// Defines the exported function of a module for a kind.
#define RUSTCASK_PEER_MODULE(Kind)                                                                                     \
    extern "C" __attribute__((visibility("default"))) const rustcask::bench::EngineKind* rustcaskMakePeerKind(         \
        int version) {                                                                                                 \
        return version == rustcask::bench::peerModuleVersion ? new Kind : nullptr;                                     \
    }
