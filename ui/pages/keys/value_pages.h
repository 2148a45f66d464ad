// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QCache>
#include <QObject>
#include <QPointer>
#include <QSet>

#include "tasks/task_runner.h"
#include "values/decompress.h"

namespace rustcask::ui {

/// A large value in the GUI thread: hands out the pages that are there and fetches the others on a worker. Holds at
/// most 8 MiB of it.
class ValuePages : public QObject {
    Q_OBJECT
public:
    explicit ValuePages(QObject* parent = nullptr);

    /// Whose workers read; nullptr: pages are read at once, which only suits bytes in memory.
    void setTasks(TaskRunner* tasks);
    void setSource(quint64 size, ByteReader reader);
    [[nodiscard]] quint64 size() const { return m_size; }
    [[nodiscard]] const ByteReader& reader() const { return m_reader; }

    /// What is there of `length` bytes from `offset` on: all of them, or those before the first missing page. Missing
    /// pages are asked for, and `arrived` follows.
    [[nodiscard]] QByteArray bytes(quint64 offset, qint64 length);

Q_SIGNALS:
    void arrived();
    void failed(const rustcask::Error& error);

private:
    static constexpr qint64 pageBytes = qint64{64} << 10;
    void fetch(quint64 page);

    QPointer<TaskRunner> m_tasks;
    ByteReader m_reader;
    quint64 m_size = 0;
    quint64 m_serial = 0;
    bool m_failed = false;
    QCache<quint64, QByteArray> m_pages;
    QSet<quint64> m_asked;
};

} // namespace rustcask::ui
