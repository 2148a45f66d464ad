// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QString>
#include <QToolButton>

QT_BEGIN_NAMESPACE
class QAction;
class QTabBar;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Plain text on one line that elides instead of forcing its width; the whole text is in the tooltip while it does.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(const QString& text, Qt::TextElideMode mode = Qt::ElideMiddle, QWidget* parent = nullptr);
    void setText(const QString& text);
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
    Qt::TextElideMode m_mode;
};

/// What a pill says beside its words.
enum class Tone { neutral, accent, success, warning, danger };

/// A short fact in a rounded outline: "Rustcask v1", "142 B". Not focusable.
class Pill : public QLabel {
    Q_OBJECT
public:
    explicit Pill(const QString& text, Tone tone = Tone::neutral, QWidget* parent = nullptr);
    void setTone(Tone tone);
};

// All labels show plain text: data may stand in them.
[[nodiscard]] QLabel* makeTitle(const QString& text, QWidget* parent = nullptr); ///< semibold
[[nodiscard]] QLabel* makeMuted(const QString& text, QWidget* parent = nullptr); ///< secondary text
[[nodiscard]] QLabel* makeText(const QString& text, QWidget* parent = nullptr);  ///< wraps
[[nodiscard]] QLabel* makeMono(const QString& text, QWidget* parent = nullptr);  ///< monospaced, selectable

[[nodiscard]] QPushButton* makeButton(const QString& text, QWidget* parent = nullptr);
/// The one filled button of a card.
[[nodiscard]] QPushButton* makePrimaryButton(const QString& text, QWidget* parent = nullptr);
/// A push button that follows an action: text, tooltip, enabled state, trigger.
[[nodiscard]] QPushButton* makeButton(QAction* action, QWidget* parent = nullptr);
[[nodiscard]] QPushButton* makePrimaryButton(QAction* action, QWidget* parent = nullptr);
/// A checkable rounded chip ("contains", "prefix"): put several into a QButtonGroup for a choice.
[[nodiscard]] QPushButton* makeChip(const QString& text, QWidget* parent = nullptr);
/// A flat button that shows an icon of the family; `name` is tooltip and accessible name.
[[nodiscard]] QToolButton* makeIconButton(const QString& icon, const QString& name, QWidget* parent = nullptr);
/// Tabs with the accent underline, for a card's tool row.
[[nodiscard]] QTabBar* makeTabBar(const QString& accessibleName, QWidget* parent = nullptr);

/// 24 px rows, no grid, hairline rules, whole rows selected, elision in the middle: every table of the window.
void styleTable(QTableView* table, const QString& accessibleName);
inline constexpr int tableRowHeight = 24; ///< px

} // namespace rustcask::ui
