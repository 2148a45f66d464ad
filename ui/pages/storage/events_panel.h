// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include <rustcask/stats.h>

#include "session/engine_event.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class EventFilter;
class EventLogModel;
class Session;

/// A live log of what the engine does, filtered and held at will. Appends are told one by one while the log is looked
/// at; the engine never waits for it, and what it could not take in is counted and said. Of another process it tells
/// what its files show.
class EventsPanel : public QWidget {
    Q_OBJECT
public:
    explicit EventsPanel(QWidget* parent = nullptr);
    ~EventsPanel() override;

    void setSession(Session* session);
    [[nodiscard]] EventLogModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QToolButton* pauseButton() const { return m_pause; }
    [[nodiscard]] QComboBox* kindFilter() const { return m_kind; }
    [[nodiscard]] QString note() const;

Q_SIGNALS:
    void bytesRequested(const QString& fileName, quint64 offset);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void listen();
    void take(const QVector<EngineEvent>& events);
    void takeStats(const rustcask::Stats& stats, qint64 monotonicMs);
    void showNote();

    Session* m_session = nullptr;
    EventLogModel* m_model;
    EventFilter* m_filter;
    QComboBox* m_kind;
    QLineEdit* m_part;
    QToolButton* m_pause;
    QToolButton* m_clear;
    QLabel* m_note;
    QTableView* m_table;
    QTimer m_fetch{};
    rustcask::Stats m_before{}; // of another process
    bool m_knowsBefore = false;
    quint64 m_dropped = 0;
};

} // namespace rustcask::ui
