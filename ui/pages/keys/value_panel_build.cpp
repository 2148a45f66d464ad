// SPDX-License-Identifier: GPL-3.0-or-later
// The widgets of the value panel and its menu.
#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "pages/keys/external_decoder.h"
#include "pages/keys/value_hex_view.h"
#include "pages/keys/value_image_view.h"
#include "pages/keys/value_json_view.h"
#include "pages/keys/value_panel.h"
#include "pages/keys/value_text_view.h"
#include "pages/keys/value_tree_view.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {
const Setting<bool> wrapSetting{"values/wrap-lines", true};
const Setting<bool> inspectorSetting{"values/inspector", true};
constexpr qint64 unpackMoreBytes = qint64{512} << 20;
} // namespace

void ValuePanel::build() {
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
    m_tabRow = new QWidget;
    auto* tabLayout = new QHBoxLayout(m_tabRow);
    tabLayout->setContentsMargins(0, 0, Card::gutter, 0);
    m_tabs = makeTabBar(tr("How the value is shown"));
    for (const QString& name : {tr("Text"), tr("JSON"), tr("Tree"), tr("Hex"), tr("Image")}) {
        m_tabs->addTab(name);
    }
    m_tabs->setToolTip(tr("Text, JSON, tree, bytes or image (arrow keys)"));
    tabLayout->addWidget(m_tabs, 1);
    m_unpack = new QToolButton;
    m_unpack->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_unpack->setLayoutDirection(Qt::RightToLeft); // the chevron behind the words
    m_unpack->setIcon(themedIcon(QStringLiteral("chevron-down"), IconRole::muted));
    m_unpack->setIconSize(QSize(12, 12));
    m_unpack->setPopupMode(QToolButton::InstantPopup);
    m_unpack->setAutoRaise(true);
    m_unpack->setAccessibleName(tr("What is done to the bytes before they are shown"));
    m_unpack->setToolTip(tr("Unpack the value, or hand it to an external decoder, before it is shown"));
    m_unpack->setFocusPolicy(Qt::TabFocus);
    tabLayout->addWidget(m_unpack);
    m_card->addBody(m_tabRow, 0);
    m_card->addBody(makeHairline(), 0);

    m_stack = new QStackedWidget;
    m_empty = new EmptyState(QStringLiteral("keys"), QString());
    m_stop = m_empty->addButton(tr("Stop"), false);
    m_stop->hide();
    m_stack->addWidget(m_empty);
    buildViews();
    m_stack->addWidget(m_pages);
    m_card->addBody(m_stack, 1);

    QHBoxLayout* footer = m_card->footer();
    m_note = makeMuted(QString());
    m_note->setWordWrap(true);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    footer->addWidget(m_note, 1);
    m_more = makeButton(tr("Unpack more"));
    m_back = makeButton(tr("Back to the live value"));
    footer->addWidget(m_more);
    footer->addWidget(m_back);
    m_editButtons = {makeButton(m_actions.loadFile), makeButton(m_actions.discard), makePrimaryButton(m_actions.save)};
    footer->addWidget(m_editButtons[0]);
    footer->addWidget(makeButton(m_actions.saveFile));
    footer->addWidget(m_editButtons[1]);
    footer->addWidget(m_editButtons[2]);

    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        if (m_filling || !m_hasValue) {
            return;
        }
        switchTab(tab);
        if (m_tabs->currentIndex() == tab && m_shown) {
            m_lastTab[static_cast<std::size_t>(m_shown->content.kind)] = tab;
            ViewChoice choice = m_choice;
            choice.tab = tab;
            remember(choice);
        }
    });
    auto* menu = new QMenu(m_unpack);
    m_unpack->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &ValuePanel::showUnpackMenu);
    connect(m_more, &QPushButton::clicked, this, [this] {
        PrepareRequest request = m_request;
        request.maxUnpacked = unpackMoreBytes;
        prepare(request, true, true);
    });
    connect(m_back, &QPushButton::clicked, this, &ValuePanel::liveValueWanted);
    connect(m_stop, &QPushButton::clicked, this, [this] {
        stopPreparing();
        PrepareRequest request;
        request.choice = m_choice;
        request.choice.command.clear();
        m_command.clear();
        prepare(request, true);
    });
}

void ValuePanel::buildViews() {
    m_pages = new QStackedWidget;
    m_text = new ValueTextView;
    m_json = new ValueJsonView;
    m_tree = new ValueTreeView;
    m_hex = new ValueHexView;
    m_image = new ValueImageView;
    for (QWidget* view : {static_cast<QWidget*>(m_text), static_cast<QWidget*>(m_json), static_cast<QWidget*>(m_tree),
                          static_cast<QWidget*>(m_hex), static_cast<QWidget*>(m_image)}) {
        m_pages->addWidget(view);
    }
    m_text->setWrapped(m_settings.get(wrapSetting));
    m_hex->setInspectorShown(m_settings.get(inspectorSetting));

    const auto parseAll = [this] {
        PrepareRequest request = m_request;
        request.parseAll = true;
        prepare(request, true, true);
    };
    connect(m_text, &ValueTextView::edited, this, [this](const QByteArray& bytes) { takeBytes(bytes, textTab); });
    connect(m_text, &ValueTextView::invalid, this, [this](const QString& problem) {
        m_editedIn = textTab;
        takeProblem(problem);
    });
    connect(m_text, &ValueTextView::encodingChosen, this, [this](std::optional<TextEncoding> encoding) {
        ViewChoice choice = m_choice;
        choice.encoding = encoding;
        remember(choice);
        PrepareRequest request = m_request;
        request.choice = m_choice;
        prepare(request, true);
    });
    connect(m_text, &ValueTextView::wrapChosen, this, [this](bool wrapped) { m_settings.set(wrapSetting, wrapped); });
    connect(m_text, &ValueTextView::oneTextWanted, this, [this] {
        PrepareRequest request = m_request;
        request.oneText = true;
        prepare(request, true);
    });
    connect(m_text, &ValueTextView::failed, m_banner, &Banner::showError);
    connect(m_json, &ValueJsonView::edited, this, [this](const QByteArray& bytes) { takeBytes(bytes, jsonTab); });
    connect(m_json, &ValueJsonView::invalid, this, [this](const QString& problem) {
        m_editedIn = jsonTab;
        // Text that is no JSON still stands for bytes: they can be stored as text.
        if (const auto bytes = bytesOf(m_json->typed(), m_json->form())) {
            takeBytes(*bytes, jsonTab);
        } else {
            takeProblem(problem);
        }
    });
    connect(m_json, &ValueJsonView::parseWanted, this, parseAll);
    connect(m_json, &ValueJsonView::textWanted, this, [this] {
        setTab(textTab);
        m_text->focusEditor();
    });
    connect(m_tree, &ValueTreeView::parseWanted, this, parseAll);
    connect(m_tree, &ValueTreeView::formatChosen, this, [this](std::optional<TreeFormat> format) {
        ViewChoice choice = m_choice;
        choice.treeFormat = format;
        remember(choice);
        PrepareRequest request = m_request;
        request.choice = m_choice;
        request.parseAll = request.parseAll && format;
        prepare(request, true);
    });
    connect(m_tree, &ValueTreeView::bytesWanted, this, [this](quint64 offset, quint64 bytes) {
        setTab(hexTab);
        m_hex->select(offset, bytes);
    });
    connect(m_hex, &ValueHexView::edited, this, [this](const QByteArray& bytes) { takeBytes(bytes, hexTab); });
    connect(m_hex, &ValueHexView::inspectorChosen, this,
            [this](bool shown) { m_settings.set(inspectorSetting, shown); });
    connect(m_hex, &ValueHexView::failed, m_banner, &Banner::showError);
}

void ValuePanel::showUnpackMenu() {
    QMenu* menu = m_unpack->menu();
    menu->clear();
    qDeleteAll(menu->findChildren<QActionGroup*>());
    auto* group = new QActionGroup(menu);
    const auto add = [&](const QString& text, bool checked, std::function<void()> run) {
        QAction* action = menu->addAction(text, this, std::move(run));
        action->setCheckable(true);
        action->setChecked(checked);
        group->addAction(action);
    };
    const bool external = !m_command.isEmpty();
    const Packing shown = m_shown ? m_shown->packing : Packing::none;
    const QByteArray prefix = ViewMemory::prefixOf(m_document.key);
    add(tr("As stored"), !external && shown == Packing::none, [this] { choosePacking(Packing::none); });
    for (const Packing packing : {Packing::gzip, Packing::zlib, Packing::zstd, Packing::lz4}) {
        add(tr("Unpack %1").arg(packingName(packing)), !external && shown == packing,
            [this, packing] { choosePacking(packing); });
    }
    const QList<ExternalDecoder> decoders = externalDecoders(m_settings);
    menu->addSeparator();
    for (const ExternalDecoder& decoder : decoders) {
        add(tr("Run %1").arg(decoder.name), m_command == decoder.name,
            [this, name = decoder.name] { chooseCommand(name, false); });
    }
    if (external && !prefix.isEmpty()) {
        QAction* always =
            menu->addAction(tr("Always run %1 for keys that begin with “%2”").arg(m_command, displayKey(prefix, 40)));
        always->setCheckable(true);
        always->setChecked(m_choice.command == m_command);
        connect(always, &QAction::toggled, this, [this](bool on) {
            ViewChoice choice = m_choice;
            choice.command = on ? m_command : QString();
            remember(choice);
        });
    }
    menu->addAction(tr("External decoders…"), this, [this] { (new ExternalDecodersDialog(m_settings, this))->open(); });
    if (!prefix.isEmpty() && m_choice != ViewChoice{}) {
        menu->addSeparator();
        menu->addAction(tr("Forget the view of keys that begin with “%1”").arg(displayKey(prefix, 40)), this, [this] {
            remember({});
            m_command.clear();
            prepare({}, false);
        });
    }
}

} // namespace rustcask::ui
