// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <QPointer>
#include <QPushButton>
#include <QTimer>
#include <QWidget>

#include <rustcask/version_index.h>

#include "models/version_history_model.h"
#include "pages/keys/value_document.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Card;
class EmptyState;
class Session;
class Settings;
class VersionDiffDialog;

/// All records of one key that are still in the log, from the session's index of all records. What is found while it is
/// being built is shown, and called partial.
class VersionsPanel : public QWidget {
    Q_OBJECT
public:
    /// Directories with more data are indexed only when asked: the scan reads everything, and takes 8 bytes of memory a
    /// record.
    static constexpr quint64 maxUnaskedBytes = quint64{16} << 30;

    explicit VersionsPanel(Settings& settings, QWidget* parent = nullptr);

    void setSession(Session* session);
    /// Empty: no key.
    void setKey(const QByteArray& key);
    /// The key has a new record: scans again.
    void refresh();
    [[nodiscard]] const VersionHistoryModel& model() const { return m_model; }
    [[nodiscard]] const rustcask::Version* currentVersion() const;
    void setRestoreEnabled(bool enabled);
    /// As the buttons do with the version selected; nothing happens where they are disabled.
    void viewCurrent() { m_view->click(); }
    void restoreCurrent() { m_restore->click(); }
    /// Gives the versions the focus, the newest selected when none is.
    void focusVersions();
    /// Ordered with a click, for tests and screenshots: as the Compare button does. nullptr: there is nothing to
    /// compare.
    VersionDiffDialog* compare();

Q_SIGNALS:
    /// A version's value was read, to be looked at.
    void versionShown(const rustcask::ui::ValueDocument& document, const QString& note);
    void restoreRequested(const QByteArray& key, const QByteArray& value);
    void failed(const rustcask::Error& error);

private:
    void ask();
    void update();
    void look();
    void summarise();
    void noteUpdated(const rustcask::Error* failure);
    void showFound(rustcask::Result<rustcask::IndexedHistory> found);
    void readCurrent(bool restore);
    void updateButtons();
    void showState(const QString& icon, const QString& sentence, const QString& advice = {});
    [[nodiscard]] std::optional<std::pair<int, int>> comparedRows() const; ///< older, newer

    VersionHistoryModel m_model;
    QPointer<Session> m_session;
    QByteArray m_key;
    QTimer m_delay;
    QTimer m_partial;       // looks again while the index is being built
    bool m_stopped = false; // by the user
    quint64 m_serial = 0;   // of keys
    quint64 m_looks = 0;
    bool m_restoreEnabled = true;

    Card* m_card = nullptr;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    EmptyState* m_state = nullptr;
    QPushButton* m_scanButton = nullptr;
    QPushButton* m_view = nullptr;
    QPushButton* m_compare = nullptr;
    QPushButton* m_restore = nullptr;
};

} // namespace rustcask::ui
