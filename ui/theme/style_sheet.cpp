// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHash>

#include "theme/contrast.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

// %name% stands for a colour of the theme. Roles and tones are dynamic properties set by ui/widgets.
const char* const sheet = R"(
QToolTip { background: %tipGround%; color: %tipInk%; border: 1px solid %tipGround%; padding: 3px 6px; }

QFrame[role="card"] { background: %card%; border: 1px solid %line%; border-radius: 8px; }
QFrame[role="hairline"] { background: %line%; border: none; }
QFrame[role="well"] { background: %inset%; border: none; border-radius: 8px; }
QFrame[role="bar"] { background: %card%; border: none; }
QFrame[role="banner"] { background: %accentSoft%; border: 1px solid %accentLine%; border-radius: 8px; }
QFrame[role="banner"][tone="danger"] { background: %dangerSoft%; border-color: %dangerLine%; }
QFrame[role="banner"][tone="warning"] { background: %warningSoft%; border-color: %warningLine%; }
QFrame[role="banner"][tone="success"] { background: %successSoft%; border-color: %successLine%; }

QLabel[role="title"] { font-weight: 600; }
QLabel[role="heading"] { font-weight: 600; font-size: 22px; }
QLabel[role="muted"] { color: %muted%; }
QLabel[role="pill"] { border: 1px solid %line%; border-radius: 9px; padding: 1px 8px; min-height: 16px; color: %muted%;
    font-size: %small%px; }
QLabel[role="pill"][tone="accent"] { background: %accentSoft%; border-color: %accentSoft%; color: %accentInk%;
    font-weight: 600; }
QLabel[role="pill"][tone="success"] { background: %successSoft%; border-color: %successSoft%; color: %successInk%; }
QLabel[role="pill"][tone="warning"] { background: %warningSoft%; border-color: %warningSoft%; color: %warningInk%; }
QLabel[role="pill"][tone="danger"] { background: %dangerSoft%; border-color: %dangerSoft%; color: %dangerInk%; }

QPushButton { background: %card%; border: 1px solid %line%; border-radius: 6px; padding: 4px 11px; color: %text%; }
QPushButton:hover { background: %hover%; border-color: %edge%; }
QPushButton:pressed { background: %line%; }
QPushButton:focus { border-color: %accent%; }
QPushButton:disabled { color: %disabled%; }
QPushButton::menu-indicator { image: url(:/rustcask/controls/chevron-down.svg); width: 10px; height: 10px;
    subcontrol-origin: padding; subcontrol-position: right center; right: 6px; }
QPushButton:checked { background: %accentSoft%; border-color: %accentSoft%; color: %accentInk%; }
QPushButton[role="primary"] { background: %accent%; border-color: %accent%; color: %onAccent%; }
QPushButton[role="primary"]:hover { background: %accentHover%; border-color: %accentHover%; }
QPushButton[role="primary"]:focus { border-color: %text%; }
QPushButton[role="primary"]:disabled { background: %hover%; border-color: %line%; color: %disabled%; }
QPushButton[role="chip"] { border-radius: 9px; padding: 1px 9px; min-height: 16px; color: %muted%; font-size: %small%px; }
QPushButton[role="chip"]:checked { background: %accentSoft%; border-color: %accentSoft%; color: %accentInk%;
    font-weight: 600; }
QPushButton[role="chip"]:focus { border-color: %accent%; }
QPushButton[role="link"] { border: none; background: transparent; color: %accent%; padding: 2px 4px; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="search"] { text-align: left; color: %muted%; background: %field%; }

QPushButton[role="way"] { text-align: left; border-radius: 8px; padding: 0; }
QPushButton[role="picture"] { border: none; background: transparent; padding: 0; }
QFrame[role="popup"] { background: %card%; border: 1px solid %edge%; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: %hover%; }
QToolButton:pressed, QToolButton:checked { background: %accentSoft%; }
QToolButton:focus { border-color: %accent%; }
QToolButton[role="rail"] { color: %muted%; border-radius: 8px; padding: 6px 0 4px 0; }
QToolButton[role="rail"]:checked { color: %accentInk%; background: %accentSoft%; font-weight: 600; }
QToolButton[role="rail"]:disabled { color: %disabled%; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit {
    background: %field%; border: 1px solid %line%; border-radius: 6px; padding: 4px 8px; color: %text%;
    selection-background-color: %selectionStrong%; selection-color: %text%; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QDateTimeEdit:focus { border-color: %accent%; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: %disabled%; }
QLineEdit[role="bare"], QPlainTextEdit[role="bare"], QTextEdit[role="bare"], QTextBrowser[role="bare"] {
    border: none; border-radius: 0; background: transparent; }
QComboBox { padding-right: 22px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(:/rustcask/controls/chevron-down.svg); width: 12px; height: 12px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    border: none; width: 18px; background: transparent; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(:/rustcask/controls/chevron-up.svg); width: 10px;
    height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(:/rustcask/controls/chevron-down.svg); width: 10px;
    height: 10px; }
QComboBox QAbstractItemView { background: %card%; border: 1px solid %line%; padding: 4px; outline: none; }

QCheckBox, QRadioButton { spacing: 7px; }
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator { width: 14px; height: 14px;
    border: 1px solid %edge%; background: %field%; border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: %accent%; border-color: %accent%;
    image: url(:/rustcask/controls/check-%scheme%.svg); }
QRadioButton::indicator:checked { background: %accent%; border-color: %accent%;
    image: url(:/rustcask/controls/dot-%scheme%.svg); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: %accent%; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: %hover%; border-color: %line%; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: %muted%; border: none; border-bottom: 2px solid transparent;
    padding: 8px 11px 7px 11px; margin: 0; }
QTabBar::tab:hover { color: %text%; }
QTabBar::tab:selected { color: %text%; font-weight: 600; border-bottom-color: %accent%; }
QTabBar::tab:focus { border-bottom-color: %accent%; }
QTabWidget::pane { border: none; border-top: 1px solid %line%; }

QHeaderView { background: %card%; border: none; }
QHeaderView::section { background: %card%; color: %muted%; border: none; border-bottom: 1px solid %line%;
    padding: 0 10px; font-weight: 600; font-size: %small%px; }
QHeaderView::section:hover { color: %text%; }
QHeaderView::up-arrow { image: url(:/rustcask/controls/chevron-up.svg); width: 10px; height: 10px;
    subcontrol-position: right center; subcontrol-origin: padding; right: 3px; }
QHeaderView::down-arrow { image: url(:/rustcask/controls/chevron-down.svg); width: 10px; height: 10px;
    subcontrol-position: right center; subcontrol-origin: padding; right: 3px; }
QTableView, QTreeView, QListView { background: %card%; border: none; outline: none; }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: %handle%; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: %handleHover%; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QSplitter::handle { background: transparent; }
QProgressBar { background: %line%; border: none; border-radius: 4px; }
QProgressBar::chunk { background: %accent%; border-radius: 4px; }

QMenuBar { background: transparent; border: none; padding: 0; spacing: 0; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 5px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: %accentSoft%; }
QMenu { background: %card%; border: 1px solid %line%; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 26px; border-radius: 5px; }
QMenu::item:selected { background: %accentSoft%; color: %text%; }
QMenu::item:disabled { color: %disabled%; }
QMenu::separator { height: 1px; background: %line%; margin: 5px 8px; }
QMenu::icon { left: 6px; }
QStatusBar { background: %card%; border-top: 1px solid %line%; }
QStatusBar::item { border: none; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="page"] { background: transparent; }
QGroupBox { border: 1px solid %line%; border-radius: 8px; margin-top: 10px; padding: 10px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; font-weight: 600; }
)";

} // namespace

QString styleSheetFrom(const Tokens& t) {
    const auto soft = [&](const QColor& color) { return mixed(color, t.card, t.dark ? 0.18 : 0.10); };
    const auto edge = [&](const QColor& color) { return mixed(color, t.card, t.dark ? 0.45 : 0.35); };
    const auto inkOnSoft = [&](const QColor& color) { return withContrast(color, soft(color), 4.5); };
    const QHash<QString, QColor> colors{
        {QStringLiteral("tipGround"), t.dark ? t.line : t.text},
        {QStringLiteral("tipInk"), t.dark ? t.text : t.card},
        {QStringLiteral("card"), t.card},
        {QStringLiteral("line"), t.line},
        {QStringLiteral("inset"), t.inset},
        {QStringLiteral("text"), t.text},
        {QStringLiteral("muted"), t.muted},
        {QStringLiteral("accent"), t.accent},
        {QStringLiteral("onAccent"), t.onAccent},
        {QStringLiteral("accentSoft"), t.accentSoft},
        {QStringLiteral("accentInk"), withContrast(t.accent, t.accentSoft, 4.5)},
        {QStringLiteral("accentLine"), edge(t.accent)},
        {QStringLiteral("accentHover"), mixed(t.dark ? QColor(Qt::white) : QColor(Qt::black), t.accent, 0.12)},
        {QStringLiteral("hover"), t.hover},
        {QStringLiteral("edge"), mixed(t.muted, t.card, 0.55)},
        {QStringLiteral("disabled"), mixed(t.muted, t.card, 0.62)},
        {QStringLiteral("field"), t.dark ? mixed(t.window, t.card, 0.6) : t.card},
        {QStringLiteral("selectionStrong"), mixed(t.accent, t.card, t.dark ? 0.42 : 0.26)},
        {QStringLiteral("handle"), mixed(t.muted, t.card, 0.38)},
        {QStringLiteral("handleHover"), mixed(t.muted, t.card, 0.62)},
        {QStringLiteral("dangerSoft"), soft(t.damaged)},
        {QStringLiteral("dangerLine"), edge(t.damaged)},
        {QStringLiteral("dangerInk"), inkOnSoft(t.damaged)},
        {QStringLiteral("warningSoft"), soft(t.warning)},
        {QStringLiteral("warningLine"), edge(t.warning)},
        {QStringLiteral("warningInk"), inkOnSoft(t.warning)},
        {QStringLiteral("successSoft"), soft(t.success)},
        {QStringLiteral("successLine"), edge(t.success)},
        {QStringLiteral("successInk"), inkOnSoft(t.success)},
    };
    QString text = QString::fromLatin1(sheet);
    for (auto it = colors.cbegin(); it != colors.cend(); ++it) {
        text.replace(QLatin1Char('%') + it.key() + QLatin1Char('%'), it.value().name());
    }
    text.replace(QStringLiteral("%scheme%"), t.dark ? QStringLiteral("dark") : QStringLiteral("light"));
    text.replace(QStringLiteral("%small%"), QString::number(smallFont(QFont()).pixelSize()));
    return text;
}

} // namespace rustcask::ui
