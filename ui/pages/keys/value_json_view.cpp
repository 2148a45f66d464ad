// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_json_view.h"

#include <QEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTextBlock>
#include <QVBoxLayout>

#include "pages/keys/json_highlighter.h"
#include "pages/keys/value_text_view.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "values/json_scanner.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {
constexpr qsizetype maxColouredText = 256 * 1024;
constexpr int checkAfterMs = 150;

void colour(JsonHighlighter* highlighter, QPlainTextEdit* editor, qsizetype size) {
    QTextDocument* coloured = size <= maxColouredText ? editor->document() : nullptr;
    if (highlighter->document() != coloured) {
        highlighter->setDocument(coloured);
    }
}

} // namespace

ValueJsonView::ValueJsonView(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_verdict = makeMuted(QString());
    m_verdict->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_asText = makeButton(tr("Go on as text"));
    m_asText->setToolTip(tr("Text is stored whether it is JSON or not"));
    m_edit = makeButton(tr("Edit as stored"));
    m_edit->setToolTip(tr("Edit the bytes as they stand; nothing is laid out anew"));
    QWidget* row = makeViewRow({}, {m_asText, m_edit});
    static_cast<QBoxLayout*>(row->layout())->insertWidget(0, m_verdict, 1);
    layout->addWidget(row);
    layout->addWidget(makeHairline());
    m_stack = new QStackedWidget;
    m_laidOut = makeValueEditor(tr("Value as JSON, laid out"));
    m_laidOut->setReadOnly(true);
    m_laidOut->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_laidOut->setUndoRedoEnabled(false);
    m_laidOut->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_editor = makeValueEditor(tr("Value as JSON, as stored"));
    m_none = new EmptyState(QStringLiteral("info"), QString());
    m_parse = m_none->addButton(tr("Lay it out all the same"), false);
    m_stack->addWidget(m_laidOut);
    m_stack->addWidget(m_editor);
    m_stack->addWidget(m_none);
    layout->addWidget(m_stack, 1);
    m_laidOutColours = new JsonHighlighter(m_laidOut->document());
    m_editorColours = new JsonHighlighter(m_editor->document());
    m_laidOutColours->setPalette(palette());
    m_editorColours->setPalette(palette());
    m_check.setSingleShot(true);
    m_check.setInterval(checkAfterMs);
    connect(&m_check, &QTimer::timeout, this, &ValueJsonView::check);
    connect(m_editor, &QPlainTextEdit::textChanged, this, &ValueJsonView::take);
    connect(m_edit, &QPushButton::clicked, this, &ValueJsonView::beginEdit);
    connect(m_asText, &QPushButton::clicked, this, &ValueJsonView::textWanted);
    connect(m_parse, &QPushButton::clicked, this, &ValueJsonView::parseWanted);
}

void ValueJsonView::showValue(const PreparedValue& value) {
    m_editing = false;
    m_problem.clear();
    m_check.stop();
    m_hasText = value.text.has_value();
    m_text = value.text.value_or(EditableText{});
    m_parse->setVisible(value.parseOffered);
    if (value.json) {
        colour(m_laidOutColours, m_laidOut, value.json->size());
        m_laidOut->setPlainText(*value.json);
        m_stack->setCurrentWidget(m_laidOut);
    } else {
        m_none->setTexts(value.whyNotJson,
                         value.parseOffered ? tr("It is done in the background and can be stopped.") : QString());
        m_stack->setCurrentWidget(m_none);
    }
    updateRow();
}

void ValueJsonView::setEditable(bool editable) {
    m_editable = editable;
    m_editor->setReadOnly(!editable);
    updateRow();
}

void ValueJsonView::beginEdit() {
    if (!m_editable || !m_hasText) {
        return;
    }
    m_editing = true;
    m_filling = true;
    colour(m_editorColours, m_editor, m_text.text.size());
    m_editor->setPlainText(m_text.text);
    m_filling = false;
    m_stack->setCurrentWidget(m_editor);
    m_editor->setFocus();
    check();
}

QString ValueJsonView::typed() const {
    return m_editing ? rawTextOf(m_editor) : QString();
}

void ValueJsonView::take() {
    if (m_filling || !m_editing || m_editor->isReadOnly()) {
        return;
    }
    m_check.start();
    // Not known to be JSON until it has been looked at.
    const auto bytes = bytesOf(rawTextOf(m_editor), m_text.form);
    if (bytes) {
        Q_EMIT edited(*bytes);
    } else {
        Q_EMIT invalid(bytes.error().problem);
    }
}

void ValueJsonView::check() {
    if (!m_editing) {
        return;
    }
    const QByteArray utf8 = rawTextOf(m_editor).toUtf8();
    const std::string_view json(utf8.constData(), static_cast<std::size_t>(utf8.size()));
    JsonScanner scanner(json);
    QString problem;
    qsizetype position = -1;
    while (true) {
        const auto token = scanner.next();
        if (!token) {
            const TextPlace place = placeOf(json, token.error().offset);
            problem = tr("Line %1, column %2: %3 was expected.")
                          .arg(formatCount(place.line), formatCount(place.column),
                               QString::fromLatin1(token.error().expected));
            position = QString::fromUtf8(utf8.first(static_cast<qsizetype>(token.error().offset))).size();
            break;
        }
        if (!*token) {
            break;
        }
    }
    m_problem = problem;
    showErrorAt(position);
    updateRow();
    if (!problem.isEmpty()) {
        Q_EMIT invalid(problem);
    } else if (const auto bytes = bytesOf(rawTextOf(m_editor), m_text.form)) {
        Q_EMIT edited(*bytes);
    }
}

void ValueJsonView::showErrorAt(qsizetype position) {
    QList<QTextEdit::ExtraSelection> marks;
    if (position >= 0) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(m_editor->document());
        mark.cursor.setPosition(
            static_cast<int>(std::min<qsizetype>(position, m_editor->document()->characterCount() - 1)));
        if (!mark.cursor.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor)) {
            mark.cursor.movePosition(QTextCursor::PreviousCharacter, QTextCursor::KeepAnchor);
        }
        mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        mark.format.setUnderlineColor(tokensFor(palette()).damaged);
        QTextEdit::ExtraSelection line;
        line.cursor = mark.cursor;
        line.cursor.clearSelection();
        line.format.setProperty(QTextFormat::FullWidthSelection, true);
        line.format.setBackground(tokensFor(palette()).hover);
        marks = {line, mark};
    }
    m_editor->setExtraSelections(marks);
}

void ValueJsonView::updateRow() {
    m_edit->setVisible(m_editable && m_hasText && !m_editing);
    m_asText->setVisible(m_editing && !m_problem.isEmpty());
    m_verdict->setText(!m_editing ? m_stack->currentWidget() == m_laidOut ? tr("Laid out for reading") : QString()
                       : m_problem.isEmpty() ? tr("Valid JSON, stored as typed")
                                             : m_problem);
    m_verdict->setToolTip(m_problem.toHtmlEscaped());
}

void ValueJsonView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && m_editorColours != nullptr) {
        m_laidOutColours->setPalette(palette());
        m_editorColours->setPalette(palette());
    }
    QWidget::changeEvent(event);
}

} // namespace rustcask::ui
