// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/storage_page.h"

#include <QAction>
#include <QPointer>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "pages/storage/activity_card.h"
#include "pages/storage/byte_map_store.h"
#include "pages/storage/byte_map_view.h"
#include "pages/storage/events_panel.h"
#include "pages/storage/files_card.h"
#include "pages/storage/keydir_panel.h"
#include "pages/storage/merge_card.h"
#include "pages/storage/merge_dialog.h"
#include "pages/storage/merges_panel.h"
#include "pages/storage/policy_dialog.h"
#include "pages/storage/policy_text.h"
#include "pages/storage/record_card.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/verify_panel.h"
#include "session/session.h"
#include "settings/settings.h"
#include "widgets/card.h"
#include "widgets/states.h"

namespace rustcask::ui {
namespace {

const Setting<double> mergeRateSetting{"storage/merge-rate", 0.0}; // bytes a second of the last merge

} // namespace

StoragePage::StoragePage(PageContext context, QWidget* parent)
    : Page(context, parent),
      m_mergeAction(actions().add(QStringLiteral("storage.merge"), tr("&Merge…"), QKeySequence(tr("Ctrl+M")),
                                  tr("Storage"), this)),
      m_policyAction(actions().add(QStringLiteral("storage.policy"), tr("&Policy…"), QKeySequence(tr("Ctrl+Shift+M")),
                                   tr("Storage"), this)),
      m_verifyAction(actions().add(QStringLiteral("storage.verify"), tr("&Verify"), QKeySequence(tr("Ctrl+Shift+V")),
                                   tr("Storage"), this)),
      m_recordsAction(actions().add(QStringLiteral("storage.records"), tr("Show &records of the selected file"),
                                    QKeySequence(tr("Ctrl+R")), tr("Storage"), this)),
      m_hintsAction(actions().add(QStringLiteral("storage.rebuild-hints"), tr("Rebuild &hint files"),
                                  QKeySequence(tr("Ctrl+Alt+H")), tr("Storage"), this)),
      m_salvageAction(actions().add(QStringLiteral("storage.salvage"), tr("&Salvage…"), QKeySequence(tr("Ctrl+Alt+S")),
                                    tr("Storage"), this)),
      m_eventsAction(actions().add(QStringLiteral("storage.events"), tr("Show the log of &events"),
                                   QKeySequence(tr("Ctrl+Alt+L")), tr("Storage"), this)),
      m_keydirAction(actions().add(QStringLiteral("storage.keydir"), tr("Show the &keydir"),
                                   QKeySequence(tr("Ctrl+Alt+K")), tr("Storage"), this)),
      m_stack(new QStackedWidget),
      m_files(new FilesCard(context.settings)),
      m_activity(new ActivityCard(m_verifyAction, m_hintsAction, m_salvageAction)),
      m_merge(new MergeCard(m_policyAction, m_mergeAction)),
      m_record(new RecordCard) {
    auto* left = new QSplitter(Qt::Vertical);
    left->addWidget(m_files);
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

    connectPanels();
    updateActions();
}

void StoragePage::connectPanels() {
    connect(m_mergeAction, &QAction::triggered, this, &StoragePage::openMergeDialog);
    connect(m_salvageAction, &QAction::triggered, this, &StoragePage::openSalvageDialog);
    connect(m_hintsAction, &QAction::triggered, this, [this] {
        m_activity->showTab(ActivityCard::verify);
        m_activity->verifyPanel()->rebuildHints();
    });
    connect(m_eventsAction, &QAction::triggered, this, [this] { m_activity->showTab(ActivityCard::events); });
    connect(m_keydirAction, &QAction::triggered, this, [this] { m_activity->showTab(ActivityCard::keydir); });
    connect(m_activity->eventsPanel(), &EventsPanel::bytesRequested, this, &StoragePage::showBytes);
    connect(m_activity->keydirPanel(), &KeydirPanel::bytesRequested, this, &StoragePage::showRecordAt);
    connect(m_record, &RecordCard::keyRequested, this,
            [this](const QByteArray& key) { Q_EMIT pageRequested(QStringLiteral("keys"), key); });
    connect(m_record, &RecordCard::keydirRequested, this, [this](const QByteArray& key) {
        m_activity->showTab(ActivityCard::keydir);
        m_activity->keydirPanel()->lookUp(key);
    });
    connect(m_merge, &MergeCard::started, m_activity->mergesPanel()->model(), &MergeLogModel::expectByHand);
    connect(m_policyAction, &QAction::triggered, this, &StoragePage::openPolicyDialog);
    connect(m_verifyAction, &QAction::triggered, this, &StoragePage::startVerify);
    connect(m_recordsAction, &QAction::triggered, this, [this] { m_activity->showTab(ActivityCard::records); });
    connect(m_files, &FilesCard::currentFileChanged, this, [this](const QString& name) {
        if (!name.isEmpty()) {
            m_activity->recordsPanel()->showFile(name);
        }
    });
    connect(m_files, &FilesCard::selectionChanged, this, &StoragePage::updateActions);
    connect(m_files, &FilesCard::fileActivated, m_recordsAction, &QAction::trigger);
    connect(m_files, &FilesCard::recordChosen, this, &StoragePage::showRecordAt);
    connect(m_record, &RecordCard::shown, this,
            [this] { m_files->map()->setSelectedRecord(m_record->fileName(), m_record->offset(), m_record->bytes()); });
    const auto offerFiles = [this] {
        QStringList names;
        for (const MapFile& file : m_files->store()->files()) {
            if (!file.growing) {
                names.append(file.name);
            }
        }
        m_activity->recordsPanel()->setFiles(names);
    };
    connect(m_files->store(), &ByteMapStore::filesChanged, this, offerFiles);
    connect(m_files->map(), &ByteMapView::painted, this, [this] {
        if (m_tracing == Trace::shown) {
            m_tracing = Trace::read;
            Q_EMIT milestone(QStringLiteral("byte map shown"));
        }
    });
    connect(m_files->store(), &ByteMapStore::sentenceChanged, this, [this] {
        if (m_tracing == Trace::read && m_files->store()->isRefined()) {
            m_tracing = Trace::over;
            Q_EMIT milestone(QStringLiteral("byte map read"));
        }
    });
    m_activity->recordsPanel()->setIndexSource(
        [this](const QString& name) { return m_files->store()->wholeIndex(name); });
    connect(m_merge, &MergeCard::runningChanged, this, &StoragePage::updateActions);
    connect(m_merge, &MergeCard::finished, this, [this] {
        Q_EMIT statusMessage(m_merge->sentence());
        if (const auto& report = m_merge->report(); report && report->elapsed.count() > 0) {
            settings().set(mergeRateSetting, static_cast<double>(report->bytesRead + report->bytesWritten) * 1e9 /
                                                 static_cast<double>(report->elapsed.count()));
        }
    });
    connect(m_activity->verifyPanel(), &VerifyPanel::runningChanged, this, &StoragePage::updateActions);
    connect(m_activity->verifyPanel(), &VerifyPanel::bytesRequested, this, &StoragePage::showBytes);
    connect(m_activity->verifyPanel(), &VerifyPanel::finished, this,
            [this] { Q_EMIT statusMessage(m_activity->verifyPanel()->sentence()); });
    connect(m_activity->recordsPanel(), &RecordsPanel::recordSelected, m_record, &RecordCard::showRecord);
    connect(m_activity, &ActivityCard::exported, this,
            [this](const QString& path) { Q_EMIT statusMessage(tr("Saved %1").arg(path)); });
    connect(m_activity, &ActivityCard::exportFailed, this, &Page::statusMessage);
}

StoragePage::~StoragePage() = default;

QTableView* StoragePage::fileTable() const {
    return m_files->fileTable();
}

void StoragePage::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    delete m_mergeDialog;
    delete m_policyDialog;
    delete m_salvageDialog;
    m_session = session;
    m_merge->setSession(session);
    m_record->setSession(session);
    m_activity->setSession(session);
    m_files->setSession(session); // after those who are told which files there are
    m_stack->setCurrentIndex(session == nullptr ? 0 : 1);
    if (session != nullptr) {
        connect(session, &Session::statsSampled, m_files, &FilesCard::showStats);
        connect(session, &Session::faulted, this, &StoragePage::updateActions);
        m_files->showStats(session->stats());
        m_tracing = Trace::shown;
        recallPolicy();
    }
    updateActions();
}

void StoragePage::updateActions() {
    const bool open = m_session != nullptr;
    const bool readOnly = open && m_session->isReadOnly();
    const bool merging = m_merge->isRunning();
    m_mergeAction->setEnabled(open && !readOnly && !merging);
    m_policyAction->setEnabled(open && !readOnly);
    m_verifyAction->setEnabled(open && !m_activity->verifyPanel()->isRunning());
    const bool verifying = m_activity->verifyPanel()->isRunning();
    m_salvageAction->setEnabled(open);
    m_eventsAction->setEnabled(open);
    m_keydirAction->setEnabled(open);
    m_hintsAction->setEnabled(open && !verifying);
    m_hintsAction->setToolTip(!open ? tr("No database is open")
                              : verifying
                                  ? tr("A verification is running")
                                  : actionToolTip(*m_hintsAction, tr("Writes hint files anew where they are missing or "
                                                                     "do not fit their data files")));
    m_salvageAction->setToolTip(
        open ? actionToolTip(*m_salvageAction, tr("Copies every sound record into a new directory"))
             : tr("No database is open"));
    m_recordsAction->setEnabled(open && !m_files->currentFile().isEmpty());
    const QString refused = tr("Not possible: the database is open read-only.");
    m_mergeAction->setToolTip(!open      ? tr("No database is open")
                              : readOnly ? refused
                              : merging  ? tr("A merge is running")
                                         : actionToolTip(*m_mergeAction));
    m_policyAction->setToolTip(!open ? tr("No database is open")
                               : readOnly
                                   ? refused
                                   : actionToolTip(*m_policyAction, tr("When merges start and which files they take")));
}

void StoragePage::openMergeDialog() {
    if (!m_mergeAction->isEnabled() || m_mergeDialog) {
        return;
    }
    // A single current row is where the reader looks, not a choice of what to merge; several are.
    auto chosen = m_files->selectedFiles();
    m_mergeDialog = new MergeDialog(*m_session, chosen, settings().get(mergeRateSetting), window());
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
    m_policyDialog = new PolicyDialog(*m_session, m_session->database()->mergePolicy(), window());
    connect(m_policyDialog, &PolicyDialog::applied, this, [this](const rustcask::MergePolicy& policy) {
        keepPolicy(policy);
        m_activity->setPolicy(policy);
        Q_EMIT statusMessage(tr("The merge policy is changed."));
    });
    m_policyDialog->open();
}

void StoragePage::keepPolicy(const rustcask::MergePolicy& policy) {
    settings().set(policySettingName(m_session->directory()), policyText(policy));
}

void StoragePage::recallPolicy() {
    m_activity->setPolicy(m_session->database()->mergePolicy());
    const auto kept = policyFromText(settings().get<QString>(policySettingName(m_session->directory()), QString()));
    if (!kept || m_session->isReadOnly()) {
        return;
    }
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<void>(
        tr("Setting the merge policy"),
        [database = m_session->database(), policy = *kept](rustcask::Progress&) {
            return database->setMergePolicy(policy);
        },
        this,
        [this, policy = *kept, session = QPointer<Session>(m_session)](Result<void> done) {
            if (done && session && session == m_session) {
                m_activity->setPolicy(policy);
            } // a policy that this version refuses stays unused; the dialog shows the one in effect
        },
        quiet);
}

void StoragePage::openSalvageDialog() {
    if (m_session == nullptr || m_salvageDialog) {
        return;
    }
    m_salvageDialog = new SalvageDialog(*m_session, window());
    connect(m_salvageDialog, &SalvageDialog::openRequested, this, &Page::databaseRequested);
    connect(m_salvageDialog, &SalvageDialog::bytesRequested, this, &StoragePage::showBytes);
    m_salvageDialog->open();
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

void StoragePage::showRecordAt(const QString& fileName, quint64 byte) {
    m_record->showByte(fileName, byte, m_files->store()->startBefore(fileName, byte));
    m_activity->recordsPanel()->showFile(fileName, byte); // which lists nothing before it is shown
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
    return {QStringLiteral("files"),   QStringLiteral("operations"),    QStringLiteral("records"),
            QStringLiteral("verify"),  QStringLiteral("merge-dialog"),  QStringLiteral("policy-dialog"),
            QStringLiteral("latency"), QStringLiteral("fragmentation"), QStringLiteral("keydir"),
            QStringLiteral("events"),  QStringLiteral("merges"),        QStringLiteral("salvage-dialog"),
            QStringLiteral("block"),   QStringLiteral("table"),         QStringLiteral("closer")};
}

void StoragePage::enterScene(const QString& scene) {
    if (scene == QLatin1String("files")) {
        m_activity->showTab(ActivityCard::files);
    } else if (scene == QLatin1String("operations")) {
        m_activity->showTab(ActivityCard::operations);
    } else if (scene == QLatin1String("records")) {
        if (m_files->currentFile().isEmpty() && !m_files->store()->files().empty()) {
            m_files->selectFile(m_files->store()->files().front().name, false);
        }
        m_activity->showTab(ActivityCard::records);
    } else if (scene == QLatin1String("verify")) {
        startVerify();
    } else if (scene == QLatin1String("merge-dialog")) {
        openMergeDialog();
    } else if (scene == QLatin1String("policy-dialog")) {
        openPolicyDialog();
    } else if (scene == QLatin1String("latency")) {
        m_activity->showTab(ActivityCard::latency);
    } else if (scene == QLatin1String("fragmentation")) {
        m_activity->showTab(ActivityCard::fragmentation);
    } else if (scene == QLatin1String("keydir")) {
        m_activity->showTab(ActivityCard::keydir);
    } else if (scene == QLatin1String("events")) {
        m_activity->showTab(ActivityCard::events);
    } else if (scene == QLatin1String("merges")) {
        m_activity->showTab(ActivityCard::merges);
    } else if (scene == QLatin1String("salvage-dialog")) {
        openSalvageDialog();
    } else if (scene == QLatin1String("block")) {
        m_files->showView(FilesCard::block);
    } else if (scene == QLatin1String("table")) {
        m_files->showView(FilesCard::table);
    } else if (scene == QLatin1String("closer")) {
        m_files->showView(FilesCard::strips);
        m_files->map()->zoomIn();
    }
}

} // namespace rustcask::ui
