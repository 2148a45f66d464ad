// SPDX-License-Identifier: Apache-2.0
// How to use: link allocation_counter.cpp, which replaces the global operator new of the program, and ask.
//
//     AllocationCounter::reset();
//     openHostileInput();
//     QVERIFY(AllocationCounter::peakBytes() < 1'000'000);
#pragma once

#include <cstddef>

namespace rustcask::fuzz {

/// Bytes that the program has got from operator new and not given back.
class AllocationCounter {
public:
    /// Forgets the peak: it begins again at what is held now, which counts as nothing.
    static void reset() noexcept;
    /// The most that was held at once since then, beyond what was held then.
    [[nodiscard]] static std::size_t peakBytes() noexcept;
    /// The largest single request since then. One that is refused counts too.
    [[nodiscard]] static std::size_t largestRequest() noexcept;
};

} // namespace rustcask::fuzz
