// SPDX-License-Identifier: GPL-3.0-or-later
// What the Keys page offers: its actions, when they make sense, and the menu of the list.
#include <QAction>
#include <QMenu>

#include "actions/action_registry.h"
#include "pages/keys/key_find_bar.h"
#include "pages/keys/keys_page.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/versions_panel.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/choose_row.h"
#include "widgets/tall_table_view.h"

namespace rustcask::ui {

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
    m_actions.removeMatching =
        add("deleteMatching", tr("Delete all matching…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Delete),
            [this] { removeAllMatching(); });
    m_actions.edit = add("edit", tr("Edit the value"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] { m_value->edit(); });
    m_actions.save = add("save", tr("Save"), QKeySequence(Qt::CTRL | Qt::Key_S), [this] { save(false); });
    m_actions.discard = add("discard", tr("Discard"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D), [this] {
        m_value->discard();
        forgetDraft(m_value->key());
        readValue();
    });
    m_actions.saveAll =
        add("saveAll", tr("Save all edits"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), [this] { saveAll(); });
    m_actions.discardAll = add("discardAll", tr("Discard all edits…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_U),
                               [this] { discardAll(); });
    m_actions.loadFile = add("loadFile", tr("From file…"), QKeySequence(Qt::CTRL | Qt::Key_L), [this] {
        loadFile([this, key = m_value->key()](const QByteArray& bytes, const QString&) {
            if (key == m_value->key()) {
                m_value->setEditedBytes(bytes);
            }
        });
    });
    const auto explain = [](QAction* action, const QString& text) { action->setToolTip(actionToolTip(*action, text)); };
    explain(m_actions.loadFile, tr("Take the value from a file; nothing is stored before it is saved"));
    m_actions.saveFile =
        add("saveFile", tr("To file…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_S), [this] { saveFile(); });
    explain(m_actions.saveFile, tr("Write the value to a file, byte for byte"));
    m_actions.refresh = add("refresh", tr("Read the keys again"), QKeySequence(Qt::Key_F5), [this] {
        m_list->loader().reload();
        readValue();
        m_versions->refresh();
    });
    m_actions.copyKey = add("copyKey", tr("Copy the key"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                            [this] { copyKeys(CopyFormat::text); });
    m_actions.showRecord =
        add("showRecord", tr("Show the record in its file"), QKeySequence(Qt::CTRL | Qt::Key_J), [this] {
            const int row = m_list->model().rowOf(m_list->currentKey());
            if (row >= 0) {
                const rustcask::SnapshotEntry entry = m_list->model().entry(row);
                Q_EMIT pageRequested(QStringLiteral("storage"), QByteArray::number(qulonglong{entry.generation.value}) +
                                                                    '@' + QByteArray::number(qulonglong{entry.offset}));
            }
        });
    m_actions.changes =
        add("changes", tr("Changes of this session…"), QKeySequence(Qt::CTRL | Qt::Key_H), [this] { showChanges(); });
    m_actions.copyValue = add("copyValue", tr("Copy the value"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_C),
                              [this] { copyValue(CopyFormat::text); });
    m_actions.exportSelected =
        add("exportSelected", tr("Export the selection…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_E), [this] {
            const KeySelection keys = m_list->selection();
            const QString count = formatCount(keys.size());
            exportKeys(keys.size() == 1          ? tr("the selected key")
                       : m_view == View::deleted ? tr("the %1 selected deleted keys").arg(count)
                       : m_view == View::past    ? tr("the %1 selected keys as of then").arg(count)
                                                 : tr("the %1 selected keys").arg(count),
                       keys);
        });
    m_actions.exportMatching =
        add("exportMatching", tr("Export all matching…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_M), [this] {
            const KeySelection keys = m_list->everything();
            const QString count = formatCount(keys.size());
            const QString filter = m_list->loader().filter().text;
            const bool one = keys.size() == 1;
            exportKeys(one && m_view == View::deleted ? tr("the deleted key")
                       : one                          ? tr("the one key listed")
                       : !filter.isEmpty()            ? tr("the %1 keys that match “%2”").arg(count, filter)
                       : m_view == View::deleted      ? tr("the %1 deleted keys").arg(count)
                                                      : tr("the %1 keys as of then").arg(count),
                       keys);
        });
    m_actions.selectAll = add("selectAll", tr("Select all keys listed"), QKeySequence(QKeySequence::SelectAll), [this] {
        m_list->table()->setFocus();
        m_list->table()->selectAll();
    });
    add("goList", tr("Go to the list"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K),
        [this] { m_list->enterList(); });
    m_actions.showTree = add("tree", tr("Show the keys as folders"), QKeySequence(Qt::CTRL | Qt::Key_T), [this] {
        m_list->setTreeShown(m_actions.showTree->isChecked());
        updateActions();
    });
    m_actions.showTree->setCheckable(true);
    m_actions.showNow =
        add("now", tr("Show the keys as they are now"), QKeySequence(Qt::Key_F9), [this] { showNow(); });
    m_actions.showDeleted =
        add("deleted", tr("Show deleted keys"), QKeySequence(Qt::Key_F7), [this] { showDeleted(); });
    m_actions.asOf = add("asOf", tr("Show the keys as of…"), QKeySequence(Qt::Key_F8), [this] { askForMoment(); });
    m_actions.restore =
        add("restore", tr("Restore"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), [this] { restoreSelected(); });
    explain(m_actions.restore, tr("Store the selected keys' former values again"));
    const std::pair<const char*, QString> columns[] = {{"columnSize", tr("Column: value size")},
                                                       {"columnWritten", tr("Column: written")},
                                                       {"columnGeneration", tr("Column: generation")}};
    int digit = Qt::Key_1;
    for (const auto& [name, text] : columns) {
        const QKeySequence shortcut(Qt::CTRL | Qt::ALT | static_cast<Qt::Key>(digit++));
        QAction* column = add(name, text, shortcut, [] {});
        column->setCheckable(true);
        m_actions.columns.append(column);
    }
    const std::tuple<const char*, QString, Qt::Key, int> orders[] = {
        {"sortKey", tr("Sort by key"), Qt::Key_K, KeyListModel::keyColumn},
        {"sortSize", tr("Sort by value size"), Qt::Key_Z, KeyListModel::sizeColumn},
        {"sortWritten", tr("Sort by time of writing"), Qt::Key_W, KeyListModel::writtenColumn},
        {"sortGeneration", tr("Sort by generation"), Qt::Key_G, KeyListModel::generationColumn}};
    for (const auto& [name, text, key, column] : orders) {
        QAction* order = add(name, text, QKeySequence(Qt::CTRL | Qt::ALT | key),
                             [this, wanted = column] { m_list->sortBy(wanted); });
        explain(order, tr("%1; once more: the other way round").arg(text));
        m_actions.orders.append(order);
    }
    makeValueActions();
}

void KeysPage::updateActions() {
    const bool open = m_session && !m_session->isClosing();
    const bool now = m_view == View::now;
    const bool restorable = open && !now && !m_session->isReadOnly();
    const bool writable = open && now && !m_session->isReadOnly();
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
    m_actions.exportMatching->setEnabled(filtered || (open && !now && complete && matching > 0));
    m_actions.exportMatching->setText(filtered || now ? tr("Export all matching…") : tr("Export all listed…"));
    for (QAction* order : std::as_const(m_actions.orders)) {
        order->setEnabled(open && !m_list->isTreeShown());
    }
    m_actions.showTree->setEnabled(open);
    m_actions.showNow->setEnabled(open && !now);
    m_actions.showDeleted->setEnabled(open && m_view != View::deleted);
    m_actions.asOf->setEnabled(open);
    m_actions.restore->setEnabled(restorable && selected > 0);
    m_actions.restore->setVisible(!now);
    m_actions.restore->setText(selected > 1 ? tr("Restore %1 keys…").arg(formatCount(selected)) : tr("Restore"));
    m_actions.searches->setEnabled(open);
    m_actions.selectAll->setEnabled(open);
    m_actions.saveAll->setEnabled(writable && !m_drafts.isEmpty());
    m_actions.discardAll->setEnabled(open && !m_drafts.isEmpty());
    m_actions.edit->setEnabled(writable && !m_key.isEmpty());
    m_actions.find->setEnabled(open);
    m_actions.refresh->setEnabled(open);
    m_actions.changes->setEnabled(open);
    m_actions.copyKey->setEnabled(selected > 0);
    m_actions.showRecord->setEnabled(one);
    m_actions.copyValue->setEnabled(m_value->hasValue());
    m_versions->setRestoreEnabled(writable);
}

QStringList KeysPage::scenes() const {
    return valueScenes() + QStringList{QStringLiteral("filter"),  QStringLiteral("no-match"), QStringLiteral("new-key"),
                                       QStringLiteral("rename"),  QStringLiteral("delete"),   QStringLiteral("changes"),
                                       QStringLiteral("folders"), QStringLiteral("deleted"),  QStringLiteral("as-of")};
}

void KeysPage::enterScene(const QString& scene) {
    TallTableView* table = m_list->table();
    if (scene != QStringLiteral("deleted") && scene != QStringLiteral("as-of")) {
        showNow();
    }
    if (scene != QStringLiteral("folders") && m_actions.showTree->isChecked()) {
        m_actions.showTree->trigger();
    }
    if (m_list->selectedCount() != 1 && m_list->model().rowCount() > 0) {
        chooseRow(table, std::min(4, m_list->model().rowCount() - 1));
    }
    if (enterValueScene(scene)) {
        return;
    }
    if (scene == QStringLiteral("filter")) {
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
    } else if (scene == QStringLiteral("folders")) {
        m_actions.showTree->trigger();
        m_list->openFirstFolder();
    } else if (scene == QStringLiteral("deleted")) {
        showDeleted();
    } else if (scene == QStringLiteral("as-of")) {
        askForMoment();
    }
}

void KeysPage::showMenu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (m_view == View::now) {
        menu->addAction(m_actions.edit);
        menu->addAction(m_actions.duplicate);
        menu->addAction(m_actions.rename);
    } else {
        menu->addAction(m_actions.restore);
    }
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

} // namespace rustcask::ui
