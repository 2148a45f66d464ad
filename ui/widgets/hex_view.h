// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>

#include <QAbstractScrollArea>
#include <QByteArray>
#include <QString>
#include <QVector>

#include <rustcask/inspect.h>

#include "layout/hex_layout.h"

QT_BEGIN_NAMESPACE
class QMenu;
QT_END_NAMESPACE

namespace rustcask::ui {

/// A range of bytes with a meaning, coloured as its field is everywhere else.
struct HexSpan {
    quint64 offset = 0; ///< from the first byte shown, not from the base offset
    quint64 bytes = 0;
    rustcask::Field field = rustcask::Field::unused;
    QString name{};    ///< for the tooltip and assistive technology
    bool valid = true; ///< false: underlined in damaged's hue
};

/// Bytes as offset, hexadecimal and text, virtual: only what is on the screen is asked for. Offsets have 64 bits.
///
/// Keyboard: arrows, Page Up/Down, Home/End (with Ctrl: of everything), Shift extends, Ctrl+A, Ctrl+C copies the
/// selection as hexadecimal.
class HexView : public QAbstractScrollArea {
    Q_OBJECT
public:
    /// Bytes from `offset`, at most `length`; fewer or none when they are not at hand yet: fetch them on a worker and
    /// call `dataChanged`. Called while painting, so it must not touch the disk.
    using Source = std::function<QByteArray(quint64 offset, qint64 length)>;

    explicit HexView(QWidget* parent = nullptr);

    /// Shows a byte array, whose first byte is numbered `baseOffset`.
    void setData(const QByteArray& data, quint64 baseOffset = 0);
    void setSource(quint64 size, Source source, quint64 baseOffset = 0);
    /// The source has more now: repaints.
    void dataChanged();
    /// The source has another length now: cursor and place stay as far as they can.
    void setSize(quint64 size);
    void clear();

    /// Sorted by offset, without overlap. Selects none.
    void setSpans(QVector<HexSpan> spans);
    [[nodiscard]] const QVector<HexSpan>& spans() const { return m_spans; }
    /// Highlights a span and scrolls to it; -1: none. Emits nothing.
    void setCurrentSpan(int index);
    [[nodiscard]] int currentSpan() const { return m_currentSpan; }

    [[nodiscard]] quint64 size() const { return m_layout.size; }
    [[nodiscard]] std::optional<quint64> cursor() const { return m_cursor; }
    /// Selects `length` bytes from `offset`, scrolls there and emits `selectionChanged`. 0 bytes: just the cursor.
    void select(quint64 offset, quint64 length);
    [[nodiscard]] quint64 selectionOffset() const;
    [[nodiscard]] quint64 selectionLength() const;
    [[nodiscard]] QByteArray selectedBytes() const; ///< at most 16 MiB of them
    void scrollTo(quint64 offset);
    void copy() const;

    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void selectionChanged(quint64 offset, quint64 length);
    void currentSpanChanged(int index); ///< by mouse or keyboard
    void spanHovered(int index);        ///< -1: none
    /// The bytes on the screen, for sources that fetch ahead.
    void visibleRangeChanged(quint64 offset, qint64 length);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

    // For editors.
    /// Whether the cursor can stand behind the last byte, where bytes are appended.
    void setAppendable(bool appendable);
    /// Which column is typed into: its caret is the strong one. Drawn for editors only.
    void setCaretColumn(std::optional<HexLayout::Column> column);
    [[nodiscard]] std::optional<HexLayout::Column> caretColumn() const { return m_caretColumn; }
    /// Draws the caret at the second digit of the byte.
    void setCaretAtLowDigit(bool low);
    void moveCursor(quint64 byte, bool extend);
    [[nodiscard]] virtual QMenu* makeContextMenu();

private:
    void relayout();
    void follow(quint64 byte);
    void paintCaret(QPainter& painter, quint64 topRow) const;
    [[nodiscard]] quint64 lastCursor() const;
    [[nodiscard]] quint64 topRow() const { return m_scale.toRow(verticalScrollBarValue()); }
    [[nodiscard]] int verticalScrollBarValue() const;
    [[nodiscard]] int visibleRows() const;
    [[nodiscard]] int spanAt(quint64 byte) const;
    [[nodiscard]] QPointF toLayout(QPointF point) const;
    [[nodiscard]] QString spanText(int index) const;

    HexLayout m_layout;
    RowScale m_scale;
    Source m_source;
    QVector<HexSpan> m_spans;
    int m_currentSpan = -1;
    int m_hoveredSpan = -1;
    std::optional<quint64> m_anchor;
    std::optional<quint64> m_cursor;
    bool m_appendable = false;
    std::optional<HexLayout::Column> m_caretColumn;
    bool m_caretAtLowDigit = false;
};

/// Named spans of a record, as the hex view takes them; `recordOffset` is where the view's first byte lies in the file.
[[nodiscard]] QVector<HexSpan> hexSpans(const std::vector<rustcask::FieldSpan>& fields, quint64 recordOffset);
/// A field's name for people, translated: "key size".
[[nodiscard]] QString fieldText(rustcask::Field field);

} // namespace rustcask::ui
