// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_pages.h"

#include <algorithm>

namespace rustcask::ui {

namespace {
constexpr int maxPages = 128;
} // namespace

ValuePages::ValuePages(QObject* parent) : QObject(parent), m_pages(maxPages) {}

void ValuePages::setTasks(TaskRunner* tasks) {
    m_tasks = tasks;
}

void ValuePages::setSource(quint64 size, ByteReader reader) {
    ++m_serial;
    m_size = size;
    m_reader = std::move(reader);
    m_failed = false;
    m_pages.clear();
    m_asked.clear();
}

QByteArray ValuePages::bytes(quint64 offset, qint64 length) {
    QByteArray all;
    const quint64 end = std::min(m_size, offset + static_cast<quint64>(length));
    bool missing = false;
    for (quint64 at = offset; at < end;) {
        const quint64 page = at / pageBytes;
        const quint64 pageEnd = std::min(m_size, (page + 1) * pageBytes);
        const QByteArray* there = m_pages.object(page);
        if (there == nullptr) {
            fetch(page);
            there = m_pages.object(page);
        }
        missing = missing || there == nullptr;
        if (!missing) {
            all += there->mid(static_cast<qsizetype>(at - page * pageBytes),
                              static_cast<qsizetype>(std::min(end, pageEnd) - at));
        }
        at = pageEnd;
    }
    return all;
}

void ValuePages::fetch(quint64 page) {
    if (m_asked.contains(page) || !m_reader || m_failed) {
        return;
    }
    if (!m_tasks) {
        auto read = m_reader(page * pageBytes, pageBytes);
        if (read) {
            m_pages.insert(page, new QByteArray(std::move(*read)));
        }
        return;
    }
    m_asked.insert(page);
    m_tasks->start<QByteArray>(
        tr("Read a page of the value"),
        [reader = m_reader, page](rustcask::Progress&) { return reader(page * pageBytes, pageBytes); }, this,
        [this, page, serial = m_serial](rustcask::Result<QByteArray> read) {
            if (serial != m_serial) {
                return;
            }
            m_asked.remove(page);
            if (read) {
                m_pages.insert(page, new QByteArray(std::move(*read)));
                Q_EMIT arrived();
            } else if (read.error().code != rustcask::ErrorCode::cancelled) {
                m_failed = true; // asked again and again it would only fail again and again
                Q_EMIT failed(read.error());
            }
        },
        {.visible = false});
}

} // namespace rustcask::ui
