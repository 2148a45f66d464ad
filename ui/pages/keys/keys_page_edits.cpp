// SPDX-License-Identifier: GPL-3.0-or-later
// What the Keys page changes. Every edit goes through the session, which makes it on a worker and on the undo stack.
#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QUndoStack>

#include "pages/keys/changes_dialog.h"
#include "pages/keys/key_dialog.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/keys_page.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/versions_panel.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

rustcask::Error fileError(const QString& operation, const QString& path, const QString& problem) {
    rustcask::Error error;
    error.code = rustcask::ErrorCode::ioError;
    error.operation = operation.toStdString();
    error.file = path.toStdString();
    error.detail = problem.toStdString();
    return error;
}

} // namespace

void KeysPage::save(bool overwrite) {
    const QByteArray key = m_value->key();
    if (!m_session || !m_value->isDirty()) {
        return; // an untouched editor writes nothing
    }
    const auto bytes = m_value->editedBytes();
    if (!bytes) {
        return; // the panel says what is wrong
    }
    KeyChange change{key, *bytes};
    change.guarded = !overwrite;
    const Draft* draft = m_drafts.find(key);
    change.expected = draft != nullptr ? draft->base : std::optional(m_value->document().info.sequence);
    m_savedKey = key;
    m_savedBytes = *bytes;
    m_session->apply(tr("Edit %1").arg(displayKey(key, 40)), {change}, this,
                     [this, key, saved = *bytes](rustcask::Result<quint64> done) {
                         if (done) {
                             const Draft* kept = m_drafts.find(key);
                             if (kept != nullptr && kept->typed.isEmpty() && kept->bytes == saved) {
                                 forgetDraft(key);
                             }
                             if (key == m_key) {
                                 m_value->banner().clear();
                                 readValue();
                             }
                             Q_EMIT statusMessage(tr("Saved %1.").arg(displayKey(key, 60)));
                             return;
                         }
                         if (!isConflict(done.error())) {
                             m_value->banner().showError(done.error());
                             return;
                         }
                         Banner& banner = m_value->banner();
                         banner.show(Banner::Kind::warning, tr("Not saved: %1 has been changed by somebody else since "
                                                               "you began to edit it.")
                                                                .arg(displayKey(key, 60)));
                         connect(banner.addButton(tr("Replace theirs")), &QPushButton::clicked, this, [this, key] {
                             if (m_value->key() == key) {
                                 save(true);
                             }
                         });
                         connect(banner.addButton(tr("Show theirs")), &QPushButton::clicked, this, [this, key] {
                             forgetDraft(key);
                             if (m_value->key() == key) {
                                 m_value->discard();
                                 readValue();
                             }
                         });
                     });
}

void KeysPage::saveDraft(const QByteArray& key) {
    const Draft* draft = m_drafts.find(key);
    if (!m_session || draft == nullptr || !draft->typed.isEmpty()) {
        return; // what stands for no bytes yet stays for its editor
    }
    m_session->apply(tr("Edit %1").arg(displayKey(key, 40)), {{key, draft->bytes, true, draft->base}}, this,
                     [this, key, saved = draft->bytes](rustcask::Result<quint64> done) {
                         const Draft* kept = m_drafts.find(key);
                         if (done && kept != nullptr && kept->bytes == saved) {
                             m_drafts.forget(key);
                         } else if (!done && isConflict(done.error())) {
                             m_list->banner().show(Banner::Kind::warning,
                                                   tr("Not all are saved: what is still marked has been changed by "
                                                      "somebody else meanwhile. Save it singly to choose."));
                         } else if (!done) {
                             showError(done.error());
                         }
                         if (done && key == m_key) {
                             readValue();
                         }
                     });
}

void KeysPage::saveAll() {
    const QList<QByteArray> keys = m_drafts.keys();
    for (const QByteArray& key : keys) {
        saveDraft(key);
    }
}

void KeysPage::discardAll() {
    const auto count = static_cast<quint64>(m_drafts.keys().size());
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Discard edits"), QString(), QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setText(count == 1 ? tr("Discard the unsaved edit?")
                            : tr("Discard the unsaved edits of %1 keys?").arg(formatCount(count)));
    box->setInformativeText(tr("What was typed is lost; the stored values stay as they are."));
    QPushButton* discard = box->addButton(tr("Discard"), QMessageBox::DestructiveRole);
    box->setDefaultButton(box->addButton(QMessageBox::Cancel));
    connect(discard, &QPushButton::clicked, this, [this] {
        if (m_value->isDirty()) {
            m_value->discard();
        }
        m_drafts.clear();
        readValue();
    });
    box->open();
}

void KeysPage::createKey() {
    auto* dialog = new KeyDialog(KeyDialog::Purpose::create, {}, this);
    connect(dialog, &KeyDialog::fileWanted, dialog, [this, dialog = QPointer(dialog)] {
        loadFile([dialog](const QByteArray& bytes, const QString& name) {
            if (dialog) {
                dialog->setValueBytes(bytes, name);
            }
        });
    });
    connect(dialog, &KeyDialog::submitted, this,
            [this, dialog](const QByteArray& key, const QByteArray& value, bool overwrite) {
                store(dialog, {}, key, value, overwrite, std::nullopt);
            });
    dialog->open();
}

void KeysPage::duplicateKey() {
    copyOrRename(false);
}

void KeysPage::renameKey() {
    copyOrRename(true);
}

void KeysPage::copyOrRename(bool rename) {
    const QByteArray from = m_list->currentKey();
    if (from.isEmpty() || !m_session) {
        return;
    }
    auto* dialog = new KeyDialog(rename ? KeyDialog::Purpose::rename : KeyDialog::Purpose::duplicate, from, this);
    connect(
        dialog, &KeyDialog::submitted, this,
        [this, dialog = QPointer(dialog), from, rename](const QByteArray& to, const QByteArray&, bool overwrite) {
            using Read = std::optional<ValueDocument>;
            m_session->tasks().start<Read>(
                tr("Read %1").arg(displayKey(from, 40)),
                [database = m_session->database(), from](rustcask::Progress&) { return readDocument(*database, from); },
                dialog,
                [this, dialog, from, to, overwrite, rename](rustcask::Result<Read> read) {
                    if (!read || !*read) {
                        dialog->showError(
                            read ? fileError(tr("read the value"), QString(), tr("The key has been deleted meanwhile."))
                                 : read.error());
                        return;
                    }
                    store(dialog, from, to, (*read)->bytes, overwrite,
                          rename ? std::optional((*read)->info.sequence) : std::nullopt);
                },
                {.visible = false});
        });
    dialog->open();
}

void KeysPage::store(KeyDialog* asked, const QByteArray& from, const QByteArray& to, const QByteArray& value,
                     bool overwrite, std::optional<rustcask::Sequence> removedRecord) {
    if (!m_session) {
        return;
    }
    const QPointer<KeyDialog> dialog(asked);
    // The new name first: a crash between the two leaves the value under both, never under none.
    QVector<KeyChange> changes{{to, value, !overwrite, std::nullopt}};
    QString text = tr("Create %1").arg(displayKey(to, 40));
    if (removedRecord) {
        changes.append({from, std::nullopt, true, removedRecord});
        text = tr("Rename %1").arg(displayKey(from, 40));
    } else if (!from.isEmpty()) {
        text = tr("Duplicate %1").arg(displayKey(from, 40));
    }
    m_session->apply(text, changes, this, [this, dialog, from, to, removedRecord](rustcask::Result<quint64> done) {
        if (!done) {
            if (!dialog) {
                showError(done.error());
            } else if (isConflict(done.error()) && m_session) {
                tellExisting(dialog, to);
            } else {
                dialog->showError(done.error());
            }
            return;
        }
        if (dialog) {
            dialog->accept();
        }
        if (removedRecord) {
            m_drafts.rename(from, to); // what was typed moves along
        }
        m_list->selectWhenThere(to);
        const bool hidden = !m_list->loader().filter().isEmpty() && m_list->model().rowOf(to) < 0;
        Q_EMIT statusMessage(hidden ? tr("%1 is stored; the filter may hide it.").arg(displayKey(to, 60))
                                    : tr("%1 is stored.").arg(displayKey(to, 60)));
    });
}

void KeysPage::tellExisting(const QPointer<KeyDialog>& dialog, const QByteArray& key) {
    using Info = std::optional<rustcask::KeyInfo>;
    m_session->tasks().start<Info>(
        tr("Look at %1").arg(displayKey(key, 40)),
        [database = m_session->database(), key](rustcask::Progress&) {
            return database->info({key.constData(), static_cast<std::size_t>(key.size())});
        },
        dialog,
        [dialog](rustcask::Result<Info> info) {
            if (!info) {
                dialog->showError(info.error());
            } else if (*info) {
                dialog->showExists(
                    tr("%1 written %2").arg(formatBytes((*info)->valueBytes), formatTime((*info)->time)));
            } else {
                dialog->showError(fileError(tr("change the key"), QString(),
                                            tr("It has been changed by somebody else meanwhile; try again.")));
            }
        },
        {.visible = false});
}

void KeysPage::removeSelected() {
    const KeySelection keys = m_list->selection();
    if (!m_session || keys.isEmpty()) {
        return;
    }
    if (keys.size() == 1) {
        const std::string_view key = keys.entry(0).key;
        removeKeys(keys, tr("Delete %1").arg(displayKey({key.data(), static_cast<qsizetype>(key.size())}, 60)));
        return;
    }
    confirmRemoval(tr("the selected keys"), keys);
}

void KeysPage::removeAllMatching() {
    const KeySelection keys = m_list->everything();
    if (!m_session || keys.isEmpty() || m_list->loader().state() != KeyListLoader::State::complete) {
        return; // a count "so far" is no count
    }
    confirmRemoval(tr("all keys that match “%1”").arg(m_list->loader().filter().text), keys);
}

void KeysPage::confirmRemoval(const QString& which, const KeySelection& keys) {
    const QString count = formatCount(keys.size());
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Delete keys"), QString(), QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setText(tr("Delete %1 keys?").arg(count));
    box->setInformativeText(tr("These are %1. Undo brings them back.").arg(which));
    QPushButton* remove = box->addButton(tr("Delete %1 keys").arg(count), QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(QMessageBox::Cancel));
    // What was counted is what is deleted: the selection stays as it is, whatever becomes of the list.
    connect(remove, &QPushButton::clicked, this,
            [this, count, keys] { removeKeys(keys, tr("Delete %1 keys").arg(count)); });
    box->open();
}

void KeysPage::removeKeys(const KeySelection& keys, const QString& text) {
    if (!m_session) {
        return;
    }
    // Keys are looked up one by one while they are removed: millions of them take no list. What somebody changed since
    // it was listed is not what was chosen: it stays.
    ChangeList changes;
    changes.count = keys.size();
    changes.skipConflicts = true;
    changes.at = [keys](quint64 index) {
        const rustcask::SnapshotEntry entry = keys.entry(index);
        KeyChange change;
        change.key = QByteArray(entry.key.data(), static_cast<qsizetype>(entry.key.size()));
        change.guarded = true;
        change.expected = entry.sequence;
        return change;
    };
    m_session->applyAll(text, std::move(changes), this, [this](const EditTally& tally) { tellRemoved(tally); });
}

void KeysPage::tellRemoved(const EditTally& tally) {
    Banner& banner = m_list->banner();
    QStringList rest;
    if (tally.absent > 0) {
        rest << tr("%1 were gone already.").arg(formatCount(tally.absent));
    }
    if (tally.conflicts > 0) {
        rest << tr("%1 had been changed meanwhile and are still there.").arg(formatCount(tally.conflicts));
    }
    if (tally.error && tally.error->code == rustcask::ErrorCode::cancelled) {
        rest.prepend(
            tr("Stopped: %1 of %2 keys have been deleted.").arg(formatCount(tally.made), formatCount(tally.wanted)));
        banner.show(Banner::Kind::warning, rest.join(QLatin1Char(' ')));
    } else if (tally.error) {
        rustcask::Error error = *tally.error;
        if (tally.made > 0) {
            error.detail += tr(" %1 of %2 keys had been deleted before.")
                                .arg(formatCount(tally.made), formatCount(tally.wanted))
                                .toStdString();
        }
        banner.showError(error);
    } else if (tally.wanted == 1 && tally.made == 1) {
        banner.clear();
        Q_EMIT statusMessage(tr("The key is deleted. Undo brings it back."));
        return;
    } else {
        rest.prepend(tr("%1 keys have been deleted.").arg(formatCount(tally.made)));
        banner.show(tally.conflicts > 0 ? Banner::Kind::warning : Banner::Kind::success, rest.join(QLatin1Char(' ')));
    }
    if (tally.made > 0) {
        connect(banner.addButton(tr("Undo")), &QPushButton::clicked, this, [this] {
            m_list->banner().clear();
            if (m_session) {
                m_session->undoStack().undo();
            }
        });
    }
}

void KeysPage::noteReplayed(const QString& text, bool forward, const EditTally& tally) {
    if (tally.wanted < 2) {
        return; // seen in the list
    }
    Banner& banner = m_list->banner();
    const QString what = forward ? tr("Made again: %1.").arg(text) : tr("Undone: %1.").arg(text);
    if (tally.error) {
        banner.show(Banner::Kind::warning,
                    (forward ? tr("Stopped making “%1” again: %2 of %3 keys done. Undo takes those back.")
                             : tr("Stopped undoing “%1”: %2 of %3 keys done. Redo takes those back."))
                        .arg(text, formatCount(tally.made), formatCount(tally.wanted)));
    } else if (const QString shortfall = shortfallText(tally); !shortfall.isEmpty()) {
        banner.show(Banner::Kind::warning,
                    what + QLatin1Char(' ') +
                        tr("%1 of %2 keys.").arg(formatCount(tally.made), formatCount(tally.wanted)) +
                        QLatin1Char(' ') + shortfall);
    } else {
        banner.show(Banner::Kind::success,
                    what + QLatin1Char(' ') + tr("%1 keys.").arg(formatCount(tally.made + tally.absent)));
    }
}

void KeysPage::showChanges() {
    if (!m_changes) {
        m_changes = new ChangesDialog(m_session, window());
    }
    m_changes->show();
    m_changes->raise();
    m_changes->activateWindow();
}

void KeysPage::restoreVersion(const QByteArray& key, const QByteArray& value) {
    if (!m_session) {
        return;
    }
    const rustcask::Version* newest = m_versions->model().version(0);
    KeyChange change{key, value};
    change.guarded = true;
    change.expected = newest != nullptr && newest->live ? std::optional(newest->sequence) : std::nullopt;
    m_session->apply(tr("Restore %1").arg(displayKey(key, 40)), {change}, this,
                     [this, key](rustcask::Result<quint64> done) {
                         if (!done) {
                             showError(done.error());
                             return;
                         }
                         Q_EMIT statusMessage(tr("The version is the newest one now. Undo takes it back."));
                         if (key == m_key) {
                             m_list->selectWhenThere(key);
                             readValue();
                         }
                     });
}

void KeysPage::loadFile(std::function<void(const QByteArray&, const QString&)> done) {
    auto* dialog = new QFileDialog(this, tr("Value from a file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this, done = std::move(done)](const QString& path) {
        if (!m_session) {
            return;
        }
        m_session->tasks().start<QByteArray>(
            tr("Read %1").arg(QFileInfo(path).fileName()),
            [path](rustcask::Progress&) -> rustcask::Result<QByteArray> {
                QFile file(path);
                if (!file.open(QIODevice::ReadOnly)) {
                    return rustcask::failure(fileError(tr("read the file"), path, file.errorString()));
                }
                if (static_cast<quint64>(file.size()) > rustcask::maxValueBytes) {
                    return rustcask::failure(
                        fileError(tr("read the file"), path, tr("A value has at most 4 GiB less one byte.")));
                }
                QByteArray bytes = file.readAll();
                if (file.error() != QFileDevice::NoError) {
                    return rustcask::failure(fileError(tr("read the file"), path, file.errorString()));
                }
                return bytes;
            },
            this,
            [this, path, done](rustcask::Result<QByteArray> bytes) {
                if (bytes) {
                    done(*bytes, QFileInfo(path).fileName());
                } else {
                    showError(bytes.error());
                }
            });
    });
    dialog->open();
}

} // namespace rustcask::ui
