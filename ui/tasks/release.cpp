// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/release.h"

#include <QCoreApplication>
#include <QThread>
#include <QThreadPool>

namespace rustcask::ui {

void releaseOnWorker(std::shared_ptr<const void> large) {
    const QCoreApplication* application = QCoreApplication::instance();
    if (large && application != nullptr && QThread::currentThread() == application->thread()) {
        QThreadPool::globalInstance()->start([large = std::move(large)]() mutable { large.reset(); });
    }
}

} // namespace rustcask::ui
