// SPDX-License-Identifier: Apache-2.0
// What the programs that measure pages at scale share: memory of this process, lines of the report, and waiting.
#pragma once

#include <cstdio>
#include <functional>

#include <QByteArray>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QTimer>

namespace rustcask::scale {

/// A line of /proc/self/status in bytes.
inline double memoryOf(const char* name) {
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly)) {
        return 0;
    }
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith(name)) {
            return line.mid(static_cast<qsizetype>(qstrlen(name))).simplified().split(' ').value(1).toDouble() * 1024;
        }
    }
    return 0;
}
inline double residentBytes() {
    return memoryOf("RssAnon");
}
inline double peakBytes() {
    return memoryOf("VmHWM");
}

inline void report(const char* what, double value, const char* unit, const char* target) {
    std::printf("%-58s %12.1f %-9s %s\n", what, value, unit, target);
    std::fflush(stdout);
}

/// Runs the event loop until `done`; the milliseconds it took. In between the thread sleeps, as that of a window does:
/// it is not to take a processor from the work that is measured.
inline double waitFor(const std::function<bool()>& done) {
    QElapsedTimer clock;
    clock.start();
    QTimer look;
    look.setTimerType(Qt::PreciseTimer);
    look.start(2);
    while (!done() && clock.elapsed() < 300'000) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    }
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

} // namespace rustcask::scale
