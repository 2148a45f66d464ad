// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QPointer>
#include <QWidget>

#include <rustcask/repair.h>
#include <rustcask/result.h>
#include <rustcask/verify.h>

QT_BEGIN_NAMESPACE
class QAction;
class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class FindingsModel;
class ProgressStrip;
class Session;
class Task;

/// Reading every byte of the database and listing what is not as it was written. Works read-only, writes nothing.
class VerifyPanel : public QWidget {
    Q_OBJECT
public:
    VerifyPanel(QAction* verify, QAction* rebuildHints, QAction* salvage, QWidget* parent = nullptr);

    void setSession(Session* session);
    /// Nothing happens while a verification runs.
    void start();
    /// Writes hint files anew where they are missing or do not fit: beside the writers where the database is open for
    /// writing here; where it is open read-only, nobody else may be writing it.
    void rebuildHints();
    [[nodiscard]] bool isRunning() const { return !m_task.isNull(); }
    [[nodiscard]] const std::optional<rustcask::VerifyReport>& report() const { return m_report; }
    [[nodiscard]] FindingsModel* findings() const { return m_model; }
    [[nodiscard]] QString sentence() const;
    [[nodiscard]] Banner* banner() const { return m_banner; }
    [[nodiscard]] QString findingText() const; ///< of the current finding, in full
    [[nodiscard]] QPushButton* bytesButton() const { return m_bytes; }

Q_SIGNALS:
    void runningChanged(bool running);
    void finished();
    void hintsRebuilt();
    /// The reader wants to see the bytes of a finding.
    void bytesRequested(const QString& file, quint64 offset);

protected:
    void changeEvent(QEvent* event) override;

private:
    void show(Result<rustcask::VerifyReport> report);
    void showHints(Result<rustcask::HintReport> report);
    void showIcon();
    void showFinding();

    Session* m_session = nullptr;
    QPointer<Task> m_task{};
    std::optional<rustcask::VerifyReport> m_report{};
    QLabel* m_icon;
    QLabel* m_sentence;
    ProgressStrip* m_strip;
    Banner* m_banner;
    FindingsModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    QWidget* m_finding; // the current one in full
    QLabel* m_findingText;
    QPushButton* m_bytes;
};

} // namespace rustcask::ui
