// SPDX-License-Identifier: GPL-3.0-or-later
// What the Keys page does with many keys at once beside deleting them: export and copy.
#include <QApplication>
#include <QClipboard>

#include "models/key_list_model.h"
#include "models/past_source.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/keys_page.h"
#include "pages/keys/value_panel.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

/// More is no use on a clipboard: other programs have to swallow it.
constexpr qsizetype maxClipboardCharacters = qsizetype{32} << 20;

struct CopiedKeys {
    QString text{};
    quint64 keys = 0;
};

} // namespace

void KeysPage::exportKeys(const QString& what, const KeySelection& keys) {
    if (!m_session || keys.isEmpty()) {
        return;
    }
    ExportRequest request;
    request.what = what;
    request.count = keys.size();
    request.keyAt = [keys](std::size_t index) { return keys.entry(index).key; };
    if (m_view != View::now) {
        const auto source = std::dynamic_pointer_cast<const PastSource>(m_list->model().source());
        if (!source) {
            return;
        }
        request.valueAt = [keys, source](std::size_t index, std::string& value) -> rustcask::Result<bool> {
            auto read = source->value(keys.id(index));
            if (!read && read.error().code != rustcask::ErrorCode::corruption) {
                return rustcask::failure(std::move(read.error()));
            }
            value = read ? std::move(*read) : std::string();
            return read.has_value();
        };
        request.absentText = tr("%1 of the keys were left out: their values are not in the log any more, or are "
                                "damaged.");
    }
    Q_EMIT exportRequested(request);
}

void KeysPage::copyValue(CopyFormat format) {
    if (m_value->document().isPaged()) {
        Q_EMIT statusMessage(tr("Values above %1 are saved to a file instead.").arg(formatBytes(maxWholeBytes)));
    } else if (m_value->hasValue()) {
        QApplication::clipboard()->setText(copyText(m_value->document().bytes, format));
        Q_EMIT statusMessage(tr("The value is on the clipboard."));
    }
}

void KeysPage::copyKeys(CopyFormat format) {
    const KeySelection keys = m_list->selection();
    if (!m_session || keys.isEmpty()) {
        return;
    }
    Task* task = m_session->tasks().start<CopiedKeys>(
        tr("Copy %1 keys").arg(formatCount(keys.size())),
        [keys, format](rustcask::Progress& progress) -> rustcask::Result<CopiedKeys> {
            CopiedKeys copied;
            progress.setTotals(0, keys.size(), 0);
            for (; copied.keys < keys.size() && copied.text.size() < maxClipboardCharacters; ++copied.keys) {
                if (auto go = progress.checkpoint("copy keys"); !go) {
                    return rustcask::failure(go.error());
                }
                const std::string_view key = keys.entry(copied.keys).key;
                if (copied.keys > 0) {
                    copied.text += QLatin1Char('\n');
                }
                copied.text += copyText({key.data(), static_cast<qsizetype>(key.size())}, format);
                progress.addRecords(1);
            }
            return copied;
        },
        this,
        [this, wanted = keys.size()](rustcask::Result<CopiedKeys> copied) {
            if (!copied) {
                if (copied.error().code == rustcask::ErrorCode::cancelled) {
                    Q_EMIT statusMessage(tr("Stopped: the clipboard is as it was."));
                } else {
                    showError(copied.error());
                }
                return;
            }
            QApplication::clipboard()->setText(copied->text);
            if (copied->keys < wanted) {
                m_list->banner().show(Banner::Kind::warning,
                                      tr("Only the first %1 of %2 keys are on the clipboard: it takes 32 million "
                                         "characters. “Export the selection…” writes them all to a file.")
                                          .arg(formatCount(copied->keys), formatCount(wanted)));
            } else {
                Q_EMIT statusMessage(wanted == 1 ? tr("The key is on the clipboard.")
                                                 : tr("%1 keys are on the clipboard.").arg(formatCount(wanted)));
            }
        });
    if (keys.size() > 1000) {
        m_progress->setTask(task);
    }
}

} // namespace rustcask::ui
