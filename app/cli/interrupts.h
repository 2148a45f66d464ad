// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rustcask::cli {

/// While one lives, SIGINT, SIGTERM and SIGHUP are remembered instead of ending the process, so that it can end in
/// order; a second one ends it at once. A blocking read in progress fails with EINTR. One at a time.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard(); ///< what was in force before is again
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    /// Whether one of the signals has come, in this guard's life or an earlier one's.
    [[nodiscard]] static bool raised() noexcept;
    /// Forgets it, and takes the next signal as the first again.
    void rearm() noexcept;
};

} // namespace rustcask::cli
