// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include <QAbstractTableModel>
#include <QByteArray>
#include <QSortFilterProxyModel>
#include <QString>
#include <QVector>

#include <rustcask/stats.h>

#include "session/engine_event.h"
#include "session/event_log.h"

namespace rustcask::ui {

/// One line of the event log.
struct LogRow {
    rustcask::EventKind kind = rustcask::EventKind::append;
    rustcask::Timestamp time{};
    qint64 monotonicMs = 0;
    rustcask::RecordLocation location{};
    quint64 sequence = 0;
    QByteArray key{}; ///< its beginning
    quint64 bytes = 0;
    QString text{};

    /// Whether there are bytes to be shown.
    [[nodiscard]] bool hasPlace() const { return location.generation.value > 0; }
};

/// What the engine did, newest last; the oldest go when there are more than `mostRows`.
class EventLogModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { time, kind, place, sequence, key, bytes, what, columnCountValue };
    static constexpr int mostRows = 20'000;

    using QAbstractTableModel::QAbstractTableModel;

    /// Adds rows in the order of their times.
    void append(QVector<LogRow> rows);
    void clear();
    [[nodiscard]] const LogRow& rowAt(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    [[nodiscard]] quint64 forgotten() const { return m_forgotten; } ///< rows that went for newer ones

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    std::deque<LogRow> m_rows{};
    quint64 m_forgotten = 0;
};

/// Rows of one kind whose key, file or text contains something.
class EventFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setKind(std::optional<rustcask::EventKind> kind);
    void setPart(const QString& part);

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    std::optional<rustcask::EventKind> m_kind{};
    QString m_part{};
};

[[nodiscard]] QString eventKindText(rustcask::EventKind kind);
[[nodiscard]] LogRow logRowOf(const LoggedAppend& append);
[[nodiscard]] LogRow logRowOf(const EngineEvent& event);
/// What another process has done between two looks at the statistics.
[[nodiscard]] QVector<LogRow> logRowsBetween(const rustcask::Stats& before, const rustcask::Stats& now,
                                             rustcask::Timestamp time, qint64 monotonicMs);

} // namespace rustcask::ui
