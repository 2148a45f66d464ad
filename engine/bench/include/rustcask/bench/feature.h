// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rustcask::bench {

/// What not every engine can do. A workload that needs a missing feature is not applicable: it is never shown as 0.
enum class Feature : std::uint8_t {
    compact,          ///< reclaims the space of what was overwritten, on demand, in place
    getMany,          ///< a batched get that is more than a loop of single ones
    openWithoutHints, ///< opens a store from its data alone, without the index kept beside it
};

} // namespace rustcask::bench
