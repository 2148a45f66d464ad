// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transfer/export_request.h"
#include "transfer/transfer_dialog.h"

QT_BEGIN_NAMESPACE
class QLineEdit;
class QPlainTextEdit;
class QRadioButton;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Choosing what to export, in what form and where to, with the first records as they will be written.
class ExportDialog : public TransferDialog {
    Q_OBJECT
public:
    ExportDialog(Session& session, Settings& settings, const ExportRequest& request, QWidget* parent = nullptr);

    void setTarget(const QString& path);
    [[nodiscard]] ExportJob job() const;
    [[nodiscard]] QString previewText() const;
    [[nodiscard]] QString state() const;
    [[nodiscard]] QCheckBox* replaceBox() const { return m_replace; }
    [[nodiscard]] QLineEdit* prefixEdit() const { return m_prefix; }

protected:
    void preview() override;
    void start() override;
    [[nodiscard]] bool isReady() const override;
    void formChanged() override;
    void setChoicesEnabled(bool enabled) override;

private:
    void chooseTarget();
    void noteTarget();
    [[nodiscard]] QString suggestedName() const;

    ExportRequest m_request;
    QWidget* m_what;
    QRadioButton* m_everything;
    QRadioButton* m_byPrefix;
    QLineEdit* m_prefix;
    QRadioButton* m_chosen;
    QWidget* m_where;
    QLineEdit* m_path;
    QCheckBox* m_replace;
    QPlainTextEdit* m_text;
    QLabel* m_state;
    bool m_readable = false;
    bool m_exists = false;
};

} // namespace rustcask::ui
