// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QByteArray>
#include <QString>
#include <QWidget>

#include "theme/tokens.h"

QT_BEGIN_NAMESPACE
class QPainter;
QT_END_NAMESPACE

namespace rustcask::ui {

/// One rectangle of a treemap.
struct TreemapItem {
    enum class Kind {
        folder, ///< can be gone into
        single, ///< cannot
        rest,   ///< what is too small or too much to be shown by itself: hatched
    };
    QString name{};
    QString detail{}; ///< "1.2 MiB · 5,000 keys"
    double weight = 0;
    Kind kind = Kind::folder;
};

/// Rectangles as large as what they stand for. The arrow keys move between them, Enter goes into one, Backspace out.
class TreemapView : public QWidget {
    Q_OBJECT
public:
    explicit TreemapView(QWidget* parent = nullptr);

    /// In descending order of weight.
    void setItems(std::vector<TreemapItem> items);
    [[nodiscard]] const std::vector<TreemapItem>& items() const { return m_items; }
    void setCurrent(int index); ///< -1: none; emits nothing
    [[nodiscard]] int current() const { return m_current; }
    void setEmptyText(const QString& text);

    [[nodiscard]] QByteArray toPng(double scale = 2) const;
    [[nodiscard]] QByteArray toSvg() const;
    [[nodiscard]] QSize sizeHint() const override { return {520, 340}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 140}; }

Q_SIGNALS:
    void currentChanged(int index);
    void activated(int index); ///< double click or Enter
    void leaveRequested();     ///< Backspace

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] std::vector<QRectF> tiles(const QSizeF& size) const;
    [[nodiscard]] int at(const QPointF& point) const;
    void paint(QPainter& painter, const QSizeF& size, const Tokens& tokens, bool interactive) const;
    void select(int index);

    std::vector<TreemapItem> m_items{};
    QString m_emptyText;
    int m_current = -1;
    int m_hovered = -1;
};

} // namespace rustcask::ui
