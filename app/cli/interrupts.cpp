// SPDX-License-Identifier: Apache-2.0
#include "interrupts.h"

#include <array>
#include <atomic>
#include <csignal>

namespace rustcask::cli {

namespace {

// A signal handler can reach nothing else.
std::atomic<bool> signalRaised{false};
static_assert(std::atomic<bool>::is_always_lock_free);
constexpr std::array handledSignals{SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, handledSignals.size()> previousActions{};

void remember(int) {
    signalRaised.store(true);
}

void install(bool keepPrevious) {
    for (std::size_t i = 0; i < handledSignals.size(); ++i) {
        struct sigaction action {};
        action.sa_handler = remember;
        action.sa_flags = static_cast<int>(SA_RESETHAND); // without SA_RESTART: reads shall wake up
        sigemptyset(&action.sa_mask);
        struct sigaction previous {};
        sigaction(handledSignals[i], &action, &previous);
        if (!keepPrevious)
            continue;
        previousActions[i] = previous;
        if (previous.sa_handler == SIG_IGN) // started in the background, or under nohup
            sigaction(handledSignals[i], &previous, nullptr);
    }
}

} // namespace

InterruptGuard::InterruptGuard() {
    install(true);
}

InterruptGuard::~InterruptGuard() {
    for (std::size_t i = 0; i < handledSignals.size(); ++i)
        sigaction(handledSignals[i], &previousActions[i], nullptr);
}

bool InterruptGuard::raised() noexcept {
    return signalRaised.load();
}

void InterruptGuard::rearm() noexcept {
    signalRaised.store(false);
    install(false);
}

} // namespace rustcask::cli
