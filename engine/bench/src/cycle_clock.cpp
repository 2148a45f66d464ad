// SPDX-License-Identifier: Apache-2.0
#include "cycle_clock.h"

#include <fstream>
#include <string>
#include <thread>

namespace rustcask::bench {

namespace {

/// The kernel takes the counter for its own clock only while it runs evenly and alike on all cores.
bool kernelTrustsCounter() {
#if defined(__x86_64__)
    std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string name;
    file >> name;
    return name == "tsc";
#else
    return false;
#endif
}

} // namespace

CycleClock::CycleClock() : m_counter(kernelTrustsCounter()) {
    m_beginNs = steadyNs();
    m_beginTicks = now();
}

void CycleClock::calibrate() {
    if (!m_counter)
        return;
    constexpr std::uint64_t enoughNs = 20'000'000;
    const std::uint64_t elapsed = steadyNs() - m_beginNs;
    if (elapsed < enoughNs)
        std::this_thread::sleep_for(std::chrono::nanoseconds(enoughNs - elapsed));
    const std::uint64_t ns = steadyNs() - m_beginNs;
    const std::uint64_t counted = now() - m_beginTicks;
    m_ticksPerNs = static_cast<double>(counted) / static_cast<double>(ns);
    m_nsPerTickFixed = static_cast<std::uint64_t>(static_cast<double>(std::uint64_t{1} << fractionBits) / m_ticksPerNs);
}

} // namespace rustcask::bench
