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
    std::uint32_t shard = 0; ///< which part of the keydir holds it; by the key's hash, whose seed every opening draws
                             ///< anew
    std::uint64_t slot = 0;  ///< of the shard's table
};

/// How full the keydir is, at about one moment.
struct KeydirStats {
    std::uint32_t shards = 0;       ///< parts of the keydir, each with a table and a lock of its own
    std::uint64_t keys = 0;         ///< entries in all of them
    std::uint64_t leastKeys = 0;    ///< of a shard
    std::uint64_t mostKeys = 0;     ///< of a shard
    std::uint64_t tableSlots = 0;   ///< of all tables
    std::uint64_t removedSlots = 0; ///< of these, left behind by removed keys, until the table is made anew
    std::uint64_t slotBytes = 0;    ///< memory of the tables
    std::uint64_t entryBytes = 0;   ///< memory of the entries in use, keys included
    std::uint64_t removedBytes = 0; ///< memory of removed entries that waits to be reclaimed
    std::uint64_t keyBytes = 0;     ///< bytes of the keys alone
    std::uint64_t memoryBytes = 0;  ///< taken from the system, whether in use or not
};

} // namespace rustcask
