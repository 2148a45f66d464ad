// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QAbstractScrollArea>
#include <QHash>
#include <QPixmap>
#include <QTimer>

#include "layout/byte_map_layout.h"
#include "pages/storage/byte_map_source.h"

namespace rustcask::ui {

class ByteMapStore;
struct Tokens;

inline constexpr quint64 leastMapWindow = 64; ///< bytes: a record and its neighbours
inline constexpr double mapZoomStep = 2.0;

/// The byte map: every data and hint file of a directory as strips or as one block, and closer and closer down to
/// single records of one file.
///
/// Mouse: the pointer names the record, a click selects it, a double click looks closer, the wheel zooms (in the
/// directory with Ctrl), dragging moves a file's window. Keyboard: arrows move the cursor, Enter looks closer or
/// selects the record, + and - zoom, Home and End, Escape or Backspace go back to all files.
class ByteMapView : public QAbstractScrollArea {
    Q_OBJECT
public:
    enum class Style { strips, block };

    explicit ByteMapView(QWidget* parent = nullptr);

    void setStore(ByteMapStore* store);
    void setStyleOfMap(Style style);
    [[nodiscard]] Style styleOfMap() const { return m_style; }

    /// The file that is looked at closely; empty: all of them.
    [[nodiscard]] QString fileName() const { return m_file; }
    [[nodiscard]] ByteWindow window() const { return m_window; }
    void showDirectory();
    /// Shows a file: `window`, or all of it.
    void showFile(const QString& name, std::optional<ByteWindow> window = {});
    /// Marks a record, and moves a file's window to it when that file is shown.
    void setSelectedRecord(const QString& name, quint64 offset, quint64 bytes);
    /// Marks rows; of all files.
    void setSelectedFiles(const QVector<rustcask::Generation>& generations);

    bool canZoomIn() const;
    void zoomIn();
    void zoomOut();
    /// What the pointer, or else the cursor, is at.
    [[nodiscard]] QString readout() const { return m_readout; }
    [[nodiscard]] int rows() const { return static_cast<int>(m_rows.size()); }
    /// The middle of a byte on the screen, for tests; nullopt: it does not show.
    [[nodiscard]] std::optional<QPointF> pointOf(const QString& name, quint64 byte) const;

    [[nodiscard]] QSize sizeHint() const override { return {720, 240}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {300, 110}; }

Q_SIGNALS:
    void recordChosen(const QString& name, quint64 byte); ///< of a byte in it
    void fileChosen(const QString& name, bool toggle);
    void painted();      ///< with files on it
    void placeChanged(); ///< another file, window or style
    void readoutChanged(const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    /// A row of the directory: a data file and its hint file, as positions in the store's list.
    struct Row {
        int data = -1;
        int hint = -1;
    };
    struct Place {
        QString name{};
        quint64 byte = 0;
        quint64 end = 0; ///< of what lies under one pixel
    };
    struct Picture {
        const void* map = nullptr;
        rustcask::ByteTally whole{};
        QSize size{};
        bool dark = false;
        quint64 bytes = 0;
        QPixmap pixmap{};
    };

    void rebuildRows();
    void relayout();
    void updateScrollBar();
    void setWindow(const ByteWindow& window);
    void wantDetail();
    void hover(const std::optional<Place>& place);
    void tell(const QString& text);
    void describePlace(const Place& place);
    void moveCursor(int dx, int dy);
    void moveInFile(int dx, int dy);
    void setCursor(const QString& name, quint64 byte);
    [[nodiscard]] std::optional<Place> placeAt(QPointF point) const;
    [[nodiscard]] const MapRecord* listedRecord(const QString& name, quint64 byte) const;
    [[nodiscard]] const MapFile* file(const QString& name) const;
    [[nodiscard]] const MapFile& at(int index) const;
    [[nodiscard]] int rowOf(const QString& name) const;
    [[nodiscard]] qreal scroll() const;
    [[nodiscard]] QRectF linesArea() const;
    [[nodiscard]] QRectF overviewRect() const;
    [[nodiscard]] bool detailFits() const;

    // byte_map_view_paint.cpp
    void paintDirectory(QPainter* painter, const Tokens& tokens);
    void paintBlock(QPainter* painter, const Tokens& tokens);
    void paintFile(QPainter* painter, const Tokens& tokens);
    void paintLine(QPainter* painter, int line, const MapFile& shown, const Tokens& tokens);
    void paintRecords(QPainter* painter, const Tokens& tokens);
    void paintOverview(QPainter* painter, const MapFile& shown, const Tokens& tokens);
    void paintMark(QPainter* painter, const QRectF& rect, const QColor& color, qreal width) const;
    [[nodiscard]] const QPixmap& picture(const MapFile& shown, const QSize& size, const Tokens& tokens);

    ByteMapStore* m_store = nullptr;
    Style m_style = Style::strips;
    QVector<Row> m_rows{};
    DirectoryLayout m_directory{};
    BlockLayout m_block{};
    LinesLayout m_lines{};
    QString m_file{};
    ByteWindow m_window{};
    QString m_cursorName{};
    quint64 m_cursorByte = 0;
    QString m_selectedName{};
    quint64 m_selectedOffset = 0;
    quint64 m_selectedBytes = 0;
    QVector<rustcask::Generation> m_selectedFiles{};
    std::optional<Place> m_hovered{};
    QString m_readout{};
    QHash<QString, Picture> m_pictures{};
    QTimer m_hoverDelay{};
    QTimer m_detailDelay{};
    enum class Drag { none, lines, overview };
    Drag m_drag = Drag::none;
    QPointF m_dragFrom{};
    ByteWindow m_dragWindow{};
    bool m_dragged = false;
};

} // namespace rustcask::ui
