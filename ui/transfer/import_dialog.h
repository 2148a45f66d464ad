// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transfer/transfer_dialog.h"

QT_BEGIN_NAMESPACE
class QLineEdit;
class QRadioButton;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class PreviewModel;

/// Choosing a file or folder to import, with its form found out and its first records shown. Nothing is written before
/// Import is pressed; a read-only database says why it cannot be.
class ImportDialog : public TransferDialog {
    Q_OBJECT
public:
    ImportDialog(Session& session, Settings& settings, QWidget* parent = nullptr);

    /// Looks at `path` in the background and shows what it holds.
    void setSource(const QString& path);
    [[nodiscard]] ImportJob job() const;
    [[nodiscard]] PreviewModel& previewModel() const { return *m_model; }
    void setConflicts(rustcask::transfer::ConflictPolicy policy);
    [[nodiscard]] QCheckBox* skipBox() const { return m_skip; }
    [[nodiscard]] QString state() const;

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void preview() override;
    void start() override;
    [[nodiscard]] bool isReady() const override;
    void setChoicesEnabled(bool enabled) override;

private:
    void chooseSource(bool folder);
    void detect();

    QWidget* m_source;
    QLineEdit* m_path;
    QTableView* m_table;
    PreviewModel* m_model;
    QLabel* m_state;
    QWidget* m_policies;
    QRadioButton* m_overwrite;
    QRadioButton* m_keep;
    QRadioButton* m_fail;
    QCheckBox* m_skip;
    QTimer m_detectTimer;
    quint64 m_detectSerial = 0;
    bool m_readable = false; // the preview found no reason against it
};

} // namespace rustcask::ui
