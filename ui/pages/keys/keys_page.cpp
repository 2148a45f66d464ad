// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/keys_page.h"

#include <algorithm>

#include <QAction>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "pages/keys/changes_dialog.h"
#include "pages/keys/key_find_bar.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/versions_panel.h"
#include "session/session.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "widgets/card.h"
#include "widgets/choose_row.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"
#include "widgets/tall_table_view.h"

namespace rustcask::ui {

namespace {

constexpr int showLoadingAfterMs = 150; // a value that is there sooner replaces the last one without a flash
constexpr int recheckMs = 300;
constexpr std::size_t maxOverlay = 20'000;

using KeyInfos = QVector<std::pair<QByteArray, std::optional<rustcask::KeyInfo>>>;

} // namespace

KeysPage::KeysPage(PageContext context, QWidget* parent) : Page(context, parent) {
    makeActions();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
    layout->setSpacing(Card::gutter);

    KeyListPanel::Actions listed;
    listed.create = m_actions.create;
    listed.duplicate = m_actions.duplicate;
    listed.rename = m_actions.rename;
    listed.remove = m_actions.remove;
    listed.removeMatching = m_actions.removeMatching;
    listed.restore = m_actions.restore;
    listed.saveAll = m_actions.saveAll;
    listed.discardAll = m_actions.discardAll;
    listed.showTree = m_actions.showTree;
    listed.views = {m_actions.showNow, m_actions.showDeleted, m_actions.asOf};
    listed.columns = m_actions.columns;
    listed.orders = m_actions.orders;
    m_list = new KeyListPanel(settings(), listed);
    m_value = new ValuePanel({m_actions.save, m_actions.discard, m_actions.loadFile, m_actions.saveFile}, settings());
    m_versions = new VersionsPanel(settings());
    m_progress = new ProgressStrip;

    auto* right = new QSplitter(Qt::Vertical);
    right->setHandleWidth(Card::gutter);
    right->setChildrenCollapsible(false);
    right->addWidget(m_value);
    right->addWidget(m_versions);
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 2);
    right->setSizes({520, 250});
    auto* both = new QSplitter(Qt::Horizontal);
    both->setHandleWidth(Card::gutter);
    both->setChildrenCollapsible(false);
    both->addWidget(m_list);
    both->addWidget(right);
    both->setStretchFactor(0, 1);
    both->setStretchFactor(1, 1);
    both->setSizes({650, 610});
    layout->addWidget(m_progress);
    layout->addWidget(both, 1);
    settings().keep(right, QStringLiteral("keys/right-splitter"));
    settings().keep(both, QStringLiteral("keys/splitter"));

    m_reload.setSingleShot(true);
    m_recheck.setSingleShot(true);
    m_recheck.setInterval(recheckMs);
    connect(&m_reload, &QTimer::timeout, this, [this] {
        if (m_session) {
            m_knownAppends = m_session->appendCount();
            m_list->loader().reload();
        }
    });
    connect(&m_recheck, &QTimer::timeout, this, [this] {
        if (m_session && m_session->appendCount() != m_knownAppends) {
            reloadSoon();
        }
    });
    connect(m_list, &KeyListPanel::currentKeyChanged, this, &KeysPage::selectKey);
    connect(m_list, &KeyListPanel::selectionChanged, this, &KeysPage::updateActions);
    connect(m_list, &KeyListPanel::activated, m_actions.edit, &QAction::trigger);
    connect(m_list, &KeyListPanel::menuRequested, this, &KeysPage::showMenu);
    connect(m_list, &KeyListPanel::draftChosen, this, &KeysPage::openDraft);
    connect(&m_list->loader(), &KeyListLoader::changed, this, &KeysPage::updateActions);
    connect(&m_list->loader(), &KeyListLoader::firstRows, this, &KeysPage::notePast);
    connect(m_list, &KeyListPanel::nowRequested, this, &KeysPage::showNow);
    connect(&m_list->loader(), &KeyListLoader::firstRows, this,
            [this] { Q_EMIT milestone(QStringLiteral("first rows")); });
    connect(&m_list->loader(), &KeyListLoader::allRows, this, [this] {
        Q_EMIT milestone(QStringLiteral("all rows"));
        if (m_key.isEmpty() && m_list->model().rowCount() > 0) {
            chooseRow(m_list->table(), 0); // something to see at once
        }
    });
    connect(&m_list->model(), &QAbstractItemModel::modelReset, this, &KeysPage::noteRows);
    connect(m_value, &ValuePanel::edited, this, &KeysPage::keepDraft);
    connect(&m_drafts, &UnsavedEdits::keysChanged, this, [this] {
        m_list->setDrafts(m_drafts.keys());
        updateActions();
    });
    connect(m_value, &ValuePanel::liveValueWanted, this, [this] {
        if (m_view == View::now) {
            readValue();
        } else {
            showTarget(QByteArray(m_key)); // a copy: the view that goes forgets it
        }
    });
    connect(m_versions, &VersionsPanel::versionShown, this,
            [this](const ValueDocument& document, const QString& note) { m_value->showVersion(document, note); });
    connect(m_versions, &VersionsPanel::restoreRequested, this, &KeysPage::restoreVersion);
    connect(m_versions, &VersionsPanel::failed, this, &KeysPage::showError);
    updateActions();
}

KeysPage::~KeysPage() = default;

void KeysPage::setSession(Session* session) {
    if (m_session == session) {
        return;
    }
    if (m_session) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    ++m_readSerial;
    m_reload.stop();
    m_recheck.stop();
    m_drafts.clear();
    m_key.clear();
    m_list->banner().clear();
    m_list->setRunner(session != nullptr ? &session->tasks() : nullptr);
    m_list->loader().stop();
    m_list->forgetCurrent();
    m_view = View::now;
    m_list->setView(View::now);
    m_versions->setSession(session);
    m_session = session;
    m_value->setTasks(session != nullptr ? &session->tasks() : nullptr);
    m_value->showNothing(tr("No key is selected."),
                         session != nullptr ? tr("Select a key to see its value.") : QString());
    if (session != nullptr) {
        connectSession();
    }
    updateActions();
}

void KeysPage::connectSession() {
    connect(m_session, &Session::keysEdited, this, &KeysPage::noteEdited);
    connect(m_session, &Session::bulkEditStarted, m_progress, &ProgressStrip::setTask);
    connect(m_session, &Session::replayed, this, &KeysPage::noteReplayed);
    connect(m_session, &Session::contentChanged, this, &KeysPage::noteContent);
    connect(m_session, &Session::statsSampled, this, [this](const rustcask::Stats& stats) {
        // After a merge the records lie elsewhere, and the old source would keep the old files' space in use.
        if (stats.merges != std::exchange(m_knownMerges, stats.merges)) {
            reloadSoon();
        }
    });
    connect(m_session, &Session::faulted, this, [this] {
        m_value->setReadOnly(m_session->isReadOnly());
        m_list->setWritable(!m_session->isReadOnly());
        updateActions();
    });
    m_knownAppends = m_session->appendCount();
    m_knownMerges = m_session->stats().merges;
    m_value->setReadOnly(m_session->isReadOnly());
    m_list->setWritable(!m_session->isReadOnly());
    startList();
}

void KeysPage::startList() {
    m_knownAppends = m_session->appendCount();
    m_list->loader().setEditable(!m_session->isReadOnly());
    const std::shared_ptr<rustcask::Database> database = m_session->database();
    m_list->loader().start(
        &m_session->tasks(),
        [database](rustcask::Progress&) -> rustcask::Result<std::shared_ptr<const KeySource>> {
            auto snapshot = database->snapshot();
            if (!snapshot) {
                return rustcask::failure(snapshot.error());
            }
            return std::make_shared<const SnapshotSource>(std::move(*snapshot));
        },
        [database](std::string_view key) { return database->get(key); });
}

bool KeysPage::hasUnsavedEdits() const {
    return !m_drafts.isEmpty();
}

void KeysPage::showTarget(const QByteArray& target) {
    showNow();
    m_list->clearFilter();
    m_list->selectWhenThere(target);
}

void KeysPage::showPrefix(const QByteArray& prefix) {
    const QString text = QString::fromUtf8(prefix);
    const bool typed = text.toUtf8() == prefix &&
                       std::all_of(text.begin(), text.end(), [](QChar c) { return c.isPrint() || c.isSurrogate(); });
    showNow();
    if (typed) {
        m_list->findBar().setFilter({MatchMode::prefix, text, true, false}); // exactly these bytes
    } else { // what no field can hold is looked for by its bytes
        m_list->setFilterText(QString::fromLatin1(prefix.toHex()), MatchMode::hex);
    }
}

void KeysPage::activated() {
    if (m_session) {
        m_list->focusList();
    }
}

// ---- The list follows the database ----

void KeysPage::noteEdited(const QVector<QByteArray>& keys, quint64 count) {
    if (!m_session || m_session->isClosing()) {
        return;
    }
    m_knownAppends += count;
    const bool all = count == static_cast<quint64>(keys.size());
    if (!all || keys.contains(m_key)) {
        m_versions->refresh();
        readValue();
    }
    if (m_view != View::now) {
        if (m_view == View::deleted) {
            m_list->loader().reload(); // restored keys are not deleted any more
        }
        return;
    }
    if (!all || m_list->model().editCount() > maxOverlay) {
        m_knownAppends = m_session->appendCount();
        m_list->loader().reload();
        return;
    }
    m_session->tasks().start<KeyInfos>(
        tr("Look at edited keys"),
        [database = m_session->database(), keys](rustcask::Progress&) -> rustcask::Result<KeyInfos> {
            KeyInfos infos;
            for (const QByteArray& key : keys) {
                const auto info = database->info(bytesOf(key));
                if (!info) {
                    return rustcask::failure(info.error());
                }
                infos.append({key, *info});
            }
            return infos;
        },
        this,
        [this](rustcask::Result<KeyInfos> infos) {
            if (!infos) {
                reloadSoon();
                return;
            }
            QVector<KeyNote> notes;
            for (const auto& [key, info] : std::as_const(*infos)) {
                notes.append({key, info ? std::optional(KeyRecord{info->location.generation, info->location.offset,
                                                                  info->valueBytes, info->sequence, info->time})
                                        : std::nullopt});
            }
            m_list->loader().note(notes);
            updateActions();
        },
        {.visible = false});
}

void KeysPage::noteContent() {
    if (!m_session || m_view != View::now) {
        return;
    }
    if (m_session->isReadOnly()) {
        reloadSoon(); // another process writes
    } else if (m_session->appendCount() != m_knownAppends && !m_recheck.isActive()) {
        m_recheck.start(); // an edit of our own may be on its way to noteEdited
    }
}

void KeysPage::reloadSoon() {
    if (!m_reload.isActive() && m_view == View::now) {
        // Somebody writes all the time: spend a fifth of one processor on following, not all of it.
        m_reload.start(static_cast<int>(std::clamp<qint64>(4 * m_list->loader().lastLoadMs(), 200, 10'000)));
    }
}

void KeysPage::noteRows() {
    if (m_view != View::now) {
        notePast();
        return;
    }
    if (m_key.isEmpty() || !m_session || m_value->showsVersion() || !m_value->hasValue() || m_value->key() != m_key) {
        return;
    }
    const int row = m_list->model().rowOf(m_key);
    const rustcask::KeyInfo& shown = m_value->document().info;
    if (row >= 0) {
        const rustcask::SnapshotEntry entry = m_list->model().entry(row);
        const bool same = entry.sequence == shown.sequence && entry.generation == shown.location.generation &&
                          entry.offset == shown.location.offset;
        if (same || entry.sequence < shown.sequence) {
            return;
        }
    } else if (!m_list->loader().filter().isEmpty()) {
        return;
    }
    readValue();
    m_versions->refresh();
}

// ---- The selected key ----

void KeysPage::selectKey(const QByteArray& key) {
    m_key = key;
    m_versions->setKey(key);
    readValue();
    updateActions();
}

void KeysPage::readValue() {
    if (m_key.isEmpty() || !m_session || m_session->isClosing()) {
        return;
    }
    if (m_readTask) {
        m_readTask->cancel();
    }
    if (m_view != View::now) {
        readPast();
        return;
    }
    const quint64 serial = ++m_readSerial;
    using Read = std::optional<ValueDocument>;
    m_readTask = m_session->tasks().start<Read>(
        tr("Read %1").arg(displayKey(m_key, 40)),
        [database = m_session->database(), key = m_key, request = m_value->requestFor(m_key)](
            rustcask::Progress& progress) { return openDocument(*database, key, request, progress); },
        this,
        [this, serial, key = m_key](rustcask::Result<Read> read) {
            if (serial != m_readSerial) {
                return; // another key has been selected since
            }
            showRead(key, std::move(read));
            updateActions();
        },
        {.visible = false});
    if (m_value->key() != m_key || !m_value->hasValue()) {
        QTimer::singleShot(showLoadingAfterMs, this, [this, serial, key = m_key] {
            if (serial == m_readSerial && m_readTask && !m_readTask->isFinished()) {
                m_value->showLoading(key);
            }
        });
    }
}

void KeysPage::showRead(const QByteArray& key, rustcask::Result<std::optional<ValueDocument>> read) {
    m_readTask.clear();
    const Draft* kept = m_drafts.find(key);
    const bool typing = kept != nullptr && m_value->key() == key && m_value->isDirty();
    if (!read) {
        if (read.error().code != rustcask::ErrorCode::cancelled && !typing) {
            m_value->showError(key, read.error());
        }
        return;
    }
    if (!*read) {
        if (kept == nullptr) {
            m_value->showNothing(tr("This key has been deleted."),
                                 tr("Its former versions are below, as long as no merge has removed them."));
            return;
        }
        if (!typing) {
            ValueDocument absent;
            absent.key = key;
            m_value->showDocument(absent);
            m_value->showDraft(*kept);
        }
        m_value->banner().show(Banner::Kind::warning,
                               tr("The key has been deleted meanwhile. Saving asks before it is made again."));
        return;
    }
    const ValueDocument& document = **read;
    if (kept == nullptr) {
        m_value->showDocument(document);
        return;
    }
    if (m_savedKey == key && m_savedBytes == document.bytes) {
        m_drafts.rebase(key, document.info.sequence); // our own save, and typing went on
    }
    if (!typing) {
        const Draft draft = *kept;
        m_value->showDocument(document);
        m_value->showDraft(draft);
    }
    if (kept->base != document.info.sequence && m_value->banner().text().isEmpty()) {
        m_value->banner().show(Banner::Kind::warning,
                               tr("The value has been changed by somebody else since you began to edit it. Saving "
                                  "asks before it is replaced."));
    }
}

void KeysPage::keepDraft() {
    const QByteArray key = m_value->key();
    if (m_value->isDirty()) {
        m_drafts.keep(m_value->draft(), m_value->document().info.sequence);
    } else {
        m_drafts.forget(key);
    }
}

void KeysPage::forgetDraft(const QByteArray& key) {
    m_drafts.forget(key);
}

void KeysPage::openDraft(const QByteArray& key) {
    if (!m_list->selectKey(key)) {
        selectKey(key); // hidden by the filter, or deleted: its draft can be seen all the same
    }
}

void KeysPage::showError(const rustcask::Error& error) {
    if (error.code != rustcask::ErrorCode::cancelled) {
        m_list->banner().showError(error);
    }
}

} // namespace rustcask::ui
