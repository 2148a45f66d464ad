// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

QT_BEGIN_NAMESPACE
class QHBoxLayout;
class QLabel;
class QVBoxLayout;
QT_END_NAMESPACE

namespace rustcask::ui {

class ElidedLabel;

/// A surface with a hairline border and 8 px corners: header (title, muted subtitle, widgets on the right), body, and a
/// footer for its buttons. Header and footer appear once they hold something.
class Card : public QFrame {
    Q_OBJECT
public:
    explicit Card(QWidget* parent = nullptr);
    explicit Card(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setSubtitle(const QString& subtitle);
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString subtitle() const;
    /// At the right end of the header, in the order of the calls.
    void addHeaderWidget(QWidget* widget);
    /// In the header's place under the title line: tab bars, filters. Spans the width.
    void addToolRow(QWidget* widget);
    /// Adds to the body. Without `padded` the widget touches the card's border, as tables do.
    void addBody(QWidget* widget, int stretch = 1, bool padded = false);
    /// The body's own layout, for those who compose it (no margins, no spacing).
    [[nodiscard]] QVBoxLayout* body() const { return m_body; }
    /// The footer's layout: a row with 12 px margins above a hairline.
    [[nodiscard]] QHBoxLayout* footer();

    static constexpr int gutter = 12; ///< px between cards, and between a card's border and its text

private:
    void showHeader();
    QVBoxLayout* m_outer;
    QWidget* m_header;
    QHBoxLayout* m_headerRow;
    QLabel* m_title;
    ElidedLabel* m_subtitle;
    QVBoxLayout* m_tools;
    QVBoxLayout* m_body;
    QWidget* m_footer = nullptr;
    QHBoxLayout* m_footerRow = nullptr;
};

/// A hairline in the theme's line colour.
[[nodiscard]] QFrame* makeHairline(Qt::Orientation orientation = Qt::Horizontal, QWidget* parent = nullptr);

} // namespace rustcask::ui
