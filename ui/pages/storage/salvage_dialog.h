// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QDialog>
#include <QPointer>

#include <rustcask/repair.h>
#include <rustcask/result.h>

QT_BEGIN_NAMESPACE
class QCheckBox;
class QLineEdit;
class QPushButton;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class LostModel;
class ProgressStrip;
class Session;
class Task;

/// Copies every sound record of the database into a new directory and lists what could not be saved. The database
/// itself is not changed, so it may be open, read-only too.
class SalvageDialog : public QDialog {
    Q_OBJECT
public:
    explicit SalvageDialog(Session& session, QWidget* parent = nullptr);
    ~SalvageDialog() override;

    void start();
    [[nodiscard]] QLineEdit* target() const { return m_target; }
    [[nodiscard]] QPushButton* startButton() const { return m_start; }
    [[nodiscard]] QPushButton* openButton() const { return m_open; }
    [[nodiscard]] LostModel* lost() const { return m_lost; }
    [[nodiscard]] const std::optional<rustcask::SalvageReport>& report() const { return m_report; }

Q_SIGNALS:
    void finished();
    /// The reader wants to see the salvaged database, or the bytes of what was lost.
    void openRequested(const QString& directory);
    void bytesRequested(const QString& fileName, quint64 offset);

private:
    void browse();
    void show(Result<rustcask::SalvageReport> report);
    void updateButtons();

    Session& m_session;
    QPointer<Task> m_task{};
    std::optional<rustcask::SalvageReport> m_report{};
    QLineEdit* m_target;
    QPushButton* m_browse;
    QCheckBox* m_tornTails;
    Banner* m_outcome;
    ProgressStrip* m_strip;
    LostModel* m_lost;
    QTableView* m_table;
    QPushButton* m_start;
    QPushButton* m_open;
};

} // namespace rustcask::ui
