// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QPointer>

#include <rustcask/options.h>
#include <rustcask/types.h>

#include "pages/page.h"
#include "pages/storage/merge_dialog.h"
#include "pages/storage/policy_dialog.h"
#include "pages/storage/salvage_dialog.h"

QT_BEGIN_NAMESPACE
class QAction;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class ActivityCard;
class EmptyState;
class FilesCard;
class MergeCard;
class RecordCard;

/// Files and their bytes: the file table, live charts, merge, verification, and the records down to the byte.
class StoragePage : public Page {
    Q_OBJECT
public:
    explicit StoragePage(PageContext context, QWidget* parent = nullptr);
    ~StoragePage() override;

    [[nodiscard]] QString id() const override { return QStringLiteral("storage"); }
    [[nodiscard]] QString title() const override { return tr("Storage"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("storage"); }
    void setSession(Session* session) override;
    /// "GENERATION@OFFSET": the record that holds this byte.
    void showTarget(const QByteArray& target) override;
    [[nodiscard]] QStringList scenes() const override;
    void enterScene(const QString& scene) override;

    // For tests.
    [[nodiscard]] FilesCard* files() const { return m_files; }
    [[nodiscard]] QTableView* fileTable() const;
    [[nodiscard]] ActivityCard* activity() const { return m_activity; }
    [[nodiscard]] MergeCard* mergeCard() const { return m_merge; }
    [[nodiscard]] RecordCard* recordCard() const { return m_record; }
    [[nodiscard]] MergeDialog* mergeDialog() const { return m_mergeDialog; }
    [[nodiscard]] PolicyDialog* policyDialog() const { return m_policyDialog; }
    [[nodiscard]] SalvageDialog* salvageDialog() const { return m_salvageDialog; }

private:
    void updateActions();
    void openMergeDialog();
    void openPolicyDialog();
    void openSalvageDialog();
    void connectPanels();
    void recallPolicy();
    void keepPolicy(const rustcask::MergePolicy& policy);
    void startVerify();
    void showBytes(const QString& fileName, quint64 offset);
    void showRecordAt(const QString& fileName, quint64 byte);

    enum class Trace { over, shown, read }; ///< which milestone comes next
    Trace m_tracing = Trace::over;
    Session* m_session = nullptr;
    QAction* m_mergeAction;
    QAction* m_policyAction;
    QAction* m_verifyAction;
    QAction* m_recordsAction;
    QAction* m_hintsAction;
    QAction* m_salvageAction;
    QAction* m_eventsAction;
    QAction* m_keydirAction;
    QStackedWidget* m_stack;
    FilesCard* m_files;
    ActivityCard* m_activity;
    MergeCard* m_merge;
    RecordCard* m_record;
    QPointer<MergeDialog> m_mergeDialog{};
    QPointer<PolicyDialog> m_policyDialog{};
    QPointer<SalvageDialog> m_salvageDialog{};
};

} // namespace rustcask::ui
