// SPDX-License-Identifier: GPL-3.0-or-later
// What the Keys page shows of the past: keys that have been deleted, and the list as of an earlier moment.
#include <QAction>
#include <QMessageBox>
#include <QPushButton>

#include "models/past_source.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/keys_page.h"
#include "pages/keys/moment_dialog.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/versions_panel.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/states.h"

namespace rustcask::ui {

void KeysPage::askForMoment() {
    if (!m_session) {
        return;
    }
    auto* dialog = new MomentDialog(m_session->stats().lastSequence, this);
    connect(dialog, &MomentDialog::chosen, this, &KeysPage::showMoment);
    dialog->open();
}

void KeysPage::showMoment(const rustcask::Moment& moment) {
    showPast(View::past, [moment](const std::filesystem::path& directory, rustcask::Progress& progress) {
        return rustcask::PastKeys::at(directory, moment, progress);
    });
}

void KeysPage::showDeleted() {
    showPast(View::deleted, [](const std::filesystem::path& directory, rustcask::Progress& progress) {
        return rustcask::PastKeys::deleted(directory, progress);
    });
}

void KeysPage::showPast(View view, const PastFinder& find) {
    if (!m_session || m_session->isClosing()) {
        return;
    }
    beginView(view);
    m_list->loader().setEditable(false);
    m_list->loader().start(&m_session->tasks(),
                           [find, database = m_session->database()](
                               rustcask::Progress& progress) -> rustcask::Result<std::shared_ptr<const KeySource>> {
                               auto keys = find(database->directory(), progress);
                               if (!keys) {
                                   return rustcask::failure(keys.error());
                               }
                               return std::make_shared<const PastSource>(std::move(*keys));
                           });
    notePast();
}

void KeysPage::showNow() {
    if (!m_session || m_view == View::now) {
        return;
    }
    beginView(View::now);
    startList();
}

void KeysPage::beginView(View view) {
    m_view = view;
    m_reload.stop();
    m_recheck.stop();
    ++m_readSerial;
    m_key.clear();
    m_list->loader().stop();
    m_list->forgetCurrent();
    m_list->setView(view);
    m_versions->setKey({});
    m_value->showNothing(tr("No key is selected."), tr("Select a key to see its value."));
    updateActions();
}

/// Says what the list of the past is, and what it may lack.
void KeysPage::notePast() {
    if (m_view == View::now) {
        return;
    }
    const auto* source = dynamic_cast<const PastSource*>(m_list->model().source().get());
    if (source == nullptr) {
        m_list->setNotice(m_view == View::deleted ? tr("Looking for deleted keys in the log…")
                                                  : tr("Reading the log up to that moment…"),
                          false);
        return;
    }
    const rustcask::PastKeys& keys = source->keys();
    QString text;
    bool lacking = !keys.isComplete();
    if (m_view == View::deleted) {
        text = lacking ? tr("Deleted keys. Complete since %1: merges and damage before that may have removed others.")
                             .arg(formatTime(keys.completeSince()))
                       : tr("Deleted keys, all that there ever were.");
    } else if (keys.sequence().value == 0) {
        text = tr("At that moment the log had no record yet.");
    } else {
        text = tr("The keys as of record %1, written %2; read-only.")
                   .arg(formatCount(keys.sequence().value), formatTimeExactly(keys.time()));
        if (lacking) {
            text += QLatin1Char(' ') + tr("Not complete: moments before %1 lack what merges or damage have removed.")
                                           .arg(formatTimeExactly(keys.completeSince()));
        }
    }
    m_list->setNotice(text, lacking);
}

void KeysPage::readPast() {
    const int row = m_list->model().rowOf(m_key);
    const auto source = std::dynamic_pointer_cast<const PastSource>(m_list->model().source());
    if (row < 0 || !source || !m_session) {
        return;
    }
    const std::size_t index = m_list->model().ids(row, row).front(); // the past is not edited
    const rustcask::PastKey past = source->keys().key(index);
    const QString note = m_view == View::deleted
                             ? tr("Deleted %1. This was its last value.").arg(formatTime(past.removedAt))
                             : tr("The value as of that moment, written %1.").arg(formatTime(past.version.time));
    rustcask::KeyInfo info;
    info.location = past.version.location;
    info.sequence = past.version.sequence;
    info.time = past.version.time;
    info.valueBytes = past.version.valueBytes;
    m_session->tasks().start<ValueDocument>(
        tr("Read a former value"),
        [source, index, info, key = m_key](rustcask::Progress&) -> rustcask::Result<ValueDocument> {
            const auto value = source->value(index);
            if (!value) {
                return rustcask::failure(value.error());
            }
            return makeDocument(key, QByteArray(value->data(), static_cast<qsizetype>(value->size())), info);
        },
        this,
        [this, note, serial = ++m_readSerial, key = m_key](rustcask::Result<ValueDocument> document) {
            if (serial != m_readSerial) {
                return;
            }
            if (document) {
                m_value->showVersion(*document, note);
            } else {
                m_value->showError(key, document.error());
            }
            updateActions();
        },
        {.visible = false});
}

void KeysPage::restoreSelected() {
    const KeySelection keys = m_list->selection();
    const auto source = std::dynamic_pointer_cast<const PastSource>(m_list->model().source());
    if (!m_session || keys.isEmpty() || !source) {
        return;
    }
    const QString count = formatCount(keys.size());
    const auto go = [this, keys, source, count] {
        ChangeList changes;
        changes.count = keys.size();
        changes.skipConflicts = true;
        changes.at = [keys, source, database = m_session->database(), deleted = m_view == View::deleted](quint64 i) {
            const std::size_t index = keys.id(i);
            const rustcask::PastKey past = source->keys().key(index);
            KeyChange change;
            change.key = QByteArray(past.key.data(), static_cast<qsizetype>(past.key.size()));
            const auto info = database->info(past.key);
            if (info && *info && (*info)->sequence == past.version.sequence) {
                change.verdict = KeyChange::Verdict::asWanted;
                return change;
            }
            change.guarded = info.has_value();
            change.expected = info && *info && !deleted ? std::optional((*info)->sequence) : std::nullopt;
            const auto value = source->value(index);
            if (!value) {
                change.verdict = KeyChange::Verdict::lost;
                return change;
            }
            change.value = QByteArray(value->data(), static_cast<qsizetype>(value->size()));
            return change;
        };
        const QString text = keys.size() == 1 ? tr("Restore %1").arg(displayKey(changesKey(keys), 40))
                                              : tr("Restore %1 keys").arg(count);
        m_session->applyAll(text, std::move(changes), this, [this](const EditTally& tally) { tellRestored(tally); });
    };
    if (keys.size() == 1 && m_view == View::deleted) {
        go();
        return;
    }
    auto* box = new QMessageBox(QMessageBox::Question, tr("Restore keys"), QString(), QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setText(keys.size() == 1 ? tr("Restore this key?") : tr("Restore %1 keys?").arg(count));
    box->setInformativeText(m_view == View::deleted
                                ? tr("Their last values are stored again. A key that has a value by now is left alone.")
                                : tr("The values of that moment are stored again and replace those of now. Undo brings "
                                     "these back."));
    QPushButton* restore = box->addButton(tr("Restore"), QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(QMessageBox::Cancel));
    connect(restore, &QPushButton::clicked, this, go);
    box->open();
}

QByteArray KeysPage::changesKey(const KeySelection& keys) {
    const std::string_view key = keys.entry(0).key;
    return {key.data(), static_cast<qsizetype>(key.size())};
}

void KeysPage::tellRestored(const EditTally& tally) {
    Banner& banner = m_list->banner();
    QStringList parts;
    const bool stopped = tally.error && tally.error->code == rustcask::ErrorCode::cancelled;
    if (tally.error && !stopped) {
        banner.showError(*tally.error);
        return;
    }
    if (stopped) {
        parts
            << tr("Stopped: %1 of %2 keys have been restored.").arg(formatCount(tally.made), formatCount(tally.wanted));
    } else {
        parts << tr("%1 of %2 keys have been restored.").arg(formatCount(tally.made), formatCount(tally.wanted));
    }
    if (tally.absent > 0) {
        parts << tr("%1 had these values already.").arg(formatCount(tally.absent));
    }
    if (tally.conflicts > 0) {
        parts << tr("%1 have other values by now and were left alone.").arg(formatCount(tally.conflicts));
    }
    if (tally.lost > 0) {
        parts << tr("%1 cannot be restored: their values are not in the log any more, or are damaged.")
                     .arg(formatCount(tally.lost));
    }
    const bool all = !stopped && tally.conflicts + tally.lost == 0;
    banner.show(all ? Banner::Kind::success : Banner::Kind::warning, parts.join(QLatin1Char(' ')));
}

} // namespace rustcask::ui
