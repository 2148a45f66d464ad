// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_panel.h"

#include <algorithm>
#include <utility>

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>

#include "pages/keys/external_decoder.h"
#include "pages/keys/value_hex_view.h"
#include "pages/keys/value_image_view.h"
#include "pages/keys/value_json_view.h"
#include "pages/keys/value_text_view.h"
#include "pages/keys/value_tree_view.h"
#include "theme/format.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

/// Prepared at once, without a worker: takes well under a frame.
constexpr qsizetype preparedAtOnce = qsizetype{32} << 10;
/// Hex of what is in memory is edited up to this size; typing in the middle moves what follows.
constexpr qsizetype maxHexEditBytes = static_cast<qsizetype>(maxWholeBytes);

/// As ==, but free for the common case of one array shared: values may be large.
bool sameBytes(const QByteArray& a, const QByteArray& b) {
    return a.size() == b.size() && (a.constData() == b.constData() || a == b);
}

} // namespace

ValuePanel::ValuePanel(const Actions& actions, Settings& settings, QWidget* parent)
    : QWidget(parent), m_actions(actions), m_settings(settings), m_memory(settings) {
    build();
    showNothing(tr("No key is selected."), tr("Select a key to see its value."));
}

ValuePanel::~ValuePanel() {
    stopPreparing();
}

void ValuePanel::setTasks(TaskRunner* tasks) {
    stopPreparing();
    m_tasks = tasks;
    m_text->setTasks(tasks);
    m_hex->setTasks(tasks);
}

void ValuePanel::showNothing(const QString& sentence, const QString& advice) {
    stopPreparing();
    m_document = {};
    m_bytes.clear();
    m_noBytes.clear();
    m_shown.reset();
    m_command.clear();
    m_choice = {};
    m_editedIn = -1;
    m_hasValue = false;
    m_isVersion = false;
    m_replaced = false;
    m_hex->showBytes({}); // lets go of a large value's file
    m_text->showText({});
    m_banner->clear();
    m_empty->setIcon(QStringLiteral("keys"));
    m_empty->setTexts(sentence, advice);
    m_stop->hide();
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

PrepareRequest ValuePanel::requestFor(const QByteArray& key) const {
    PrepareRequest request;
    const bool same = m_hasValue && !m_isVersion && key == m_document.key;
    request.choice = same ? m_choice : m_memory.choiceFor(key);
    return request;
}

void ValuePanel::showDocument(const ValueDocument& document) {
    const bool sameKey = m_hasValue && !m_isVersion && document.key == m_document.key;
    const bool inPlace = sameKey && !document.isPaged() && !m_document.isPaged() && m_noBytes.isEmpty() &&
                         m_command.isEmpty() && m_shown && sameBytes(document.bytes, m_bytes);
    if (inPlace) { // saved, or moved by a merge: cursor and place stay
        m_document = document;
        updateState();
        return;
    }
    stopPreparing();
    if (!sameKey) {
        m_choice = m_memory.choiceFor(document.key);
    }
    m_document = document;
    m_document.prepared.reset();
    m_hasValue = true;
    m_isVersion = false;
    m_replaced = false;
    m_bytes = document.bytes;
    m_noBytes.clear();
    m_editedIn = -1;
    m_command.clear();
    m_banner->clear();
    m_request = {};
    m_request.choice = m_choice;
    if (document.prepared) {
        showPrepared(document.prepared, sameKey);
    } else {
        prepare(m_request, sameKey);
    }
    if (!sameKey && !m_choice.command.isEmpty()) {
        chooseCommand(m_choice.command, true);
    }
}

void ValuePanel::showVersion(const ValueDocument& document, const QString& note) {
    showDocument(document);
    m_isVersion = true;
    m_banner->show(Banner::Kind::info, note);
    updateState();
    fillTab(m_tabs->currentIndex());
}

void ValuePanel::showDraft(const Draft& draft) {
    m_hasValue = true;
    m_isVersion = false;
    m_replaced = true;
    m_document.key = draft.key;
    m_bytes = draft.bytes;
    m_command.clear();
    m_request = {};
    m_request.choice = m_choice;
    m_request.choice.packing = Packing::none; // what is typed is what is stored
    m_filling = true;
    m_tabs->setCurrentIndex(draft.tab);
    m_filling = false;
    prepare(m_request, true);
    if (!draft.typed.isEmpty()) {
        setTab(textTab);
        m_text->showTyped(draft.typed, draft.form);
        m_text->setEditable(mayEdit());
        m_filled[textTab] = true;
        m_editedIn = textTab;
        const auto bytes = bytesOf(draft.typed, draft.form);
        m_noBytes = bytes ? QString() : bytes.error().problem;
        updateState();
    }
}

void ValuePanel::setReadOnly(bool readOnly) {
    m_readOnly = readOnly;
    updateState();
}

// ---- Preparing ----

ValueDocument ValuePanel::current() const {
    if (m_document.isPaged() && !m_replaced) {
        return m_document;
    }
    return makeDocument(m_document.key, m_bytes, m_document.info);
}

void ValuePanel::stopPreparing() {
    ++m_serial;
    m_preparing = false;
    if (m_task) {
        m_task->cancel();
        m_task.clear();
    }
    if (m_external) {
        m_external->deleteLater();
        m_external.clear();
    }
}

void ValuePanel::prepare(const PrepareRequest& request, bool keepTab, bool asked) {
    stopPreparing();
    m_request = request;
    const ValueDocument document = current();
    if (!m_tasks || (!document.isPaged() && document.bytes.size() <= preparedAtOnce &&
                     request.choice.packing.value_or(detectPacking(document.bytes)) == Packing::none)) {
        rustcask::Progress progress;
        auto prepared = prepareValue(document, request, progress);
        if (prepared) {
            showPrepared(std::make_shared<const PreparedValue>(std::move(*prepared)), keepTab);
        }
        return;
    }
    m_preparing = true;
    showBusy(asked ? tr("Working on %1…").arg(formatBytes(document.size)) : tr("Reading the value…"));
    m_stop->setVisible(asked);
    m_task = m_tasks->start<PreparedValue>(
        tr("Prepare the value of %1").arg(displayKey(document.key, 40)),
        [document, request](rustcask::Progress& progress) { return prepareValue(document, request, progress); }, this,
        [this, serial = m_serial, keepTab](rustcask::Result<PreparedValue> prepared) {
            if (serial != m_serial) {
                return;
            }
            m_preparing = false;
            if (prepared) {
                showPrepared(std::make_shared<const PreparedValue>(std::move(*prepared)), keepTab);
            } else if (prepared.error().code != rustcask::ErrorCode::cancelled) {
                m_stop->hide();
                m_empty->setIcon(QStringLiteral("warning"));
                m_empty->setTexts(tr("This value cannot be shown so."), errorText(prepared.error()));
            }
        },
        {.visible = asked});
}

void ValuePanel::showBusy(const QString& sentence) {
    m_empty->setIcon(QStringLiteral("keys"));
    m_empty->setTexts(sentence, QString());
    m_stop->hide();
    m_stack->setCurrentWidget(m_empty);
    updateState();
}

void ValuePanel::showPrepared(std::shared_ptr<const PreparedValue> prepared, bool keepTab) {
    m_preparing = false;
    m_stop->hide();
    m_shown = std::move(prepared);
    m_filled.fill(false);
    m_editedIn = -1;
    m_stack->setCurrentWidget(m_pages);
    chooseTab(keepTab);
}

void ValuePanel::choosePacking(std::optional<Packing> packing) {
    m_command.clear();
    ViewChoice choice = m_choice;
    choice.packing = packing;
    choice.command.clear();
    remember(choice);
    PrepareRequest request;
    request.choice = m_choice;
    prepare(request, false);
}

void ValuePanel::chooseCommand(const QString& name, bool always) {
    const QList<ExternalDecoder> decoders = externalDecoders(m_settings);
    const auto it = std::find_if(decoders.begin(), decoders.end(),
                                 [&](const ExternalDecoder& decoder) { return decoder.name == name; });
    if (it == decoders.end() || !m_hasValue) {
        return;
    }
    if (always && m_choice.command != name) {
        ViewChoice choice = m_choice;
        choice.command = name;
        remember(choice);
    }
    const ValueDocument document = current();
    if (document.size > static_cast<quint64>(ExternalRun::maxInputBytes)) {
        m_banner->show(
            Banner::Kind::warning,
            tr("Values above %1 are not handed to external decoders.").arg(formatBytes(ExternalRun::maxInputBytes)));
        return;
    }
    stopPreparing();
    m_command = name;
    m_preparing = true;
    showBusy(tr("%1 is running…").arg(name));
    m_stop->show();
    rustcask::Progress progress;
    const auto input = allBytes(document, static_cast<quint64>(ExternalRun::maxInputBytes), progress);
    if (!input) {
        showError(m_document.key, input.error());
        return;
    }
    m_external = new ExternalRun(*it, *input, this);
    connect(m_external, &ExternalRun::finished, this, [this, name](const QByteArray& output, const QString& problem) {
        m_external->deleteLater();
        m_external.clear();
        m_preparing = false;
        if (output.isEmpty() && !problem.isEmpty()) {
            m_stop->hide();
            m_empty->setIcon(QStringLiteral("warning"));
            m_empty->setTexts(tr("%1 had nothing to show.").arg(name), problem);
            return;
        }
        PrepareRequest request;
        request.choice.packing = Packing::none;
        rustcask::Progress preparing;
        auto prepared = prepareValue(makeDocument(m_document.key, output, {}), request, preparing);
        if (prepared) {
            prepared->unpackProblem = problem;
            showPrepared(std::make_shared<const PreparedValue>(std::move(*prepared)), false);
        }
    });
}

void ValuePanel::remember(const ViewChoice& choice) {
    m_choice = choice;
    m_memory.remember(m_document.key, choice);
}

// ---- Tabs ----

ValuePanel::Tab ValuePanel::tab() const {
    return static_cast<Tab>(m_tabs->currentIndex());
}

void ValuePanel::chooseTab(bool keepTab) {
    m_filling = true;
    m_tabs->setTabVisible(imageTab, m_shown->content.kind == ContentKind::image);
    m_filling = false;
    int wanted = m_lastTab[static_cast<std::size_t>(m_shown->content.kind)];
    if (m_choice.tab && m_command.isEmpty()) {
        const bool fits = (*m_choice.tab != imageTab || m_shown->content.kind == ContentKind::image) &&
                          (*m_choice.tab != jsonTab || m_shown->json || m_shown->parseOffered) &&
                          (*m_choice.tab != treeTab || m_shown->tree || m_shown->parseOffered);
        wanted = fits ? *m_choice.tab : wanted;
    }
    if (keepTab && m_tabs->isTabVisible(m_tabs->currentIndex())) {
        wanted = m_tabs->currentIndex();
    }
    setTab(static_cast<Tab>(wanted));
}

void ValuePanel::setTab(Tab tab) {
    m_filling = true;
    m_tabs->setCurrentIndex(tab);
    m_filling = false;
    if (m_hasValue && m_shown) {
        switchTab(tab);
    }
}

void ValuePanel::switchTab(int tab) {
    if (m_filling || !m_hasValue || !m_shown) {
        return;
    }
    if (!m_noBytes.isEmpty() && tab != m_editedIn) {
        setTab(static_cast<Tab>(m_editedIn)); // what was typed is no value yet: it must not get out of sight
        return;
    }
    if (m_editedIn >= 0 && tab != m_editedIn) {
        // The other views have what was typed before.
        PrepareRequest request = m_request;
        request.choice.packing = Packing::none;
        prepare(request, true);
        return;
    }
    fillTab(tab);
}

void ValuePanel::fillTab(int tab) {
    if (!m_shown) {
        return;
    }
    if (!std::exchange(m_filled[static_cast<std::size_t>(tab)], true)) {
        m_filling = true;
        switch (tab) {
        case textTab:
            fillText();
            break;
        case jsonTab:
            m_json->showValue(*m_shown);
            break;
        case treeTab:
            m_tree->showValue(*m_shown, m_command.isEmpty() ? m_choice.treeFormat : std::nullopt);
            break;
        case hexTab:
            fillHex();
            break;
        default:
            fillImage();
            break;
        }
        m_filling = false;
    }
    m_pages->setCurrentIndex(tab);
    m_stack->setCurrentWidget(m_pages);
    updateState();
}

void ValuePanel::fillText() {
    m_text->setEncoding(m_shown->encoding, m_command.isEmpty() && m_choice.encoding.has_value());
    const bool offer = !m_shown->text && m_shown->whole && m_shown->bytes.size() <= maxTextBytes;
    if (m_shown->text) {
        m_text->showText(*m_shown->text);
    } else if (m_shown->whole || m_shown->packing != Packing::none) {
        m_text->showPages(static_cast<quint64>(m_shown->bytes.size()), readerOf(m_shown->bytes), m_shown->encoding);
    } else {
        m_text->showPages(m_document.size, readerOf(m_document), m_shown->encoding);
    }
    m_text->setOneTextOffered(offer && mayEdit());
}

void ValuePanel::fillHex() {
    if (showsStored() && m_document.isPaged() && !m_replaced) {
        m_hex->showPages(m_document.size, readerOf(m_document));
    } else if (m_shown->bytes.size() > maxHexEditBytes) {
        m_hex->showPages(static_cast<quint64>(m_shown->bytes.size()), readerOf(m_shown->bytes));
    } else {
        m_hex->showBytes(showsStored() ? m_bytes : m_shown->bytes);
    }
}

void ValuePanel::fillImage() {
    if (!m_shown->whole) {
        m_image->showMessage(tr("Images above %1 are not shown.").arg(formatBytes(maxWholeBytes)));
        return;
    }
    if (!m_tasks) {
        m_image->showImage(decodeImage(m_shown->bytes, m_shown->content.image), m_shown->content.image);
        return;
    }
    m_image->showMessage(tr("Decoding the image…"));
    m_tasks->start<DecodedImage>(
        tr("Decode an image"),
        [bytes = m_shown->bytes, format = m_shown->content.image](
            rustcask::Progress&) -> rustcask::Result<DecodedImage> { return decodeImage(bytes, format); },
        this,
        [this, serial = m_serial, format = m_shown->content.image](rustcask::Result<DecodedImage> decoded) {
            if (serial == m_serial && decoded) {
                m_image->showImage(*decoded, format);
            }
        },
        {.visible = false});
}

// ---- Editing ----

void ValuePanel::takeBytes(const QByteArray& bytes, int from) {
    if (m_filling || !mayEdit() || !showsStored()) {
        return;
    }
    m_bytes = bytes;
    m_replaced = true;
    m_noBytes.clear();
    m_editedIn = from;
    updateState();
    Q_EMIT edited();
}

void ValuePanel::takeProblem(const QString& problem) {
    if (m_filling || !mayEdit()) {
        return;
    }
    m_noBytes = problem;
    updateState();
    Q_EMIT edited();
}

bool ValuePanel::showsStored() const {
    return m_shown && m_shown->packing == Packing::none && m_command.isEmpty();
}

bool ValuePanel::isDirty() const {
    return mayEdit() &&
           (!m_noBytes.isEmpty() || (m_replaced && (m_document.isPaged() || !sameBytes(m_bytes, m_document.bytes))));
}

Draft ValuePanel::draft() const {
    Draft draft;
    draft.key = m_document.key;
    draft.bytes = m_bytes;
    draft.tab = m_tabs->currentIndex();
    if (!m_noBytes.isEmpty()) {
        draft.typed = m_editedIn == jsonTab ? m_json->typed() : m_text->typed();
        draft.form = m_editedIn == jsonTab ? m_json->form() : m_text->form();
    }
    return draft;
}

tl::expected<QByteArray, QString> ValuePanel::editedBytes() const {
    if (!m_noBytes.isEmpty()) {
        return tl::unexpected(m_noBytes);
    }
    if (m_tabs->currentIndex() == jsonTab && m_json->isEditing() && !m_json->problem().isEmpty()) {
        return tl::unexpected(m_json->problem());
    }
    return m_bytes;
}

void ValuePanel::setEditedBytes(const QByteArray& bytes) {
    if (!mayEdit()) {
        return;
    }
    m_bytes = bytes;
    m_replaced = true;
    m_noBytes.clear();
    m_editedIn = -1;
    m_command.clear();
    PrepareRequest request;
    request.choice = m_choice;
    request.choice.packing = Packing::none;
    prepare(request, true);
    Q_EMIT edited();
}

void ValuePanel::discard() {
    m_bytes = m_document.bytes;
    m_replaced = false;
    m_noBytes.clear();
    m_editedIn = -1;
    PrepareRequest request;
    request.choice = m_choice;
    prepare(request, true);
    Q_EMIT edited();
}

void ValuePanel::edit() {
    if (!mayEdit() || !m_shown) {
        return;
    }
    if (!showsStored()) {
        choosePacking(Packing::none);
    }
    const int tab = m_tabs->currentIndex();
    if (tab == jsonTab && m_shown->text) {
        m_json->beginEdit();
    } else if (m_shown->text && tab != hexTab) {
        setTab(textTab);
        m_text->focusEditor();
    } else {
        setTab(hexTab);
        m_hex->focusEditor();
    }
}

void ValuePanel::find() {
    if (m_hasValue && m_shown) {
        setTab(hexTab);
        m_hex->focusFind();
    }
}

} // namespace rustcask::ui
