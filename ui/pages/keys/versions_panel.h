// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include "models/version_history_model.h"
#include "pages/keys/value_document.h"
#include "tasks/task_runner.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Card;
class EmptyState;
class Session;
class Settings;

/// All records of one key that are still in the log. Finds them by a scan on a worker, which is dropped as soon as
/// another key is asked for.
class VersionsPanel : public QWidget {
    Q_OBJECT
public:
    /// Directories with more data are scanned only when asked: a scan reads everything.
    static constexpr quint64 maxUnaskedBytes = quint64{512} << 20;

    explicit VersionsPanel(Settings& settings, QWidget* parent = nullptr);

    void setSession(Session* session);
    /// Empty: no key.
    void setKey(const QByteArray& key);
    /// The key has a new record: scans again.
    void refresh();
    [[nodiscard]] const VersionHistoryModel& model() const { return m_model; }
    [[nodiscard]] const rustcask::Version* currentVersion() const;
    void setRestoreEnabled(bool enabled);

Q_SIGNALS:
    /// A version's value was read, to be looked at.
    void versionShown(const rustcask::ui::ValueDocument& document, const QString& note);
    void restoreRequested(const QByteArray& key, const QByteArray& value);
    void failed(const rustcask::Error& error);

private:
    void ask();
    void scan();
    void cancelScan();
    void showHistory(rustcask::Result<rustcask::History> history);
    void readCurrent(bool restore);
    void updateButtons();
    void showState(const QString& icon, const QString& sentence, const QString& advice = {});

    VersionHistoryModel m_model;
    QPointer<Session> m_session;
    QByteArray m_key;
    QTimer m_delay;
    QPointer<Task> m_task;
    quint64 m_serial = 0;
    bool m_restoreEnabled = true;

    Card* m_card = nullptr;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    EmptyState* m_state = nullptr;
    QPushButton* m_scanButton = nullptr;
    QPushButton* m_view = nullptr;
    QPushButton* m_restore = nullptr;
};

} // namespace rustcask::ui
