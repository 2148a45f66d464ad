// SPDX-License-Identifier: Apache-2.0
// How to use: measures how long the event loop of the thread it lives in was held up.
//
//     rustcask::test::StallWatchdog watchdog;
//     view.setFilter("needle");
//     QTRY_COMPARE(view.rows(), 12);                 // the event loop runs in here
//     QVERIFY2(watchdog.longestStallMs() < 500, …);  // generous: the machine may be busy
//
// Everything between two turns of the event loop counts, the test's own code included, but not the time in which the
// thread could have run and other programs had the processor; call restart() after slow preparations, and query after
// the loop has turned once more. A bound in a test is there to catch a blocked loop, not to measure speed: choose it
// ten times what is expected.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <algorithm>
#include <cstdio>

namespace rustcask::test {

class StallWatchdog {
public:
    StallWatchdog() {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(1);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            const qint64 waited = waitedMs();
            m_longestMs = std::max(m_longestMs, m_sinceTick.restart() - (waited - m_waitedMs));
            m_waitedMs = waited;
            ++m_turns;
        });
        restart();
    }

    /// Forgets what was measured so far.
    void restart() {
        m_longestMs = 0;
        m_turns = 0;
        m_waitedMs = waitedMs();
        m_sinceTick.start();
        m_timer.start();
    }
    /// The longest time between two turns of the event loop since the start, about 1 when nothing held it up.
    [[nodiscard]] qint64 longestStallMs() const { return m_longestMs; }
    /// How often the loop turned: 0 means that nothing was measured.
    [[nodiscard]] qint64 turns() const { return m_turns; }

private:
    // How long this thread has waited for a processor so far; 0 where the kernel does not tell.
    [[nodiscard]] static qint64 waitedMs() {
        unsigned long long ran = 0;
        unsigned long long waited = 0;
        if (std::FILE* file = std::fopen("/proc/thread-self/schedstat", "r")) {
            if (std::fscanf(file, "%llu %llu", &ran, &waited) != 2)
                waited = 0;
            std::fclose(file);
        }
        return static_cast<qint64>(waited / 1'000'000);
    }

    QTimer m_timer;
    QElapsedTimer m_sinceTick;
    qint64 m_longestMs = 0;
    qint64 m_waitedMs = 0;
    qint64 m_turns = 0;
};

} // namespace rustcask::test
