// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/byte_map_view.h"

#include <algorithm>
#include <cmath>

#include <QEvent>
#include <QScrollBar>

#include "pages/storage/byte_map_store.h"
#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {
namespace {

constexpr qreal blockCell = 7;
constexpr qreal leastRowHeight = 26;
constexpr qreal mostRowHeight = 40;
constexpr qreal fileMargin = 12;
constexpr qreal offsetWidth = 104; // of the offsets left of a file's lines
constexpr qreal overviewHeight = 12;
constexpr int hoverDelayMs = 40;
constexpr int detailDelayMs = 60;

} // namespace

ByteMapView::ByteMapView(QWidget* parent) : QAbstractScrollArea(parent) {
    setAccessibleName(tr("Byte map"));
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    m_hoverDelay.setSingleShot(true);
    m_hoverDelay.setInterval(hoverDelayMs);
    connect(&m_hoverDelay, &QTimer::timeout, this, [this] {
        if (m_hovered && m_store != nullptr) {
            m_store->requestRecord(m_hovered->name, m_hovered->byte);
        }
    });
    m_detailDelay.setSingleShot(true);
    m_detailDelay.setInterval(detailDelayMs);
    connect(&m_detailDelay, &QTimer::timeout, this, &ByteMapView::wantDetail);
}

void ByteMapView::setStore(ByteMapStore* store) {
    m_store = store;
    connect(store, &ByteMapStore::filesChanged, this, &ByteMapView::rebuildRows);
    connect(store, &ByteMapStore::mapChanged, this, [this] {
        const MapFile* shown = file(m_file);
        if (!m_file.isEmpty() && shown != nullptr) {
            if (m_window.to > shown->bytes) {
                setWindow(m_window.moved(0, shown->bytes));
            } else if (!m_detailDelay.isActive()) {
                m_detailDelay.start(1000); // what is looked at is kept current, once a second
            }
        }
        viewport()->update();
    });
    connect(store, &ByteMapStore::detailReady, this, [this] { viewport()->update(); });
    connect(store, &ByteMapStore::recordNamed, this,
            [this](const QString& name, quint64 byte, const MapRecord& record) {
                if (m_hovered && m_hovered->name == name && m_hovered->byte == byte) {
                    tell(tr("%1 @ %2: %3").arg(name, formatOffset(record.offset), mapRecordText(record)));
                }
            });
    rebuildRows();
}

void ByteMapView::setStyleOfMap(Style style) {
    if (style != m_style) {
        m_style = style;
        relayout();
        verticalScrollBar()->setValue(0);
        Q_EMIT placeChanged();
    }
}

const MapFile& ByteMapView::at(int index) const {
    return m_store->files()[static_cast<std::size_t>(index)];
}

const MapFile* ByteMapView::file(const QString& name) const {
    const int index = m_store == nullptr ? -1 : m_store->indexOf(name);
    return index < 0 ? nullptr : &at(index);
}

int ByteMapView::rowOf(const QString& name) const {
    for (int row = 0; row < m_rows.size(); ++row) {
        if (at(m_rows[row].data).name == name || (m_rows[row].hint >= 0 && at(m_rows[row].hint).name == name)) {
            return row;
        }
    }
    return -1;
}

void ByteMapView::rebuildRows() {
    m_rows.clear();
    const auto& files = m_store->files();
    for (int i = 0; i < static_cast<int>(files.size()); ++i) {
        if (at(i).kind == rustcask::FileKind::hint) {
            if (!m_rows.isEmpty() && at(m_rows.back().data).generation == at(i).generation) {
                m_rows.back().hint = i;
            }
        } else {
            m_rows.append({i, -1});
        }
    }
    for (auto it = m_pictures.begin(); it != m_pictures.end();) {
        it = m_store->indexOf(it.key()) < 0 ? m_pictures.erase(it) : std::next(it);
    }
    if (!m_file.isEmpty() && file(m_file) == nullptr) {
        showDirectory(); // a merge has taken it
    }
    if (m_store->indexOf(m_cursorName) < 0) {
        m_cursorName = m_rows.isEmpty() ? QString() : at(m_rows.front().data).name;
        m_cursorByte = 0;
    }
    relayout();
}

void ByteMapView::relayout() {
    const QFontMetricsF metrics(monospaceFont());
    m_directory.width = viewport()->width();
    m_directory.rows = static_cast<int>(m_rows.size());
    // Few files share the room there is; many scroll.
    m_directory.rowHeight =
        m_rows.isEmpty()
            ? leastRowHeight
            : std::clamp(std::floor((viewport()->height() - m_directory.margin) / static_cast<qreal>(m_rows.size())),
                         leastRowHeight, mostRowHeight);
    m_directory.largest = m_store == nullptr ? 0 : m_store->largest();
    m_directory.labelWidth = metrics.horizontalAdvance(QStringLiteral("000.rustcask.data"));
    m_directory.figureWidth = QFontMetricsF(font()).horizontalAdvance(tr("1,023.9 MiB · 100 % dead")) + 4;
    if (viewport()->width() < 560) { // the strips matter more than the words beside them
        m_directory.labelWidth = metrics.horizontalAdvance(QStringLiteral("000000"));
        m_directory.figureWidth = QFontMetricsF(font()).horizontalAdvance(tr("1,023.9 MiB"));
    }
    if (m_style == Style::block && m_store != nullptr) {
        std::vector<quint64> bytes;
        bytes.reserve(m_store->files().size());
        for (const MapFile& each : m_store->files()) {
            bytes.push_back(std::max<quint64>(each.bytes, 1));
        }
        m_block = BlockLayout(bytes, QSizeF(viewport()->size()), blockCell, fileMargin);
    }
    m_lines = LinesLayout::of(linesArea(), m_window);
    updateScrollBar();
    viewport()->update();
}

void ByteMapView::updateScrollBar() {
    const qreal content = !m_file.isEmpty()          ? 0
                          : m_style == Style::strips ? m_directory.contentHeight()
                                                     : m_block.contentHeight();
    verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(std::ceil(content)) - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(static_cast<int>(m_directory.rowHeight));
}

qreal ByteMapView::scroll() const {
    return verticalScrollBar()->value();
}

QRectF ByteMapView::overviewRect() const {
    return {fileMargin, fileMargin, viewport()->width() - 2 * fileMargin, overviewHeight};
}

QRectF ByteMapView::linesArea() const {
    const qreal top = fileMargin + overviewHeight + fileMargin;
    const qreal left = fileMargin + offsetWidth;
    return {left, top, std::max(viewport()->width() - fileMargin - left, 32.0),
            std::max(viewport()->height() - top - fileMargin / 2, 24.0)};
}

void ByteMapView::showDirectory() {
    m_file.clear();
    m_drag = Drag::none;
    relayout();
    Q_EMIT placeChanged();
}

void ByteMapView::showFile(const QString& name, std::optional<ByteWindow> window) {
    const MapFile* shown = file(name);
    if (shown == nullptr || shown->bytes == 0) {
        return;
    }
    m_file = name;
    if (m_cursorName != name) {
        m_cursorName = name;
        m_cursorByte = window ? window->from : 0;
    }
    setWindow(window.value_or(ByteWindow{0, shown->bytes}));
    updateScrollBar();
}

void ByteMapView::setWindow(const ByteWindow& window) {
    m_window = window;
    m_lines = LinesLayout::of(linesArea(), m_window);
    m_detailDelay.start(detailDelayMs);
    viewport()->update();
    Q_EMIT placeChanged();
}

void ByteMapView::wantDetail() {
    const MapFile* shown = file(m_file);
    if (m_file.isEmpty() || shown == nullptr || shown->growing || !isVisible()) {
        return;
    }
    // Closer reading pays once the scan's buckets are coarser than a pixel, or records are wide enough to be told.
    const quint64 bucket = shown->map ? shown->map->bucketBytes() : shown->bytes;
    if (bucket <= m_lines.strip(0).bytesPerPixel() && m_window.bytes() > (quint64{1} << 20)) {
        return;
    }
    m_store->requestDetail(m_file, m_window);
}

bool ByteMapView::detailFits() const {
    return m_store != nullptr && m_store->detail().name == m_file && m_store->detail().window == m_window;
}

void ByteMapView::setSelectedRecord(const QString& name, quint64 offset, quint64 bytes) {
    m_selectedName = name;
    m_selectedOffset = offset;
    m_selectedBytes = bytes;
    m_cursorName = name;
    m_cursorByte = offset;
    const MapFile* shown = file(name);
    if (!m_file.isEmpty() && shown != nullptr) {
        if (m_file != name) {
            showFile(name);
        }
        if (offset < m_window.from || offset >= m_window.to) {
            setWindow(m_window.centred(offset, shown->bytes));
        }
    }
    viewport()->update();
}

void ByteMapView::setSelectedFiles(const QVector<rustcask::Generation>& generations) {
    m_selectedFiles = generations;
    viewport()->update();
}

bool ByteMapView::canZoomIn() const {
    return !m_rows.isEmpty() && (m_file.isEmpty() || m_window.bytes() > leastMapWindow);
}

void ByteMapView::zoomIn() {
    if (m_file.isEmpty()) {
        showFile(m_cursorName);
    } else if (const MapFile* shown = file(m_file)) {
        const bool inside = m_cursorName == m_file && m_cursorByte >= m_window.from && m_cursorByte < m_window.to;
        setWindow(m_window.zoomed(inside ? m_cursorByte : m_window.from + m_window.bytes() / 2, 1 / mapZoomStep,
                                  shown->bytes, std::min(leastMapWindow, shown->bytes)));
    }
}

void ByteMapView::zoomOut() {
    const MapFile* shown = file(m_file);
    if (shown == nullptr) {
        return;
    }
    if (m_window.bytes() >= shown->bytes) {
        showDirectory();
        return;
    }
    setWindow(m_window.zoomed(m_cursorByte, mapZoomStep, shown->bytes, leastMapWindow));
}

std::optional<ByteMapView::Place> ByteMapView::placeAt(QPointF point) const {
    if (m_store == nullptr) {
        return std::nullopt;
    }
    if (!m_file.isEmpty()) {
        const QRectF overview = overviewRect();
        const MapFile* shown = file(m_file);
        if (shown == nullptr) {
            return std::nullopt;
        }
        if (overview.contains(point)) {
            const MapStrip strip{overview.left(), overview.width(), 0, shown->bytes};
            const quint64 byte = strip.byteAt(point.x());
            return Place{m_file, byte, std::min(byte + strip.bytesPerPixel(), shown->bytes)};
        }
        const auto byte = m_lines.byteAt(point);
        return byte ? std::optional(
                          Place{m_file, *byte, std::min(*byte + m_lines.strip(0).bytesPerPixel(), m_window.to)})
                    : std::nullopt;
    }
    if (m_style == Style::block) {
        const auto cell = m_block.hit(point, scroll());
        if (!cell || cell->file >= static_cast<int>(m_store->files().size())) {
            return std::nullopt;
        }
        return Place{at(cell->file).name, cell->from, cell->to};
    }
    const auto hit = m_directory.hit(point, scroll());
    if (!hit) {
        return std::nullopt;
    }
    const Row& row = m_rows[hit->row];
    const bool isHint = hit->part == DirectoryLayout::Part::hint && row.hint >= 0;
    const MapFile& shown = at(isHint ? row.hint : row.data);
    const QRectF rect = isHint ? m_directory.hintRect(hit->row, shown.bytes, scroll())
                               : m_directory.dataRect(hit->row, shown.bytes, scroll());
    const bool onStrip = hit->part == DirectoryLayout::Part::data || isHint;
    if (!onStrip || shown.bytes == 0 || point.x() > rect.right() + 3) {
        return Place{shown.name, 0, shown.bytes}; // all of the file
    }
    const MapStrip strip{rect.left(), rect.width(), 0, shown.bytes};
    const quint64 byte = strip.byteAt(point.x());
    return Place{shown.name, byte, std::min(byte + strip.bytesPerPixel(), shown.bytes)};
}

std::optional<QPointF> ByteMapView::pointOf(const QString& name, quint64 byte) const {
    if (!m_file.isEmpty()) {
        const auto rects = name == m_file ? m_lines.rectsOf(byte, byte + 1) : QVector<QRectF>();
        return rects.isEmpty() ? std::nullopt : std::optional(rects.front().center());
    }
    const MapFile* shown = file(name);
    const int row = rowOf(name);
    if (shown == nullptr || row < 0 || m_style == Style::block) {
        return std::nullopt;
    }
    const QRectF rect = shown->kind == rustcask::FileKind::hint ? m_directory.hintRect(row, shown->bytes, scroll())
                                                                : m_directory.dataRect(row, shown->bytes, scroll());
    return QPointF(MapStrip{rect.left(), rect.width(), 0, shown->bytes}.xOf(byte) + 0.5, rect.center().y());
}

const MapRecord* ByteMapView::listedRecord(const QString& name, quint64 byte) const {
    if (m_store == nullptr || m_store->detail().name != name) {
        return nullptr;
    }
    const auto& records = m_store->detail().records;
    const auto after = std::upper_bound(records.begin(), records.end(), byte,
                                        [](quint64 value, const MapRecord& record) { return value < record.offset; });
    if (after == records.begin()) {
        return nullptr;
    }
    const MapRecord& record = *std::prev(after);
    return byte < record.offset + record.bytes ? &record : nullptr;
}

void ByteMapView::tell(const QString& text) {
    if (text != m_readout) {
        m_readout = text;
        setAccessibleDescription(text);
        Q_EMIT readoutChanged(text);
    }
}

void ByteMapView::describePlace(const Place& place) {
    const MapFile* shown = file(place.name);
    if (shown == nullptr) {
        return;
    }
    if (shown->growing) {
        tell(tr("%1: %2 written by the merge that runs").arg(place.name, formatBytes(shown->bytes)));
        return;
    }
    if (const MapRecord* record = listedRecord(place.name, place.byte)) {
        tell(tr("%1 @ %2: %3").arg(place.name, formatOffset(record->offset), mapRecordText(*record)));
        return;
    }
    const bool whole = place.byte == 0 && place.end >= shown->bytes;
    const QString shares = tallyText(shown->tally(place.byte, place.end));
    const QString reserved =
        shown->unusedTail > 0 ? tr(", %1 reserved ahead and unused").arg(formatBytes(shown->unusedTail)) : QString();
    tell(whole ? tr("%1: %2, %3%4").arg(place.name, formatBytes(shown->bytes), shares, reserved)
               : tr("%1 @ %2: %3").arg(place.name, formatOffset(place.byte), shares));
    if (!whole) {
        m_hoverDelay.start();
    }
}

void ByteMapView::hover(const std::optional<Place>& place) {
    m_hovered = place;
    m_hoverDelay.stop();
    if (place) {
        describePlace(*place);
    } else {
        tell({});
    }
}

void ByteMapView::setCursor(const QString& name, quint64 byte) {
    const MapFile* shown = file(name);
    if (shown == nullptr) {
        return;
    }
    m_cursorName = name;
    m_cursorByte = std::min(byte, shown->bytes > 0 ? shown->bytes - 1 : 0);
    m_hovered = Place{m_cursorName, m_cursorByte, m_cursorByte + 1};
    describePlace(*m_hovered);
    if (m_file.isEmpty() && m_style == Style::strips) {
        const QRectF row = m_directory.rowRect(std::max(rowOf(name), 0), 0);
        if (row.top() < scroll()) {
            verticalScrollBar()->setValue(static_cast<int>(row.top()));
        } else if (row.bottom() > scroll() + viewport()->height()) {
            verticalScrollBar()->setValue(static_cast<int>(row.bottom()) - viewport()->height());
        }
    }
    viewport()->update();
}

void ByteMapView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    relayout();
    if (!m_file.isEmpty()) {
        m_detailDelay.start(detailDelayMs);
    }
}

void ByteMapView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void ByteMapView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        m_pictures.clear();
        relayout();
    }
}

} // namespace rustcask::ui
