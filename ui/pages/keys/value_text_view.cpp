// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_text_view.h"

#include <algorithm>
#include <utility>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"

namespace rustcask::ui {

QPlainTextEdit* makeValueEditor(const QString& name) {
    auto* editor = new QPlainTextEdit;
    editor->setFont(monospaceFont());
    editor->setProperty("role", QStringLiteral("bare"));
    editor->setAccessibleName(name);
    editor->setTabChangesFocus(true);
    editor->document()->setDocumentMargin(8);
    editor->setFrameShape(QFrame::NoFrame);
    return editor;
}

QString rawTextOf(const QPlainTextEdit* editor) {
    QString text = editor->document()->toRawText();
    text.replace(QChar::ParagraphSeparator, QLatin1Char('\n'));
    text.replace(QChar::LineSeparator, QLatin1Char('\n')); // what Shift+Enter types
    return text;
}

QWidget* makeViewRow(const QList<QWidget*>& left, const QList<QWidget*>& right) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(Card::gutter, 5, Card::gutter, 5);
    layout->setSpacing(6);
    for (QWidget* widget : left) {
        layout->addWidget(widget);
    }
    layout->addStretch(1);
    for (QWidget* widget : right) {
        layout->addWidget(widget);
    }
    return row;
}

ValueTextView::ValueTextView(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_encoding = new QComboBox;
    m_encoding->setAccessibleName(tr("Encoding of the text"));
    m_encoding->setToolTip(tr("How bytes are read as characters"));
    m_encoding->addItem(tr("Detect"), -1);
    for (const TextEncoding encoding : textEncodings()) {
        m_encoding->addItem(encodingName(encoding), static_cast<int>(encoding));
    }
    m_formLabel = makeMuted(QString());
    m_wrap = new QCheckBox(tr("Wrap lines"));
    m_wrap->setChecked(true);
    layout->addWidget(makeViewRow({m_encoding, m_formLabel}, {m_wrap}));
    layout->addWidget(makeHairline());
    m_text = makeValueEditor(tr("Value as text"));
    m_text->setUndoRedoEnabled(true);
    layout->addWidget(m_text, 1);

    m_pagerText = makeMuted(QString());
    m_oneText = makeButton(tr("Edit as one text"));
    m_first = makeButton(tr("First"));
    m_previous = makeButton(tr("Previous"));
    m_next = makeButton(tr("Next"));
    m_last = makeButton(tr("Last"));
    m_pager = makeViewRow({m_pagerText}, {m_oneText, m_first, m_previous, m_next, m_last});
    layout->addWidget(m_pager);
    m_pager->hide();

    connect(m_text, &QPlainTextEdit::textChanged, this, &ValueTextView::take);
    connect(m_encoding, &QComboBox::activated, this, [this](int index) {
        const int value = m_encoding->itemData(index).toInt();
        Q_EMIT encodingChosen(value < 0 ? std::nullopt : std::optional(static_cast<TextEncoding>(value)));
    });
    connect(m_wrap, &QCheckBox::toggled, this, [this](bool wrapped) {
        setWrapped(wrapped);
        Q_EMIT wrapChosen(wrapped);
    });
    connect(m_oneText, &QPushButton::clicked, this, &ValueTextView::oneTextWanted);
    connect(m_first, &QPushButton::clicked, this, [this] { showPage(0); });
    connect(m_previous, &QPushButton::clicked, this, [this] { showPage(m_page > 0 ? m_page - 1 : 0); });
    connect(m_next, &QPushButton::clicked, this, [this] { showPage(m_page + 1); });
    connect(m_last, &QPushButton::clicked, this, [this] { showPage(~quint64{0}); });
    connect(&m_pages, &ValuePages::arrived, this, [this] { showPage(m_page); });
    connect(&m_pages, &ValuePages::failed, this, &ValueTextView::failed);
}

void ValueTextView::showText(const EditableText& text) {
    showTyped(text.text, text.form);
}

void ValueTextView::showTyped(const QString& text, const TextForm& form) {
    m_paged = false;
    m_form = form;
    m_pages.setSource(0, {});
    m_pager->hide();
    QString label = form.mark ? tr("with byte order mark") : QString();
    if (form.crlf) {
        label += (label.isEmpty() ? QString() : QStringLiteral(", ")) + tr("lines end with CR LF");
    }
    if (form.escaped) {
        label += (label.isEmpty() ? QString() : QStringLiteral(", ")) + tr("with \\xNN escapes");
    }
    m_formLabel->setText(label);
    m_formLabel->setToolTip(
        form.escaped ? tr("Bytes that are no visible characters are written \\xNN, a backslash \\\\.") : QString());
    m_filling = true;
    m_text->setPlainText(text);
    m_filling = false;
    updateReadOnly();
}

void ValueTextView::showPages(quint64 size, const ByteReader& reader, TextEncoding encoding) {
    m_paged = true;
    m_pageEncoding = encoding;
    m_formLabel->clear();
    m_pages.setSource(size, reader);
    m_pager->setVisible(size > static_cast<quint64>(textPageBytes));
    m_page = 0;
    updateReadOnly();
    showPage(0);
}

void ValueTextView::showPage(quint64 page) {
    const quint64 pages = std::max<quint64>(1, (m_pages.size() + textPageBytes - 1) / textPageBytes);
    const quint64 before = std::exchange(m_page, std::min(page, pages - 1));
    const quint64 begin = m_page * textPageBytes;
    const QByteArray bytes = m_pages.bytes(begin, textPageBytes + 4);
    const qsizetype pageSize = std::min<qsizetype>(textPageBytes, bytes.size());
    // A character that crosses the border stands on the page it begins on.
    const qsizetype end = pageSize + bytesToCharacterEnd(bytes, pageSize, m_pageEncoding);
    const qsizetype skipped =
        begin > 0 && m_pageEncoding == TextEncoding::utf8 ? bytesToCharacterEnd(bytes, 0, m_pageEncoding) : 0;
    m_filling = true;
    const QString text =
        textForReading(QByteArrayView(bytes).first(end).sliced(std::min(skipped, end)), m_pageEncoding);
    if (before != m_page || text != m_text->toPlainText()) {
        m_text->setPlainText(text);
    }
    m_filling = false;
    m_pagerText->setText(tr("%1 – %2 of %3")
                             .arg(formatOffset(begin), formatOffset(std::min(m_pages.size(), begin + textPageBytes)),
                                  formatBytes(m_pages.size())));
    m_pagerText->setToolTip(tr("Page %1 of %2").arg(formatCount(m_page + 1), formatCount(pages)));
    m_first->setEnabled(m_page > 0);
    m_previous->setEnabled(m_page > 0);
    m_next->setEnabled(m_page + 1 < pages);
    m_last->setEnabled(m_page + 1 < pages);
}

void ValueTextView::setEditable(bool editable) {
    m_editable = editable;
    updateReadOnly();
}

void ValueTextView::updateReadOnly() {
    const bool readOnly = !m_editable || m_paged;
    m_text->setReadOnly(readOnly);
    // A read-only editor is still to be read by keyboard.
    m_text->setTextInteractionFlags(readOnly ? Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard
                                             : Qt::TextInteractionFlags(Qt::TextEditorInteraction));
}

void ValueTextView::setEncoding(TextEncoding encoding, bool chosen) {
    m_encoding->setItemText(0, chosen ? tr("Detect") : encodingName(encoding));
    m_encoding->setCurrentIndex(chosen ? m_encoding->findData(static_cast<int>(encoding)) : 0);
}

void ValueTextView::setWrapped(bool wrapped) {
    m_wrap->setChecked(wrapped);
    m_text->setLineWrapMode(wrapped ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
}

void ValueTextView::setOneTextOffered(bool offered) {
    m_oneText->setVisible(offered);
    if (offered) {
        m_pager->show();
    }
}

void ValueTextView::focusEditor() {
    m_text->setFocus();
}

QString ValueTextView::typed() const {
    return rawTextOf(m_text);
}

void ValueTextView::take() {
    if (m_filling || m_text->isReadOnly()) {
        return;
    }
    const auto bytes = bytesOf(typed(), m_form);
    if (bytes) {
        Q_EMIT edited(*bytes);
        return;
    }
    const QString before = typed().left(bytes.error().position);
    const qsizetype line = before.count(QLatin1Char('\n')) + 1;
    const qsizetype column = before.size() - before.lastIndexOf(QLatin1Char('\n'));
    Q_EMIT invalid(tr("Line %1, column %2: %3")
                       .arg(formatCount(static_cast<quint64>(line)), formatCount(static_cast<quint64>(column)),
                            bytes.error().problem));
}

} // namespace rustcask::ui
