// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_panel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include "models/key_list_model.h"
#include "pages/keys/json_highlighter.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/hex_view.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr qsizetype maxColouredText = 256 * 1024;

QPlainTextEdit* makeEditor(const QString& name) {
    auto* editor = new QPlainTextEdit;
    editor->setFont(monospaceFont());
    editor->setProperty("role", QStringLiteral("bare"));
    editor->setAccessibleName(name);
    editor->setTabChangesFocus(true);
    editor->document()->setDocumentMargin(10);
    editor->setFrameShape(QFrame::NoFrame);
    return editor;
}

/// The text as it stands in the document. `toPlainText` would turn no-break spaces into spaces.
QString textOf(const QPlainTextEdit* editor) {
    QString text = editor->document()->toRawText();
    text.replace(QChar::ParagraphSeparator, QLatin1Char('\n'));
    text.replace(QChar::LineSeparator, QLatin1Char('\n')); // what Shift+Enter types
    return text;
}

/// As ==, but free for the common case of one array shared: values may be large.
bool sameBytes(const QByteArray& a, const QByteArray& b) {
    return a.size() == b.size() && (a.constData() == b.constData() || a == b);
}

} // namespace

ValuePanel::ValuePanel(const Actions& actions, QWidget* parent) : QWidget(parent), m_actions(actions) {
    build(actions);
    showNothing(tr("No key is selected."), tr("Select a key to see its value."));
}

void ValuePanel::build(const Actions& actions) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_card = new Card;
    layout->addWidget(m_card);

    auto* header = new QWidget;
    auto* headerRow = new QHBoxLayout(header);
    headerRow->setContentsMargins(Card::gutter, 8, Card::gutter, 8);
    headerRow->setSpacing(6);
    m_key = new ElidedLabel(QString());
    m_key->setFont(monospaceFont());
    headerRow->addWidget(m_key, 1);
    m_state = new Pill(tr("not saved"), Tone::warning);
    m_size = new Pill(QString());
    m_kind = new Pill(QString());
    m_where = new Pill(QString());
    for (Pill* pill : {m_state, m_size, m_kind, m_where}) {
        headerRow->addWidget(pill);
    }
    m_card->addToolRow(header);

    m_banner = new Banner;
    m_card->addBody(m_banner, 0);
    m_tabs = makeTabBar(tr("How the value is shown"));
    m_tabs->addTab(tr("Text"));
    m_tabs->addTab(tr("JSON"));
    m_tabs->addTab(tr("Hex"));
    m_tabs->setToolTip(tr("Text, JSON or bytes (arrow keys)"));
    m_card->addBody(m_tabs, 0);
    m_card->addBody(makeHairline(), 0);

    m_stack = new QStackedWidget;
    m_empty = new EmptyState(QStringLiteral("keys"), QString());
    m_stack->addWidget(m_empty);
    buildPages();
    m_stack->addWidget(m_pages);
    m_card->addBody(m_stack, 1);

    QHBoxLayout* footer = m_card->footer();
    m_note = makeMuted(QString());
    m_note->setWordWrap(true);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    footer->addWidget(m_note, 1);
    m_editBytes = makeButton(tr("Edit bytes"));
    m_editBytes->setToolTip(tr("Edit the value as hexadecimal bytes"));
    m_back = makeButton(tr("Back to the live value"));
    footer->addWidget(m_editBytes);
    footer->addWidget(m_back);
    footer->addWidget(makeButton(actions.loadFile));
    footer->addWidget(makeButton(actions.saveFile));
    footer->addWidget(makeButton(actions.discard));
    footer->addWidget(makePrimaryButton(actions.save));

    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        if (!m_filling && m_hasValue) {
            switchTab(tab);
            m_choice[static_cast<std::size_t>(m_document.kind)] = static_cast<Tab>(m_tabs->currentIndex());
        }
    });
    connect(m_editBytes, &QPushButton::clicked, this, &ValuePanel::beginHexEdit);
    connect(m_back, &QPushButton::clicked, this, &ValuePanel::liveValueWanted);
}

void ValuePanel::buildPages() {
    m_pages = new QStackedWidget;

    auto* textPage = new QWidget;
    auto* textLayout = new QVBoxLayout(textPage);
    textLayout->setContentsMargins(0, 0, 0, 0);
    textLayout->setSpacing(0);
    m_text = makeEditor(tr("Value as text"));
    m_text->setUndoRedoEnabled(true);
    textLayout->addWidget(m_text, 1);
    m_pager = new QWidget;
    auto* pagerRow = new QHBoxLayout(m_pager);
    pagerRow->setContentsMargins(Card::gutter, 4, Card::gutter, 4);
    m_pagerText = makeMuted(QString());
    m_previous = makeButton(tr("Previous part"));
    m_next = makeButton(tr("Next part"));
    pagerRow->addWidget(m_pagerText, 1);
    pagerRow->addWidget(m_previous);
    pagerRow->addWidget(m_next);
    textLayout->addWidget(m_pager);
    m_pages->addWidget(textPage);

    m_jsonStack = new QStackedWidget;
    m_json = makeEditor(tr("Value as JSON, laid out"));
    m_json->setReadOnly(true);
    m_json->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_json->setUndoRedoEnabled(false);
    m_highlighter = new JsonHighlighter(m_json->document());
    m_highlighter->setPalette(palette());
    m_noJson = new EmptyState(QStringLiteral("info"), QString());
    m_jsonStack->addWidget(m_json);
    m_jsonStack->addWidget(m_noJson);
    m_pages->addWidget(m_jsonStack);

    m_hexStack = new QStackedWidget;
    m_hex = new HexView;
    m_hex->setAccessibleName(tr("Value as bytes"));
    m_hex->setFrameShape(QFrame::NoFrame);
    m_hexEditor = makeEditor(tr("Value as hexadecimal digits"));
    m_hexStack->addWidget(m_hex);
    m_hexStack->addWidget(m_hexEditor);
    m_pages->addWidget(m_hexStack);

    connect(m_text, &QPlainTextEdit::textChanged, this, &ValuePanel::takeText);
    connect(m_hexEditor, &QPlainTextEdit::textChanged, this, &ValuePanel::takeHex);
    connect(m_previous, &QPushButton::clicked, this, [this] { showPage(m_page - 1); });
    connect(m_next, &QPushButton::clicked, this, [this] { showPage(m_page + 1); });
}

void ValuePanel::showNothing(const QString& sentence, const QString& advice) {
    m_document = {};
    m_bytes.clear();
    m_hexProblem.clear();
    m_hasValue = false;
    m_isVersion = false;
    m_banner->clear();
    m_empty->setIcon(QStringLiteral("keys"));
    m_empty->setTexts(sentence, advice);
    m_stack->setCurrentWidget(m_empty);
    updateState();
}

void ValuePanel::showLoading(const QByteArray& key) {
    showNothing(tr("Reading the value…"), QString());
    m_document.key = key;
    updateState();
}

void ValuePanel::showError(const QByteArray& key, const rustcask::Error& error) {
    showNothing(tr("This value cannot be read."), errorText(error));
    m_empty->setIcon(QStringLiteral("warning"));
    m_document.key = key;
    updateState();
}

void ValuePanel::showDocument(const ValueDocument& document) {
    const bool sameKey = m_hasValue && !m_isVersion && document.key == m_document.key;
    const bool inPlace = sameKey && sameBytes(document.bytes, m_bytes);
    m_document = document;
    if (inPlace) { // saved, or moved by a merge: cursor and place stay
        m_whyNotText = document.whyNotText;
        updateState();
        return;
    }
    m_hasValue = true;
    m_isVersion = false;
    m_bytes = document.bytes;
    m_banner->clear();
    fill(sameKey);
}

void ValuePanel::showVersion(const ValueDocument& document, const QString& note) {
    showDocument(document);
    m_isVersion = true;
    m_banner->show(Banner::Kind::info, note);
    fill(false);
}

void ValuePanel::showDraft(const Draft& draft) {
    m_hasValue = true;
    m_isVersion = false;
    m_document.key = draft.key;
    m_bytes = draft.bytes;
    fill(true);
    if (!draft.hex.isEmpty()) {
        setTab(hexTab);
        beginHexEdit();
        m_hexEditor->setPlainText(draft.hex);
    } else {
        setTab(static_cast<Tab>(draft.tab));
    }
}

void ValuePanel::setReadOnly(bool readOnly) {
    m_readOnly = readOnly;
    updateState();
}

void ValuePanel::fill(bool keepTab) {
    m_whyNotText = sameBytes(m_bytes, m_document.bytes) ? m_document.whyNotText : whyNotEditableAsText(m_bytes);
    m_hexProblem.clear();
    m_hexEditing = false;
    m_textFilled = m_jsonFilled = m_hexFilled = false;
    m_page = 0;
    m_stack->setCurrentWidget(m_pages);
    setTab(keepTab ? static_cast<Tab>(m_tabs->currentIndex()) : m_choice[static_cast<std::size_t>(m_document.kind)]);
}

void ValuePanel::setTab(Tab tab) {
    m_filling = true;
    m_tabs->setCurrentIndex(tab);
    m_filling = false;
    if (m_hasValue) {
        switchTab(tab);
    }
}

void ValuePanel::switchTab(int tab) {
    if (m_filling || !m_hasValue) {
        return;
    }
    if (m_hexEditing && tab != hexTab) {
        if (!m_hexProblem.isEmpty()) {
            setTab(hexTab); // what was typed is no value yet: it must not get out of sight
            return;
        }
        m_hexEditing = false;
        m_whyNotText = whyNotEditableAsText(m_bytes);
        m_textFilled = m_jsonFilled = m_hexFilled = false;
    }
    m_filling = true;
    switch (tab) {
    case textTab:
        fillText();
        break;
    case jsonTab:
        fillJson();
        break;
    default:
        fillHex();
        break;
    }
    m_filling = false;
    m_pages->setCurrentIndex(tab);
    updateState();
}

void ValuePanel::fillText() {
    if (std::exchange(m_textFilled, true)) {
        return;
    }
    const bool whole = m_whyNotText.isEmpty();
    const bool paged = !whole && m_bytes.size() > textPageBytes;
    m_pager->setVisible(paged);
    m_text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    if (whole) {
        m_text->setPlainText(sameBytes(m_bytes, m_document.bytes) ? m_document.text : QString::fromUtf8(m_bytes));
    } else if (!paged) {
        m_text->setPlainText(textForReading(m_bytes));
    } else {
        showPage(m_page);
    }
}

void ValuePanel::showPage(qint64 page) {
    const qint64 pages = (m_bytes.size() + textPageBytes - 1) / textPageBytes;
    m_page = std::clamp<qint64>(page, 0, std::max<qint64>(0, pages - 1));
    const qint64 begin = m_page * textPageBytes;
    const qint64 size = std::min<qint64>(textPageBytes, m_bytes.size() - begin);
    const bool filling = std::exchange(m_filling, true);
    m_text->setPlainText(textForReading(QByteArrayView(m_bytes).sliced(begin, size)));
    m_filling = filling;
    m_pagerText->setText(tr("Bytes %1 to %2 of %3")
                             .arg(formatOffset(static_cast<quint64>(begin)),
                                  formatOffset(static_cast<quint64>(begin + size)),
                                  formatOffset(static_cast<quint64>(m_bytes.size()))));
    m_previous->setEnabled(m_page > 0);
    m_next->setEnabled(m_page + 1 < pages);
}

void ValuePanel::fillJson() {
    if (std::exchange(m_jsonFilled, true)) {
        return;
    }
    std::optional<QString> json;
    QString problem;
    if (sameBytes(m_bytes, m_document.bytes)) {
        json = m_document.json;
        problem = m_document.whyNotJson;
    } else if (auto formatted = formattedJson(m_bytes)) {
        json = std::move(*formatted);
    } else {
        problem = formatted.error();
    }
    if (!json) {
        m_noJson->setTexts(m_bytes.isEmpty() ? tr("The value is empty.") : problem, QString());
        m_jsonStack->setCurrentWidget(m_noJson);
        return;
    }
    QTextDocument* coloured = json->size() <= maxColouredText ? m_json->document() : nullptr;
    if (m_highlighter->document() != coloured) {
        m_highlighter->setDocument(coloured);
    }
    m_json->setPlainText(*json);
    m_jsonStack->setCurrentWidget(m_json);
}

void ValuePanel::fillHex() {
    if (std::exchange(m_hexFilled, true)) {
        return;
    }
    m_hex->setData(m_bytes);
    m_hexStack->setCurrentWidget(m_hexEditing ? static_cast<QWidget*>(m_hexEditor) : m_hex);
}

void ValuePanel::beginHexEdit() {
    if (!mayEdit() || m_bytes.size() > maxHexEditBytes) {
        return;
    }
    setTab(hexTab);
    m_hexEditing = true;
    m_filling = true;
    m_hexEditor->setPlainText(toHexText(m_bytes));
    m_filling = false;
    m_hexStack->setCurrentWidget(m_hexEditor);
    m_hexEditor->setFocus();
    updateState();
}

void ValuePanel::takeText() {
    if (m_filling || !mayEdit() || m_text->isReadOnly()) {
        return;
    }
    m_bytes = textOf(m_text).toUtf8();
    m_jsonFilled = m_hexFilled = false;
    updateState();
    Q_EMIT edited();
}

void ValuePanel::takeHex() {
    if (m_filling || !m_hexEditing) {
        return;
    }
    const QString typed = textOf(m_hexEditor);
    const auto bytes = fromHexText(typed);
    if (bytes) {
        m_bytes = *bytes;
        m_hexProblem.clear();
    } else {
        m_hexProblem = tr("%1 (character %2)").arg(bytes.error().problem).arg(bytes.error().position + 1);
    }
    m_textFilled = m_jsonFilled = m_hexFilled = false;
    updateState();
    Q_EMIT edited();
}

bool ValuePanel::isDirty() const {
    return mayEdit() && (!m_hexProblem.isEmpty() || !sameBytes(m_bytes, m_document.bytes));
}

Draft ValuePanel::draft() const {
    return {m_document.key, m_bytes, m_hexProblem.isEmpty() ? QString() : textOf(m_hexEditor), std::nullopt,
            m_tabs->currentIndex()};
}

tl::expected<QByteArray, QString> ValuePanel::editedBytes() const {
    if (!m_hexProblem.isEmpty()) {
        return tl::unexpected(m_hexProblem);
    }
    return m_bytes;
}

void ValuePanel::setEditedBytes(const QByteArray& bytes) {
    if (!mayEdit()) {
        return;
    }
    m_bytes = bytes;
    fill(true);
    Q_EMIT edited();
}

void ValuePanel::discard() {
    m_bytes = m_document.bytes;
    fill(true);
    Q_EMIT edited();
}

void ValuePanel::edit() {
    if (!mayEdit()) {
        return;
    }
    if (m_whyNotText.isEmpty() && m_tabs->currentIndex() != hexTab) {
        setTab(textTab);
        m_text->setFocus();
    } else {
        beginHexEdit();
    }
}

void ValuePanel::updateHeader() {
    const bool hasKey = !m_document.key.isEmpty();
    m_key->setText(hasKey ? displayKey(m_document.key) : tr("Value"));
    m_size->setVisible(m_hasValue);
    m_kind->setVisible(m_hasValue);
    m_where->setVisible(m_hasValue && m_document.info.location.recordBytes > 0);
    m_size->setText(formatBytes(static_cast<quint64>(m_bytes.size())));
    m_size->setToolTip(formatBytesExactly(static_cast<quint64>(m_bytes.size())));
    m_kind->setText(kindText(m_document.kind));
    m_where->setText(tr("generation %1").arg(formatLocation(m_document.info.location)));
    m_where->setToolTip(tr("Generation and offset of the record; written %1, record number %2")
                            .arg(formatTimeExactly(m_document.info.time), formatCount(m_document.info.sequence.value)));
}

void ValuePanel::updateState() {
    updateHeader();
    const bool dirty = isDirty();
    m_state->setVisible(dirty);
    m_tabs->setVisible(m_hasValue);
    const bool may = mayEdit();
    m_text->setReadOnly(!may || !m_whyNotText.isEmpty());
    // A read-only editor is still to be read by keyboard.
    m_text->setTextInteractionFlags(m_text->isReadOnly() ? Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard
                                                         : Qt::TextInteractionFlags(Qt::TextEditorInteraction));
    m_actions.save->setEnabled(dirty && m_hexProblem.isEmpty());
    m_actions.discard->setEnabled(dirty || m_hexEditing);
    m_actions.loadFile->setEnabled(may);
    m_actions.saveFile->setEnabled(m_hasValue);
    m_back->setVisible(m_isVersion);
    const int tab = m_tabs->currentIndex();
    m_editBytes->setVisible(may && !m_hexEditing && m_bytes.size() <= maxHexEditBytes &&
                            (tab == hexTab || (tab == textTab && !m_whyNotText.isEmpty())));
    QString note;
    if (!m_hasValue) {
        note.clear();
    } else if (!m_hexProblem.isEmpty()) {
        note = m_hexProblem;
    } else if (m_isVersion) {
        note = tr("A former version is shown as it was; restoring it makes it the newest.");
    } else if (tab == jsonTab) {
        note = tr("Laid out for reading. The stored bytes are as in Text and Hex.");
    } else if (m_readOnly) {
        note = tr("Opened read-only: nothing can be changed.");
    } else if (tab == textTab && !m_whyNotText.isEmpty()) {
        note = tr("%1 Shown for reading only.").arg(m_whyNotText);
    } else if (tab == hexTab && m_bytes.size() > maxHexEditBytes) {
        note = tr("Above %1 bytes are replaced from a file.").arg(formatBytes(maxHexEditBytes));
    } else if (m_hexEditing) {
        note = tr("Two hexadecimal digits a byte; spaces and line ends do not count.");
    }
    m_note->setText(note);
    m_note->setToolTip(note.toHtmlEscaped());
}

void ValuePanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && m_highlighter != nullptr) {
        m_highlighter->setPalette(palette());
    }
    QWidget::changeEvent(event);
}

} // namespace rustcask::ui
