// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/storage_page.h"

#include <algorithm>

#include <QAction>
#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "pages/storage/activity_card.h"
#include "pages/storage/file_bar_delegate.h"
#include "pages/storage/file_table_model.h"
#include "pages/storage/merge_card.h"
#include "pages/storage/merge_dialog.h"
#include "pages/storage/policy_dialog.h"
#include "pages/storage/record_card.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/verify_panel.h"
#include "session/session.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "widgets/card.h"
#include "widgets/color_swatch.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

StoragePage::StoragePage(PageContext context, QWidget* parent)
    : Page(context, parent),
      m_mergeAction(actions().add(QStringLiteral("storage.merge"), tr("&Merge…"), QKeySequence(tr("Ctrl+M")),
                                  tr("Storage"), this)),
      m_policyAction(
          actions().add(QStringLiteral("storage.policy"), tr("&Policy…"), QKeySequence(), tr("Storage"), this)),
      m_verifyAction(actions().add(QStringLiteral("storage.verify"), tr("&Verify"), QKeySequence(tr("Ctrl+Shift+V")),
                                   tr("Storage"), this)),
      m_recordsAction(actions().add(QStringLiteral("storage.records"), tr("Show &records of the selected file"),
                                    QKeySequence(tr("Ctrl+R")), tr("Storage"), this)),
      m_stack(new QStackedWidget),
      m_fileModel(new FileTableModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_activity(new ActivityCard(m_verifyAction)),
      m_merge(new MergeCard(m_policyAction, m_mergeAction)),
      m_record(new RecordCard) {
    auto* left = new QSplitter(Qt::Vertical);
    left->addWidget(buildFilesCard());
    left->addWidget(m_activity);
    left->setStretchFactor(0, 2);
    left->setStretchFactor(1, 3);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(m_merge);
    right->addWidget(m_record);
    right->setStretchFactor(0, 2);
    right->setStretchFactor(1, 3);
    auto* columns = new QSplitter(Qt::Horizontal);
    columns->addWidget(left);
    columns->addWidget(right);
    columns->setStretchFactor(0, 2);
    columns->setStretchFactor(1, 1);
    for (QSplitter* splitter : {left, right, columns}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(Card::gutter);
    }
    left->setSizes({300, 460});
    right->setSizes({250, 510});
    columns->setSizes({840, 420});
    settings().keep(left, QStringLiteral("storage/left"));
    settings().keep(right, QStringLiteral("storage/right"));
    settings().keep(columns, QStringLiteral("storage/columns"));

    auto* body = new QWidget;
    auto* bodyLayout = new QVBoxLayout(body);
    bodyLayout->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
    bodyLayout->addWidget(columns);
    m_stack->addWidget(new EmptyState(QStringLiteral("storage"), tr("No database is open."),
                                      tr("Open or create one on the start page to see its files.")));
    m_stack->addWidget(body);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_stack);

    connect(m_mergeAction, &QAction::triggered, this, &StoragePage::openMergeDialog);
    connect(m_policyAction, &QAction::triggered, this, &StoragePage::openPolicyDialog);
    connect(m_verifyAction, &QAction::triggered, this, &StoragePage::startVerify);
    connect(m_recordsAction, &QAction::triggered, this, [this] { m_activity->showTab(ActivityCard::records); });
    connect(m_merge, &MergeCard::runningChanged, this, &StoragePage::updateActions);
    connect(m_merge, &MergeCard::finished, this, [this] { Q_EMIT statusMessage(m_merge->sentence()); });
    connect(m_activity->verifyPanel(), &VerifyPanel::runningChanged, this, &StoragePage::updateActions);
    connect(m_activity->verifyPanel(), &VerifyPanel::bytesRequested, this, &StoragePage::showBytes);
    connect(m_activity->verifyPanel(), &VerifyPanel::finished, this,
            [this] { Q_EMIT statusMessage(m_activity->verifyPanel()->sentence()); });
    connect(m_activity->recordsPanel(), &RecordsPanel::recordSelected, m_record, &RecordCard::showRecord);
    connect(m_activity, &ActivityCard::exported, this,
            [this](const QString& path) { Q_EMIT statusMessage(tr("Saved %1").arg(path)); });
    connect(m_activity, &ActivityCard::exportFailed, this, &Page::statusMessage);
    updateActions();
}

StoragePage::~StoragePage() = default;

QWidget* StoragePage::buildFilesCard() {
    m_filesCard = new Card(tr("Files"));
    m_filesCard->addHeaderWidget(
        new Legend({Meaning::live, Meaning::dead, Meaning::tombstone, Meaning::active, Meaning::damaged}));
    m_sorted->setSourceModel(m_fileModel);
    m_sorted->setSortRole(FileTableModel::sortRole);
    m_files = new QTableView;
    styleTable(m_files, tr("Data files"));
    m_files->setModel(m_sorted);
    m_files->setSortingEnabled(true);
    m_files->sortByColumn(FileTableModel::file, Qt::AscendingOrder);
    m_files->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_files->setItemDelegateForColumn(FileTableModel::map, new FileBarDelegate(m_files));
    auto* header = m_files->horizontalHeader();
    const int widths[]{60, 104, 150, 76, 68, 76, 80, 104, 76, 72};
    for (int column = 0; column < FileTableModel::columnCountValue; ++column) {
        m_files->setColumnWidth(column, widths[column]);
    }
    header->setSectionResizeMode(FileTableModel::map, QHeaderView::Interactive);
    header->setStretchLastSection(false);
    settings().keep(header, QStringLiteral("storage/files"));
    m_filesCard->addBody(m_files);

    connect(m_files->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
        if (index.isValid()) {
            const auto& file = m_fileModel->fileAt(m_sorted->mapToSource(index).row());
            m_activity->recordsPanel()->showFile(QStringLiteral("%1.rustcask.data").arg(file.generation.value));
        }
    });
    connect(m_files->selectionModel(), &QItemSelectionModel::selectionChanged, this, &StoragePage::updateActions);
    connect(m_files, &QTableView::activated, m_recordsAction, &QAction::trigger);
    return m_filesCard;
}

void StoragePage::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    delete m_mergeDialog;
    delete m_policyDialog;
    m_session = session;
    m_policy.reset();
    m_merge->setSession(session);
    m_record->setSession(session);
    m_fileModel->setFiles({});
    m_activity->setSession(session);
    m_stack->setCurrentIndex(session == nullptr ? 0 : 1);
    if (session != nullptr) {
        connect(session, &Session::statsSampled, this, [this](const rustcask::Stats& stats) { showStats(stats); });
        connect(session, &Session::faulted, this, &StoragePage::updateActions);
        showStats(session->stats());
    }
    updateActions();
}

void StoragePage::showStats(const rustcask::Stats& stats) {
    m_fileModel->setFiles(stats.files);
    m_filesCard->setSubtitle(filesSummary(stats));
}

void StoragePage::updateActions() {
    const bool open = m_session != nullptr;
    const bool readOnly = open && m_session->isReadOnly();
    const bool merging = m_merge->isRunning();
    m_mergeAction->setEnabled(open && !readOnly && !merging);
    m_policyAction->setEnabled(open && !readOnly);
    m_verifyAction->setEnabled(open && !m_activity->verifyPanel()->isRunning());
    m_recordsAction->setEnabled(open && m_files->currentIndex().isValid());
    const QString refused = tr("Not possible: the database is open read-only.");
    m_mergeAction->setToolTip(!open      ? tr("No database is open")
                              : readOnly ? refused
                              : merging  ? tr("A merge is running")
                                         : actionToolTip(*m_mergeAction));
    m_policyAction->setToolTip(!open      ? tr("No database is open")
                               : readOnly ? refused
                                          : tr("When merges start and which files they take"));
}

std::vector<rustcask::Generation> StoragePage::selectedFiles() const {
    std::vector<rustcask::Generation> chosen;
    const auto rows = m_files->selectionModel()->selectedRows();
    for (const QModelIndex& index : rows) {
        chosen.push_back(m_fileModel->fileAt(m_sorted->mapToSource(index).row()).generation);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

void StoragePage::openMergeDialog() {
    if (!m_mergeAction->isEnabled() || m_mergeDialog) {
        return;
    }
    // A single current row is where the reader looks, not a choice of what to merge; several are.
    auto chosen = selectedFiles();
    m_mergeDialog = new MergeDialog(*m_session, chosen, window());
    if (chosen.size() < 2) {
        m_mergeDialog->choose(rustcask::MergeSelection::Kind::everything);
    }
    connect(m_mergeDialog, &MergeDialog::mergeRequested, m_merge, &MergeCard::start);
    m_mergeDialog->open();
}

void StoragePage::openPolicyDialog() {
    if (!m_policyAction->isEnabled() || m_policyDialog || !m_session->database()) {
        return;
    }
    m_policyDialog = new PolicyDialog(*m_session, m_policy.value_or(m_session->database()->options().merge), window());
    connect(m_policyDialog, &PolicyDialog::applied, this, [this](const rustcask::MergePolicy& policy) {
        m_policy = policy;
        Q_EMIT statusMessage(tr("The merge policy is changed."));
    });
    m_policyDialog->open();
}

void StoragePage::startVerify() {
    m_activity->showTab(ActivityCard::verify);
    m_activity->verifyPanel()->start();
}

void StoragePage::showBytes(const QString& fileName, quint64 offset) {
    m_activity->showTab(ActivityCard::records);
    if (!m_activity->recordsPanel()->showFile(fileName, offset)) {
        Q_EMIT statusMessage(tr("%1 is not there any more.").arg(fileName));
    }
}

void StoragePage::showTarget(const QByteArray& target) {
    const auto parts = target.split('@');
    bool generationFine = false;
    bool offsetFine = false;
    if (parts.size() == 2) {
        const quint64 generation = parts[0].toULongLong(&generationFine);
        const quint64 offset = parts[1].toULongLong(&offsetFine);
        if (generationFine && offsetFine) {
            showBytes(QStringLiteral("%1.rustcask.data").arg(generation), offset);
        }
    }
}

QStringList StoragePage::scenes() const {
    return {QStringLiteral("files"),  QStringLiteral("operations"),   QStringLiteral("records"),
            QStringLiteral("verify"), QStringLiteral("merge-dialog"), QStringLiteral("policy-dialog")};
}

void StoragePage::enterScene(const QString& scene) {
    if (scene == QLatin1String("files")) {
        m_activity->showTab(ActivityCard::files);
    } else if (scene == QLatin1String("operations")) {
        m_activity->showTab(ActivityCard::operations);
    } else if (scene == QLatin1String("records")) {
        if (!m_files->currentIndex().isValid() && m_sorted->rowCount() > 0) {
            m_files->setCurrentIndex(m_sorted->index(0, 0));
        }
        m_activity->showTab(ActivityCard::records);
    } else if (scene == QLatin1String("verify")) {
        startVerify();
    } else if (scene == QLatin1String("merge-dialog")) {
        openMergeDialog();
    } else if (scene == QLatin1String("policy-dialog")) {
        openPolicyDialog();
    }
}

} // namespace rustcask::ui
