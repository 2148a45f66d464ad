// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/hex_editor.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMenu>

namespace rustcask::ui {

namespace {

int digitOf(const QString& text) {
    if (text.size() != 1) {
        return -1;
    }
    const char16_t c = text[0].toLower().unicode();
    return c >= u'0' && c <= u'9' ? c - u'0' : c >= u'a' && c <= u'f' ? c - u'a' + 10 : -1;
}

/// Hexadecimal digits with white space between bytes; nullopt: it is something else.
std::optional<QByteArray> bytesFromHex(const QString& text) {
    QByteArray digits;
    for (const QChar c : text) {
        if (c.isSpace()) {
            continue;
        }
        if (digitOf(QString(c)) < 0) {
            return std::nullopt;
        }
        digits += c.toLatin1();
    }
    return digits.isEmpty() || digits.size() % 2 != 0 ? std::nullopt : std::optional(QByteArray::fromHex(digits));
}

} // namespace

HexEditor::HexEditor(QWidget* parent) : HexView(parent) {
    connect(this, &HexView::selectionChanged, this, [this] {
        m_lowDigit = false;
        setCaretAtLowDigit(false);
    });
}

void HexEditor::setBytes(const QByteArray& bytes) {
    m_bytes = bytes;
    m_undo.clear();
    m_redo.clear();
    m_lowDigit = false;
    setSource(static_cast<quint64>(m_bytes.size()), [this](quint64 offset, qint64 length) {
        return m_bytes.mid(static_cast<qsizetype>(offset), static_cast<qsizetype>(length));
    });
}

void HexEditor::setEditable(bool editable) {
    if (m_editable == editable) {
        return;
    }
    m_editable = editable;
    setCaretColumn(editable ? std::optional(HexLayout::Column::hex) : std::nullopt);
    setAppendable(editable);
}

void HexEditor::setMode(Mode mode) {
    if (m_mode != mode) {
        m_mode = mode;
        Q_EMIT modeChanged(mode);
    }
}

bool HexEditor::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && m_editable) {
        // What the window's own actions would take.
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool plain = (key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == 0;
        const bool ours =
            key->key() == Qt::Key_Delete || key->key() == Qt::Key_Backspace || key->key() == Qt::Key_Insert;
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo) || key->matches(QKeySequence::Paste) ||
            key->matches(QKeySequence::Copy) || key->matches(QKeySequence::SelectAll) ||
            (plain && (ours || !key->text().isEmpty()))) {
            event->accept();
            return true;
        }
    }
    return HexView::event(event);
}

void HexEditor::keyPressEvent(QKeyEvent* event) {
    if (!m_editable) {
        HexView::keyPressEvent(event);
        return;
    }
    if (event->matches(QKeySequence::Undo)) {
        undo();
    } else if (event->matches(QKeySequence::Redo)) {
        redo();
    } else if (event->matches(QKeySequence::Paste)) {
        paste();
    } else if (event->key() == Qt::Key_Insert && event->modifiers() == Qt::NoModifier) {
        setMode(m_mode == Mode::insert ? Mode::overwrite : Mode::insert);
    } else if (event->key() == Qt::Key_Space && event->modifiers().testFlag(Qt::ControlModifier)) {
        setCaretColumn(caretColumn() == HexLayout::Column::text ? HexLayout::Column::hex : HexLayout::Column::text);
    } else if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace) {
        removeAround(event->key() == Qt::Key_Backspace);
    } else if (const bool plain = (event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == 0;
               plain && caretColumn() == HexLayout::Column::text && !event->text().isEmpty() &&
               event->text()[0].isPrint()) {
        typeBytes(event->text().toUtf8());
    } else if (!plain || caretColumn() == HexLayout::Column::text || !typeDigit(digitOf(event->text()))) {
        HexView::keyPressEvent(event);
    }
}

std::optional<HexEditor::Edit> HexEditor::selectedRange() const {
    const auto size = static_cast<quint64>(m_bytes.size());
    const quint64 begin = selectionOffset();
    const quint64 end = std::min(size, begin + selectionLength());
    if (selectionLength() < 2 || begin >= end) {
        return std::nullopt;
    }
    return Edit{begin, m_bytes.mid(static_cast<qsizetype>(begin), static_cast<qsizetype>(end - begin)), {}};
}

bool HexEditor::typeDigit(int digit) {
    if (digit < 0) {
        return false;
    }
    const quint64 at = cursor().value_or(0);
    const bool exists = at < static_cast<quint64>(m_bytes.size());
    if (m_lowDigit && exists) {
        const char old = m_bytes[static_cast<qsizetype>(at)];
        const char now = static_cast<char>((old & 0xF0) | digit);
        apply({at, QByteArray(1, old), QByteArray(1, now)}, at + 1, true);
        return true;
    }
    const bool inserts = m_mode == Mode::insert || !exists;
    const char old = exists ? m_bytes[static_cast<qsizetype>(at)] : '\0';
    const char now = static_cast<char>(digit << 4 | (inserts ? 0 : old & 0x0F));
    Edit edit{at, inserts ? QByteArray() : QByteArray(1, old), QByteArray(1, now)};
    if (m_mode == Mode::insert) {
        if (auto selected = selectedRange()) {
            edit = {selected->at, selected->removed, QByteArray(1, static_cast<char>(digit << 4))};
        }
    }
    const quint64 place = edit.at;
    apply(std::move(edit), place);
    m_lowDigit = true;
    setCaretAtLowDigit(true);
    return true;
}

void HexEditor::typeBytes(const QByteArray& typed) {
    if (typed.isEmpty()) {
        return;
    }
    const auto size = static_cast<quint64>(m_bytes.size());
    Edit edit{std::min(cursor().value_or(0), size), {}, typed};
    if (m_mode == Mode::overwrite) {
        edit.at = std::min(selectedRange().value_or(edit).at, size);
        edit.removed = m_bytes.mid(static_cast<qsizetype>(edit.at), typed.size());
    } else if (auto selected = selectedRange()) {
        edit.at = selected->at;
        edit.removed = selected->removed;
    }
    const quint64 after = edit.at + static_cast<quint64>(typed.size());
    apply(std::move(edit), after);
}

void HexEditor::removeAround(bool backward) {
    const quint64 at = cursor().value_or(0);
    if (m_mode == Mode::overwrite) { // nothing moves: the length stays
        moveCursor(backward ? (at > 0 ? at - 1 : 0) : at + 1, false);
        return;
    }
    Edit edit;
    if (auto selected = selectedRange()) {
        edit = *selected;
    } else {
        if (backward && at == 0) {
            return;
        }
        edit.at = backward ? at - 1 : at;
        edit.removed = m_bytes.mid(static_cast<qsizetype>(edit.at), 1);
    }
    if (!edit.removed.isEmpty()) {
        const quint64 place = edit.at;
        apply(std::move(edit), place);
    }
}

void HexEditor::paste() {
    if (!m_editable) {
        return;
    }
    const QString text = QApplication::clipboard()->text();
    const auto digits = caretColumn() == HexLayout::Column::hex ? bytesFromHex(text) : std::nullopt;
    typeBytes(digits ? *digits : text.toUtf8());
}

void HexEditor::apply(Edit edit, quint64 cursorAfter, bool joins) {
    change(edit);
    // The second digit belongs to the first one's step.
    if (joins && !m_undo.empty() && m_undo.back().at == edit.at && m_undo.back().inserted.size() == 1) {
        m_undo.back().inserted = edit.inserted;
    } else {
        m_undo.push_back(std::move(edit));
    }
    m_redo.clear();
    place(cursorAfter);
    Q_EMIT edited();
}

void HexEditor::change(const Edit& edit) {
    m_bytes.replace(static_cast<qsizetype>(edit.at), edit.removed.size(), edit.inserted);
    setSize(static_cast<quint64>(m_bytes.size()));
}

void HexEditor::place(quint64 cursor) {
    moveCursor(cursor, false);
    m_lowDigit = false;
    setCaretAtLowDigit(false);
}

void HexEditor::undo() {
    if (m_undo.empty()) {
        return;
    }
    Edit edit = std::move(m_undo.back());
    m_undo.pop_back();
    change({edit.at, edit.inserted, edit.removed});
    place(edit.at);
    m_redo.push_back(std::move(edit));
    Q_EMIT edited();
}

void HexEditor::redo() {
    if (m_redo.empty()) {
        return;
    }
    Edit edit = std::move(m_redo.back());
    m_redo.pop_back();
    change(edit);
    place(edit.at + static_cast<quint64>(edit.inserted.size()));
    m_undo.push_back(std::move(edit));
    Q_EMIT edited();
}

QMenu* HexEditor::makeContextMenu() {
    QMenu* menu = HexView::makeContextMenu();
    if (m_editable) {
        menu->addSeparator();
        menu->addAction(tr("Undo typing"), this, &HexEditor::undo)->setEnabled(!m_undo.empty());
        menu->addAction(tr("Redo typing"), this, &HexEditor::redo)->setEnabled(!m_redo.empty());
        menu->addAction(tr("Paste"), this, &HexEditor::paste);
        QAction* insert = menu->addAction(tr("Insert instead of overwriting"), this,
                                          [this] { setMode(m_mode == Mode::insert ? Mode::overwrite : Mode::insert); });
        insert->setCheckable(true);
        insert->setChecked(m_mode == Mode::insert);
    }
    return menu;
}

} // namespace rustcask::ui
