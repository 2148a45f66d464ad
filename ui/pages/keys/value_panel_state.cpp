// SPDX-License-Identifier: GPL-3.0-or-later
// What the value panel says of the value, and which of its controls can be used.
#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QTabBar>
#include <QToolButton>

#include "pages/keys/value_hex_view.h"
#include "pages/keys/value_json_view.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/value_text_view.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {
constexpr int narrow = 560; // px: no room for where the record lies
} // namespace

void ValuePanel::updateHeader() {
    const bool hasKey = !m_document.key.isEmpty();
    m_key->setText(hasKey ? displayKey(m_document.key) : tr("Value"));
    m_size->setVisible(m_hasValue);
    m_kind->setVisible(m_hasValue && m_shown);
    m_where->setVisible(m_hasValue && m_document.info.location.recordBytes > 0 && width() >= narrow);
    const quint64 size = m_replaced || !m_document.isPaged() ? static_cast<quint64>(m_bytes.size()) : m_document.size;
    m_size->setText(formatBytes(size));
    m_size->setToolTip(formatBytesExactly(size));
    if (m_shown) {
        QString kind = m_shown->content.name();
        if (!m_command.isEmpty()) {
            kind = m_command;
        } else if (m_shown->packing != Packing::none) {
            kind = packingName(m_shown->packing) + QStringLiteral(" → ") + kind;
        }
        m_kind->setText(kind);
        m_kind->setToolTip(m_shown->packing != Packing::none
                               ? tr("%1 unpacked").arg(formatBytesExactly(static_cast<quint64>(m_shown->bytes.size())))
                               : QString());
    }
    const QString where = tr("generation %1").arg(formatLocation(m_document.info.location));
    m_where->setText(where);
    m_where->setToolTip(tr("Generation and offset of the record; written %1, record number %2")
                            .arg(formatTimeExactly(m_document.info.time), formatCount(m_document.info.sequence.value)));
    m_key->setToolTip(hasKey ? (displayKey(m_document.key) + QLatin1Char('\n') + where).toHtmlEscaped() : QString());
    m_unpack->setText(!m_command.isEmpty()                           ? m_command
                      : m_shown && m_shown->packing != Packing::none ? packingName(m_shown->packing)
                                                                     : tr("As stored"));
}

void ValuePanel::updateState() {
    updateHeader();
    const bool dirty = isDirty();
    m_state->setVisible(dirty);
    m_tabRow->setVisible(m_hasValue);
    const bool may = mayEdit();
    const bool editable = may && showsStored();
    m_text->setEditable(editable);
    m_json->setEditable(editable);
    m_hex->setEditable(editable);
    m_actions.save->setEnabled(dirty && editedBytes().has_value());
    m_actions.discard->setEnabled(dirty);
    m_actions.loadFile->setEnabled(may);
    m_actions.saveFile->setEnabled(m_hasValue);
    m_back->setVisible(m_isVersion);
    for (QWidget* button : std::as_const(m_editButtons)) { // what was is not edited: leave room for the way back
        button->setVisible(!m_isVersion);
    }
    m_more->setVisible(m_hasValue && m_shown && m_shown->unpackCut && m_command.isEmpty());
    const QString note = m_hasValue ? noteFor(m_tabs->currentIndex()) : QString();
    m_note->setText(note);
    m_note->setToolTip(note.toHtmlEscaped());
}

QString ValuePanel::noteFor(int tab) const {
    if (!m_noBytes.isEmpty()) {
        return m_noBytes;
    }
    if (!m_shown) {
        return {};
    }
    if (!m_command.isEmpty()) {
        return m_shown->unpackProblem.isEmpty()
                   ? tr("This is what %1 has written. The stored bytes are unchanged.").arg(m_command)
                   : m_shown->unpackProblem;
    }
    if (m_shown->packing != Packing::none) {
        if (m_shown->unpackCut) {
            return tr("The first %1 of what comes out are shown.")
                .arg(formatBytes(static_cast<quint64>(m_shown->bytes.size())));
        }
        return m_shown->unpackProblem.isEmpty() ? tr("Shown unpacked. The stored bytes are unchanged.")
                                                : m_shown->unpackProblem;
    }
    if (m_isVersion) {
        return tr("A former version is shown as it was; restoring it makes it the newest.");
    }
    if (m_readOnly) {
        return tr("Opened read-only: nothing can be changed.");
    }
    if (tab == textTab && !m_shown->text) {
        const bool tooLarge = m_document.isPaged() || m_bytes.size() > maxTextBytes;
        return tooLarge ? tr("%1 Read it here in pages; change it with “To file…” and “From file…”.")
                              .arg(m_shown->whyNotText)
                        : tr("%1 Shown in pages for reading.").arg(m_shown->whyNotText);
    }
    if (tab == hexTab && (m_document.isPaged() || m_bytes.size() > static_cast<qsizetype>(maxWholeBytes))) {
        return tr("Values above %1 are not edited here: change them with “To file…” and “From file…”.")
            .arg(formatBytes(maxWholeBytes));
    }
    return {};
}

void ValuePanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateHeader();
}

} // namespace rustcask::ui
