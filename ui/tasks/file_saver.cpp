// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/file_saver.h"

#include <QFutureWatcher>
#include <QSaveFile>
#include <QtConcurrent/QtConcurrentRun>

#include <utility>

namespace rustcask::ui {

QString writeFile(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    const bool saved =
        file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit(); // which syncs
    return saved ? QString() : file.errorString();
}

void saveFile(const QString& path, const QByteArray& bytes, QObject* context,
              std::function<void(const QString& problem)> done) {
    // A watcher and not QFuture::then: that one's continuation may run twice in Qt 6.4 when the body ends meanwhile.
    auto* watcher = new QFutureWatcher<QString>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, done = std::move(done)] {
        watcher->deleteLater();
        done(watcher->result());
    });
    // The application waits for the global pool at its end.
    watcher->setFuture(QtConcurrent::run(writeFile, path, bytes));
}

} // namespace rustcask::ui
