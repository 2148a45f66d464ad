// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QPointer>

#include "transfer/export_request.h"

QT_BEGIN_NAMESPACE
class QAction;
class QWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

class ActionRegistry;
class AnalysisDialog;
class ExportDialog;
class ImportDialog;
class Session;
class Settings;
class TransferDialog;

/// What a window does with its database as a whole: import, export and analysis. Their actions and their dialogs, of
/// which imports and exports that work outlive being closed.
class DatabaseActions : public QObject {
    Q_OBJECT
public:
    DatabaseActions(ActionRegistry& actions, Settings& settings, QWidget* window);
    ~DatabaseActions() override;

    /// Ends the dialogs on the session before; nullptr: nothing can be imported or exported.
    void setSession(Session* session);
    /// Shows the dialog, with `path` looked at already when there is one.
    ImportDialog* openImport(const QString& path = {});
    ExportDialog* openExport(const ExportRequest& request = {});
    /// Shows the analysis, the one that is open already when there is one.
    AnalysisDialog* openAnalysis();

Q_SIGNALS:
    /// A transfer ended. `dialog` shows the details when it is shown again; null when the user has it before him.
    void ended(const QString& text, bool good, rustcask::ui::TransferDialog* dialog);
    /// From the analysis: show these keys in the list.
    void prefixRequested(const QByteArray& prefix);
    void keyRequested(const QByteArray& key);

private:
    void keep(TransferDialog* dialog);

    Settings& m_settings;
    QWidget* m_window;
    QAction* m_import;
    QAction* m_export;
    QAction* m_analyse;
    QPointer<Session> m_session;
    QList<QPointer<TransferDialog>> m_dialogs;
    QPointer<AnalysisDialog> m_analysis;
};

} // namespace rustcask::ui
