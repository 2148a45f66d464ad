// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <rustcask/types.h>

/// Looking into the keydir of an open database: from memory alone, never from a file.
namespace rustcask {

/// What the keydir holds of one key.
struct KeydirEntry {
    RecordLocation location{};
    Sequence sequence{};
    std::uint32_t valueBytes = 0;
};

} // namespace rustcask
