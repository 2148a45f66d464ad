// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/database_actions.h"

#include "actions/action_registry.h"
#include "analysis/analysis_dialog.h"
#include "session/session.h"
#include "theme/icons.h"
#include "transfer/export_dialog.h"
#include "transfer/import_dialog.h"

namespace rustcask::ui {

DatabaseActions::DatabaseActions(ActionRegistry& actions, Settings& settings, QWidget* window)
    : QObject(window),
      m_settings(settings),
      m_window(window),
      m_import(actions.add(QStringLiteral("file.import"), tr("&Import…"), QKeySequence(Qt::CTRL | Qt::Key_I),
                           tr("File"), this)),
      m_export(actions.add(QStringLiteral("file.export"), tr("&Export…"),
                           QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), tr("File"), this)),
      m_analyse(actions.add(QStringLiteral("view.analysis"), tr("A&nalysis…"),
                            QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A), tr("View"), this)) {
    m_import->setIcon(themedIcon(QStringLiteral("import")));
    m_export->setIcon(themedIcon(QStringLiteral("export")));
    m_analyse->setIcon(themedIcon(QStringLiteral("chart")));
    connect(m_analyse, &QAction::triggered, this, [this] { openAnalysis(); });
    connect(m_import, &QAction::triggered, this, [this] { openImport(); });
    connect(m_export, &QAction::triggered, this, [this] { openExport(); });
    setSession(nullptr);
}

DatabaseActions::~DatabaseActions() {
    setSession(nullptr);
}

void DatabaseActions::setSession(Session* session) {
    for (const QPointer<TransferDialog>& dialog : std::as_const(m_dialogs)) {
        delete dialog; // which cancels what it does; the session waits for that
    }
    m_dialogs.clear();
    delete m_analysis;
    m_session = session;
    m_import->setEnabled(session != nullptr);
    m_export->setEnabled(session != nullptr);
    m_analyse->setEnabled(session != nullptr);
}

void DatabaseActions::keep(TransferDialog* dialog) {
    m_dialogs.removeAll(nullptr);
    m_dialogs.append(dialog);
    connect(dialog, &TransferDialog::ended, this, [this, dialog](const QString& text, bool good) {
        Q_EMIT ended(text, good, dialog->isVisible() ? nullptr : dialog);
    });
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
}

ImportDialog* DatabaseActions::openImport(const QString& path) {
    if (!m_session) {
        return nullptr;
    }
    auto* dialog = new ImportDialog(*m_session, m_settings, m_window);
    keep(dialog);
    if (!path.isEmpty()) {
        dialog->setSource(path);
    }
    return dialog;
}

ExportDialog* DatabaseActions::openExport(const ExportRequest& request) {
    if (!m_session) {
        return nullptr;
    }
    auto* dialog = new ExportDialog(*m_session, m_settings, request, m_window);
    keep(dialog);
    return dialog;
}

AnalysisDialog* DatabaseActions::openAnalysis() {
    if (m_session && (!m_analysis || m_analysis->isHidden())) { // a closed one is on its way out
        m_analysis = new AnalysisDialog(*m_session, m_settings, m_window);
        connect(m_analysis, &AnalysisDialog::prefixRequested, this, &DatabaseActions::prefixRequested);
        connect(m_analysis, &AnalysisDialog::keyRequested, this, &DatabaseActions::keyRequested);
    }
    if (m_analysis) {
        m_analysis->show();
        m_analysis->raise();
        m_analysis->activateWindow();
    }
    return m_analysis;
}

} // namespace rustcask::ui
