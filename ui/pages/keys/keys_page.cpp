// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/keys_page.h"

#include <algorithm>

#include <QAction>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
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
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr int showLoadingAfterMs = 150; // a value that is there sooner replaces the last one without a flash
constexpr int recheckMs = 300;
constexpr std::size_t maxOverlay = 20'000;

std::string_view view(const QByteArray& bytes) {
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

using KeyInfos = QVector<std::pair<QByteArray, std::optional<rustcask::KeyInfo>>>;

} // namespace

KeysPage::KeysPage(PageContext context, QWidget* parent) : Page(context, parent) {
    makeActions();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
    layout->setSpacing(Card::gutter);

    m_list = new KeyListPanel(settings(), {m_actions.create, m_actions.duplicate, m_actions.rename, m_actions.remove,
                                           m_actions.removeMatching, m_actions.columns});
    m_value = new ValuePanel({m_actions.save, m_actions.discard, m_actions.loadFile, m_actions.saveFile});
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
    connect(&m_list->loader(), &KeyListLoader::firstRows, this,
            [this] { Q_EMIT milestone(QStringLiteral("first rows")); });
    connect(&m_list->loader(), &KeyListLoader::allRows, this, [this] {
        Q_EMIT milestone(QStringLiteral("all rows"));
        if (m_key.isEmpty() && m_list->model().rowCount() > 0) {
            m_list->table()->selectRow(0); // something to see at once
        }
    });
    connect(&m_list->model(), &QAbstractItemModel::modelReset, this, &KeysPage::noteRows);
    connect(m_value, &ValuePanel::edited, this, &KeysPage::keepDraft);
    connect(m_value, &ValuePanel::liveValueWanted, this, &KeysPage::readValue);
    connect(m_versions, &VersionsPanel::versionShown, this,
            [this](const ValueDocument& document, const QString& note) { m_value->showVersion(document, note); });
    connect(m_versions, &VersionsPanel::restoreRequested, this, &KeysPage::restoreVersion);
    connect(m_versions, &VersionsPanel::failed, this, &KeysPage::showError);
    updateActions();
}

KeysPage::~KeysPage() = default;

void KeysPage::makeActions() {
    const QString category = tr("Keys");
    const auto add = [&](const char* name, const QString& text, const QKeySequence& shortcut,
                         std::function<void()> run) {
        QAction* action =
            actions().add(QStringLiteral("keys.") + QString::fromLatin1(name), text, shortcut, category, this);
        connect(action, &QAction::triggered, this, std::move(run));
        return action;
    };
    m_actions.find =
        add("find", tr("Find keys"), QKeySequence(Qt::CTRL | Qt::Key_F), [this] { m_list->focusFilter(); });
    m_actions.searches = add("searches", tr("Searches made before"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
                             [this] { m_list->findBar().showSearches(); });
    m_actions.create = add("new", tr("New key…"), QKeySequence(Qt::CTRL | Qt::Key_N), [this] { createKey(); });
    m_actions.duplicate =
        add("duplicate", tr("Duplicate…"), QKeySequence(Qt::CTRL | Qt::Key_D), [this] { duplicateKey(); });
    m_actions.rename = add("rename", tr("Rename…"), QKeySequence(Qt::Key_F2), [this] { renameKey(); });
    m_actions.remove = add("delete", tr("Delete"), QKeySequence(Qt::Key_Delete), [this] { removeSelected(); });
    m_actions.removeMatching = add("deleteMatching", tr("Delete all matching…"), {}, [this] { removeAllMatching(); });
    m_actions.edit = add("edit", tr("Edit the value"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] { m_value->edit(); });
    m_actions.save = add("save", tr("Save"), QKeySequence(Qt::CTRL | Qt::Key_S), [this] { save(false); });
    m_actions.discard = add("discard", tr("Discard"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D), [this] {
        m_value->discard();
        forgetDraft(m_value->key());
        readValue();
    });
    m_actions.loadFile = add("loadFile", tr("From file…"), {}, [this] {
        loadFile([this, key = m_value->key()](const QByteArray& bytes, const QString&) {
            if (key == m_value->key()) {
                m_value->setEditedBytes(bytes);
            }
        });
    });
    m_actions.loadFile->setToolTip(tr("Take the value from a file; nothing is stored before it is saved"));
    m_actions.saveFile = add("saveFile", tr("To file…"), {}, [this] { saveFile(); });
    m_actions.saveFile->setToolTip(tr("Write the value to a file, byte for byte"));
    m_actions.refresh = add("refresh", tr("Read the keys again"), QKeySequence(Qt::Key_F5), [this] {
        m_list->loader().reload();
        readValue();
        m_versions->refresh();
    });
    m_actions.copyKey = add("copyKey", tr("Copy the key"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                            [this] { copyKeys(CopyFormat::text); });
    m_actions.showRecord = add("showRecord", tr("Show the record in its file"), {}, [this] {
        const int row = m_list->table()->currentIndex().row();
        if (row >= 0) {
            const rustcask::SnapshotEntry entry = m_list->model().entry(row);
            Q_EMIT pageRequested(QStringLiteral("storage"), QByteArray::number(qulonglong{entry.generation.value}) +
                                                                '@' + QByteArray::number(qulonglong{entry.offset}));
        }
    });
    m_actions.changes =
        add("changes", tr("Changes of this session…"), QKeySequence(Qt::CTRL | Qt::Key_H), [this] { showChanges(); });
    m_actions.copyValue = add("copyValue", tr("Copy the value"), {}, [this] { copyValue(CopyFormat::text); });
    m_actions.exportSelected = add("exportSelected", tr("Export the selection…"), {}, [this] {
        const KeySelection keys = m_list->selection();
        exportKeys(keys.size() == 1 ? tr("the selected key") : tr("the %1 selected keys").arg(formatCount(keys.size())),
                   keys);
    });
    m_actions.exportMatching = add("exportMatching", tr("Export all matching…"), {}, [this] {
        const KeySelection keys = m_list->everything();
        exportKeys(tr("the %1 keys that match “%2”").arg(formatCount(keys.size()), m_list->loader().filter().text),
                   keys);
    });
    m_actions.selectAll = add("selectAll", tr("Select all keys listed"), QKeySequence(QKeySequence::SelectAll), [this] {
        m_list->table()->setFocus();
        m_list->table()->selectAll();
    });
    const std::pair<const char*, QString> columns[] = {{"columnSize", tr("Column: value size")},
                                                       {"columnWritten", tr("Column: written")},
                                                       {"columnGeneration", tr("Column: generation")}};
    for (const auto& [name, text] : columns) {
        QAction* column = add(name, text, {}, [] {});
        column->setCheckable(true);
        m_actions.columns.append(column);
    }
}

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
    m_list->setDrafts({});
    m_list->banner().clear();
    m_list->setRunner(session != nullptr ? &session->tasks() : nullptr);
    m_list->loader().stop();
    m_list->forgetCurrent();
    m_versions->setSession(session);
    m_session = session;
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
    m_list->clearFilter();
    m_list->selectWhenThere(target);
}

void KeysPage::showPrefix(const QByteArray& prefix) {
    const QString text = QString::fromUtf8(prefix);
    const bool typed = text.toUtf8() == prefix &&
                       std::all_of(text.begin(), text.end(), [](QChar c) { return c.isPrint() || c.isSurrogate(); });
    if (typed) {
        m_list->setFilterText(text, MatchMode::prefix);
    } else { // what no field can hold is looked for by its bytes
        m_list->setFilterText(QString::fromLatin1(prefix.toHex()), MatchMode::hex);
    }
}

void KeysPage::activated() {
    if (m_session) {
        m_list->table()->setFocus();
    }
}

void KeysPage::updateActions() {
    const bool open = m_session && !m_session->isClosing();
    const bool writable = open && !m_session->isReadOnly();
    const quint64 selected = open ? m_list->selectedCount() : 0;
    const bool one = open && selected == 1;
    const bool complete = m_list->loader().state() == KeyListLoader::State::complete;
    const auto matching = static_cast<quint64>(m_list->model().matchingKeys());
    const bool filtered = open && complete && !m_list->loader().filter().isEmpty() && matching > 0;
    m_actions.create->setEnabled(writable);
    m_actions.duplicate->setEnabled(writable && one);
    m_actions.rename->setEnabled(writable && one);
    m_actions.remove->setEnabled(writable && selected > 0);
    m_actions.remove->setText(selected > 1 ? tr("Delete %1 keys…").arg(formatCount(selected)) : tr("Delete"));
    m_actions.removeMatching->setEnabled(writable && filtered);
    m_actions.removeMatching->setText(filtered ? tr("Delete %1 matching…").arg(formatCount(matching))
                                               : tr("Delete all matching…"));
    m_actions.removeMatching->setVisible(filtered);
    m_actions.exportSelected->setEnabled(selected > 0);
    m_actions.exportMatching->setEnabled(filtered);
    m_actions.searches->setEnabled(open);
    m_actions.selectAll->setEnabled(open);
    m_actions.edit->setEnabled(writable && !m_key.isEmpty());
    m_actions.find->setEnabled(open);
    m_actions.refresh->setEnabled(open);
    m_actions.changes->setEnabled(open);
    m_actions.copyKey->setEnabled(selected > 0);
    m_actions.showRecord->setEnabled(one);
    m_actions.copyValue->setEnabled(m_value->hasValue());
    m_versions->setRestoreEnabled(writable);
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
                const auto info = database->info(view(key));
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
            publishDrafts();
            updateActions();
        },
        {.visible = false});
}

void KeysPage::noteContent() {
    if (!m_session) {
        return;
    }
    if (m_session->isReadOnly()) {
        reloadSoon(); // another process writes
    } else if (m_session->appendCount() != m_knownAppends && !m_recheck.isActive()) {
        m_recheck.start(); // an edit of our own may be on its way to noteEdited
    }
}

void KeysPage::reloadSoon() {
    if (!m_reload.isActive()) {
        // Somebody writes all the time: spend a fifth of one processor on following, not all of it.
        m_reload.start(static_cast<int>(std::clamp<qint64>(4 * m_list->loader().lastLoadMs(), 200, 10'000)));
    }
}

void KeysPage::noteRows() {
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
    const quint64 serial = ++m_readSerial;
    using Read = std::optional<ValueDocument>;
    m_readTask = m_session->tasks().start<Read>(
        tr("Read %1").arg(displayKey(m_key, 40)),
        [database = m_session->database(), key = m_key](rustcask::Progress&) { return readDocument(*database, key); },
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
    const auto kept = m_drafts.constFind(key);
    const bool typing = kept != m_drafts.cend() && m_value->key() == key && m_value->isDirty();
    if (!read) {
        if (read.error().code != rustcask::ErrorCode::cancelled && !typing) {
            m_value->showError(key, read.error());
        }
        return;
    }
    if (!*read) {
        if (kept == m_drafts.cend()) {
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
    if (kept == m_drafts.cend()) {
        m_value->showDocument(document);
        return;
    }
    if (m_savedKey == key && m_savedBytes == document.bytes) {
        m_drafts[key].base = document.info.sequence; // our own save, and typing went on
    }
    if (!typing) {
        const Draft draft = m_drafts.value(key);
        m_value->showDocument(document);
        m_value->showDraft(draft);
    }
    if (m_drafts.value(key).base != document.info.sequence && m_value->banner().text().isEmpty()) {
        m_value->banner().show(Banner::Kind::warning,
                               tr("The value has been changed by somebody else since you began to edit it. Saving "
                                  "asks before it is replaced."));
    }
}

void KeysPage::keepDraft() {
    const QByteArray key = m_value->key();
    if (m_value->isDirty()) {
        Draft draft = m_value->draft();
        const auto before = m_drafts.constFind(key);
        draft.base = before != m_drafts.cend() ? before->base : std::optional(m_value->document().info.sequence);
        m_drafts[key] = draft;
    } else {
        m_drafts.remove(key);
    }
    publishDrafts();
}

void KeysPage::forgetDraft(const QByteArray& key) {
    m_drafts.remove(key);
    publishDrafts();
}

void KeysPage::publishDrafts() {
    const QList<QByteArray> keys = m_drafts.keys();
    if (keys != m_publishedDrafts) {
        m_publishedDrafts = keys;
        m_list->setDrafts(keys);
    }
}

void KeysPage::openDraft(const QByteArray& key) {
    if (!m_list->selectKey(key)) {
        selectKey(key); // hidden by the filter, or deleted: its draft can be seen all the same
    }
}

QStringList KeysPage::scenes() const {
    return {QStringLiteral("hex"),    QStringLiteral("filter"), QStringLiteral("no-match"), QStringLiteral("new-key"),
            QStringLiteral("rename"), QStringLiteral("delete"), QStringLiteral("changes")};
}

void KeysPage::enterScene(const QString& scene) {
    QTableView* table = m_list->table();
    if (m_list->selectedCount() != 1 && m_list->model().rowCount() > 0) {
        table->selectRow(std::min(4, m_list->model().rowCount() - 1));
    }
    if (scene == QStringLiteral("hex")) {
        m_value->setTab(ValuePanel::hexTab);
    } else if (scene == QStringLiteral("filter")) {
        m_list->setFilterText(QString::fromUtf8(m_list->model().key(m_list->model().rowCount() / 2).left(4)));
    } else if (scene == QStringLiteral("no-match")) {
        m_list->setFilterText(QStringLiteral("no key has this name"));
    } else if (scene == QStringLiteral("new-key")) {
        m_list->clearFilter();
        createKey();
    } else if (scene == QStringLiteral("rename")) {
        renameKey();
    } else if (scene == QStringLiteral("delete")) {
        table->selectAll();
        removeSelected();
    } else if (scene == QStringLiteral("changes")) {
        showChanges();
    }
}

void KeysPage::showMenu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(m_actions.edit);
    menu->addAction(m_actions.duplicate);
    menu->addAction(m_actions.rename);
    menu->addSeparator();
    const auto addCopies = [&](const QString& text, bool enabled, const std::function<void(CopyFormat)>& copy) {
        QMenu* copies = menu->addMenu(text);
        copies->setEnabled(enabled);
        const std::pair<QString, CopyFormat> formats[] = {{tr("As text"), CopyFormat::text},
                                                          {tr("As hexadecimal digits"), CopyFormat::hex},
                                                          {tr("As Base64"), CopyFormat::base64},
                                                          {tr("As JSON"), CopyFormat::json},
                                                          {tr("As C array"), CopyFormat::cArray}};
        for (const auto& [name, format] : formats) {
            connect(copies->addAction(name), &QAction::triggered, this, [copy, chosen = format] { copy(chosen); });
        }
    };
    const quint64 selected = m_list->selectedCount();
    addCopies(selected > 1 ? tr("Copy %1 keys").arg(formatCount(selected)) : tr("Copy the key"), selected > 0,
              [this](CopyFormat format) { copyKeys(format); });
    addCopies(tr("Copy the value"), m_value->hasValue(), [this](CopyFormat format) { copyValue(format); });
    menu->addAction(m_actions.saveFile);
    menu->addAction(m_actions.exportSelected);
    if (m_actions.exportMatching->isEnabled()) {
        menu->addAction(m_actions.exportMatching);
    }
    menu->addAction(m_actions.showRecord);
    menu->addSeparator();
    menu->addAction(m_actions.selectAll);
    menu->addAction(m_actions.changes);
    menu->addSeparator();
    menu->addAction(m_actions.remove);
    if (m_actions.removeMatching->isEnabled()) {
        menu->addAction(m_actions.removeMatching);
    }
    menu->popup(at);
}

void KeysPage::showError(const rustcask::Error& error) {
    if (error.code != rustcask::ErrorCode::cancelled) {
        m_list->banner().showError(error);
    }
}

} // namespace rustcask::ui
