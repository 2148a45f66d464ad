// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QTextDocument>
#include <QToolTip>
#include <QWheelEvent>

#include "pages/storage/byte_map_store.h"
#include "pages/storage/byte_map_view.h"

/// Mouse and keyboard of the byte map.
namespace rustcask::ui {

void ByteMapView::moveInFile(int dx, int dy) {
    const MapFile* shown = file(m_file);
    if (shown == nullptr) {
        return;
    }
    quint64 byte = m_cursorName == m_file ? m_cursorByte : m_window.from;
    const MapRecord* record = listedRecord(m_file, byte);
    if (dx > 0) {
        byte = record != nullptr ? record->offset + record->bytes : byte + m_lines.strip(0).bytesPerPixel();
    } else if (dx < 0) {
        const quint64 begin = record != nullptr ? record->offset : byte;
        const MapRecord* before = begin > 0 ? listedRecord(m_file, begin - 1) : nullptr;
        const quint64 pixel = m_lines.strip(0).bytesPerPixel();
        byte = before != nullptr ? before->offset : byte > pixel ? byte - pixel : 0;
    }
    const quint64 line = m_lines.bytesPerLine();
    if (dy > 0) {
        byte += line;
    } else if (dy < 0) {
        byte = byte > line ? byte - line : 0;
    }
    byte = std::min(byte, shown->bytes - 1);
    if (byte < m_window.from || byte >= m_window.to) {
        const auto away = byte < m_window.from ? -static_cast<qint64>(m_window.from - byte + line - 1)
                                               : static_cast<qint64>(byte - m_window.to + line);
        setWindow(m_window.moved(away, shown->bytes));
    }
    setCursor(m_file, byte);
}

void ByteMapView::moveCursor(int dx, int dy) {
    if (!m_file.isEmpty()) {
        moveInFile(dx, dy);
        return;
    }
    const int row = rowOf(m_cursorName);
    if (row < 0) {
        return;
    }
    if (dy != 0) {
        const int next = std::clamp(row + dy, 0, static_cast<int>(m_rows.size()) - 1);
        const MapFile& shown = at(m_rows[next].data);
        setCursor(shown.name, m_cursorByte);
        Q_EMIT fileChosen(shown.name, false);
        return;
    }
    const MapFile& shown = at(m_rows[row].data);
    const QRectF rect = m_directory.dataRect(row, shown.bytes, 0);
    const quint64 step = MapStrip{rect.left(), rect.width(), 0, shown.bytes}.bytesPerPixel();
    setCursor(shown.name, dx > 0 ? m_cursorByte + step : m_cursorByte > step ? m_cursorByte - step : 0);
}

void ByteMapView::keyPressEvent(QKeyEvent* event) {
    if (m_rows.isEmpty()) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Left:
        moveCursor(-1, 0);
        break;
    case Qt::Key_Right:
        moveCursor(1, 0);
        break;
    case Qt::Key_Up:
        moveCursor(0, -1);
        break;
    case Qt::Key_Down:
        moveCursor(0, 1);
        break;
    case Qt::Key_PageUp:
        moveCursor(0, m_file.isEmpty() ? -10 : -1);
        break;
    case Qt::Key_PageDown:
        moveCursor(0, m_file.isEmpty() ? 10 : 1);
        break;
    case Qt::Key_Home:
        if (!m_file.isEmpty()) {
            setWindow(m_window.moved(-static_cast<qint64>(m_window.from), file(m_file)->bytes));
        }
        setCursor(m_cursorName, 0);
        break;
    case Qt::Key_End:
        if (const MapFile* shown = file(m_cursorName); shown != nullptr && shown->bytes > 0) {
            if (!m_file.isEmpty()) {
                setWindow(m_window.moved(static_cast<qint64>(shown->bytes), shown->bytes));
            }
            setCursor(m_cursorName, shown->bytes - 1);
        }
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomIn();
        break;
    case Qt::Key_Minus:
        zoomOut();
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_file.isEmpty()) {
            showFile(m_cursorName);
        } else {
            Q_EMIT recordChosen(m_cursorName, m_cursorByte);
        }
        break;
    case Qt::Key_Space:
        Q_EMIT recordChosen(m_cursorName, m_cursorByte);
        break;
    case Qt::Key_Escape:
    case Qt::Key_Backspace:
        if (m_file.isEmpty()) {
            QAbstractScrollArea::keyPressEvent(event);
            return;
        }
        showDirectory();
        break;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    event->accept();
}

void ByteMapView::mousePressEvent(QMouseEvent* event) {
    m_dragged = false;
    m_drag = Drag::none;
    if (event->button() != Qt::LeftButton || m_store == nullptr) {
        return;
    }
    m_dragFrom = event->position();
    m_dragWindow = m_window;
    if (!m_file.isEmpty()) {
        m_drag = overviewRect().adjusted(0, -4, 0, 4).contains(event->position()) ? Drag::overview : Drag::lines;
        if (m_drag == Drag::overview) {
            if (const auto place = placeAt({event->position().x(), overviewRect().center().y()})) {
                setWindow(m_window.centred(place->byte, file(m_file)->bytes));
            }
        }
        return;
    }
    const auto place = placeAt(event->position());
    if (!place) {
        return;
    }
    const MapFile* shown = file(place->name);
    const bool whole = m_style == Style::strips && place->byte == 0 && place->end >= shown->bytes;
    Q_EMIT fileChosen(place->name, (event->modifiers() & Qt::ControlModifier) != 0);
    setCursor(place->name, place->byte);
    if (!whole && !shown->growing && (event->modifiers() & Qt::ControlModifier) == 0) {
        Q_EMIT recordChosen(place->name, place->byte);
    }
}

void ByteMapView::mouseMoveEvent(QMouseEvent* event) {
    if (m_drag == Drag::none) {
        hover(placeAt(event->position()));
        return;
    }
    const QPointF by = event->position() - m_dragFrom;
    m_dragged = m_dragged || by.manhattanLength() > 4;
    const MapFile* shown = file(m_file);
    if (!m_dragged || shown == nullptr) {
        return;
    }
    const double perPixel = m_drag == Drag::overview
                                ? static_cast<double>(shown->bytes) / std::max(overviewRect().width(), 1.0)
                                : -static_cast<double>(m_lines.bytesPerLine()) / std::max(m_lines.area.width(), 1.0);
    double bytes = by.x() * perPixel;
    if (m_drag == Drag::lines) {
        const double lines = std::round(by.y() / (m_lines.lineHeight + m_lines.gap));
        bytes -= lines * static_cast<double>(m_lines.bytesPerLine());
        setWindow(m_dragWindow.moved(static_cast<qint64>(bytes), shown->bytes));
    } else if (const auto place = placeAt({event->position().x(), overviewRect().center().y()})) {
        setWindow(m_window.centred(place->byte, shown->bytes));
    }
}

void ByteMapView::mouseReleaseEvent(QMouseEvent* event) {
    const bool click = m_drag == Drag::lines && !m_dragged && event->button() == Qt::LeftButton;
    m_drag = Drag::none;
    if (click) {
        if (const auto place = placeAt(event->position())) {
            setCursor(place->name, place->byte);
            Q_EMIT recordChosen(place->name, place->byte);
        }
    }
}

void ByteMapView::mouseDoubleClickEvent(QMouseEvent* event) {
    const auto place = placeAt(event->position());
    if (!place) {
        return;
    }
    const MapFile* shown = file(place->name);
    if (shown == nullptr || shown->growing) {
        return;
    }
    if (m_file.isEmpty()) {
        const bool whole = place->byte == 0 && place->end >= shown->bytes;
        const ByteWindow all{0, shown->bytes};
        showFile(place->name, whole ? all : all.zoomed(place->byte, 0.25, shown->bytes, leastMapWindow));
        setCursor(place->name, place->byte);
    } else {
        setWindow(m_window.zoomed(place->byte, 0.25, shown->bytes, std::min(leastMapWindow, shown->bytes)));
    }
}

void ByteMapView::leaveEvent(QEvent* event) {
    hover(std::nullopt);
    QAbstractScrollArea::leaveEvent(event);
}

void ByteMapView::wheelEvent(QWheelEvent* event) {
    const bool zoom = !m_file.isEmpty() || (event->modifiers() & Qt::ControlModifier) != 0;
    const auto place = placeAt(event->position());
    if (!zoom || !place) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    const double steps = event->angleDelta().y() / 120.0;
    event->accept();
    const MapFile* shown = file(place->name);
    if (steps == 0 || shown == nullptr || shown->growing) {
        return;
    }
    if (m_file.isEmpty()) {
        if (steps > 0) {
            showFile(place->name, ByteWindow{0, shown->bytes}.zoomed(place->byte, 0.5, shown->bytes, leastMapWindow));
        }
        return;
    }
    if (steps < 0 && m_window.bytes() >= shown->bytes) {
        showDirectory();
        return;
    }
    setWindow(m_window.zoomed(place->byte, std::pow(mapZoomStep, -steps), shown->bytes,
                              std::min(leastMapWindow, shown->bytes)));
}

bool ByteMapView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        if (m_readout.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(help->globalPos(), Qt::convertFromPlainText(m_readout), viewport());
        }
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace rustcask::ui
