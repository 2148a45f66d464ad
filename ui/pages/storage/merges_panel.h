// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

#include <rustcask/merge.h>

#include "session/engine_event.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Session;

/// One merge since the database was opened.
struct LoggedMerge {
    enum class Outcome { running, done, cancelled, failed };

    rustcask::Timestamp begun{};
    qint64 begunMs = 0;
    qint64 tookMs = 0;
    bool byHand = false; ///< otherwise the policy started it
    Outcome outcome = Outcome::running;
    QVector<quint64> inputs{}; ///< generations read so far
    quint64 bytesRead = 0;
    quint64 bytesFreed = 0;
};

/// The merges of this session, by hand and by the policy, newest first. At most `mostMerges`.
class MergeLogModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { begun, starter, files, read, freed, took, outcome, columnCountValue };
    static constexpr int mostMerges = 1000;

    using QAbstractTableModel::QAbstractTableModel;

    /// The next merge that begins was asked for by hand.
    void expectByHand() { m_byHand = true; }
    void take(const QVector<EngineEvent>& events);
    void clear();
    [[nodiscard]] const LoggedMerge& mergeAt(int row) const { return m_merges[row]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    void change();

    QVector<LoggedMerge> m_merges{}; // newest first
    bool m_byHand = false;
};

/// The log of merges.
class MergesPanel : public QWidget {
    Q_OBJECT
public:
    explicit MergesPanel(QWidget* parent = nullptr);

    void setSession(Session* session);
    [[nodiscard]] MergeLogModel* model() const { return m_model; }

private:
    void showNote();

    Session* m_session = nullptr;
    MergeLogModel* m_model;
    QLabel* m_note;
    QTableView* m_table;
};

} // namespace rustcask::ui
