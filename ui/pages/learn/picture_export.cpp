// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/picture_export.h"

#include <QBuffer>
#include <QFontDatabase>
#include <QPainter>
#include <QSvgGenerator>

#include <algorithm>

#include "pages/learn/field_text.h"
#include "pages/learn/tape_painter.h"
#include "pages/learn/text.h"
#include "widgets/color_swatch.h"

namespace rustcask::ui {

namespace {

constexpr qreal pageMargin = 20;
constexpr qreal keydirWidth = 250;
constexpr qreal tapeWidth = 660;
constexpr qreal narrowestTapes = 320; // so that title and legend have room
constexpr qreal rowHeight = 22;
constexpr qreal titleHeight = 34;
constexpr qreal headingHeight = 26;
constexpr qreal legendHeight = 30;

struct Places {
    TapeLayout tapes{};
    QRectF keydir{};
    QRectF legend{};
    QSizeF size{};
};

Places placesOf(const SandboxState& state, const Picture& picture) {
    Places places;
    const qreal top = pageMargin + titleHeight + headingHeight;
    const qreal left = pageMargin + (picture.hideKeydir ? 0 : keydirWidth + pageMargin);
    places.tapes = layoutTapes(tapeInput(state), {.width = tapeWidth});
    for (TapeLayout::File& file : places.tapes.files) {
        file.caption.translate(left, top);
        if (!file.head.isNull()) {
            file.head.translate(left, top);
        }
        for (QRectF& block : file.blocks) {
            block.translate(left, top);
        }
    }
    const qreal keydirHeight = picture.hideKeydir ? 0 : rowHeight * static_cast<qreal>(state.keydir.size() + 1);
    const qreal height = std::max(keydirHeight, places.tapes.size.height());
    places.keydir = QRectF(pageMargin, top, keydirWidth, keydirHeight);
    places.legend = QRectF(pageMargin, top + height + pageMargin, left + tapeWidth - pageMargin, legendHeight);
    qreal right = left + narrowestTapes;
    for (const TapeLayout::File& file : places.tapes.files) {
        right = std::max(right, file.head.right());
        for (const QRectF& block : file.blocks) {
            right = std::max(right, block.right());
        }
    }
    places.size = QSizeF(right + pageMargin, places.legend.bottom() + pageMargin / 2);
    return places;
}

void paintKeydir(QPainter& painter, const SandboxState& state, const QRectF& place, const Tokens& tokens) {
    const QList<qreal> columns{0, 110, 160, 210};
    const auto cells = [&](qreal y, const QStringList& texts) {
        for (qsizetype i = 0; i < texts.size(); ++i) {
            const qreal right = i + 1 < columns.size() ? columns.at(i + 1) : place.width();
            painter.drawText(QRectF(place.left() + columns.at(i), y, right - columns.at(i) - 8, rowHeight),
                             (i == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter, texts.at(i));
        }
    };
    painter.setPen(tokens.muted);
    cells(place.top(), {LearnText::tr("key"), LearnText::tr("file"), LearnText::tr("offset"), LearnText::tr("size")});
    painter.setPen(tokens.text);
    qreal y = place.top() + rowHeight;
    for (const KeydirRow& row : state.keydir) {
        cells(y, {bytesText(row.key, 16), QString::number(row.location.generation.value),
                  countText(row.location.offset), countText(row.location.recordBytes)});
        y += rowHeight;
    }
}

void paintLegend(QPainter& painter, const QRectF& place, const Tokens& tokens) {
    const QList<std::pair<Meaning, QString>> meanings{{Meaning::live, blockStateTitle(BlockState::live)},
                                                      {Meaning::dead, blockStateTitle(BlockState::dead)},
                                                      {Meaning::tombstone, blockStateTitle(BlockState::tombstone)},
                                                      {Meaning::hint, blockStateTitle(BlockState::hint)},
                                                      {Meaning::active, LearnText::tr("write head")}};
    qreal x = place.left();
    const QFontMetricsF metrics(painter.font());
    for (const auto& [meaning, text] : meanings) {
        paintSwatch(&painter, QRectF(x, place.center().y() - 6, 12, 12), meaning, tokens);
        painter.setPen(tokens.muted);
        const qreal width = metrics.horizontalAdvance(text);
        painter.drawText(QRectF(x + 18, place.top(), width + 4, place.height()), Qt::AlignVCenter, text);
        x += 18 + width + 22;
    }
}

void paintPicture(QPainter& painter, const SandboxState& state, const Picture& picture, const Tokens& tokens) {
    const Places places = placesOf(state, picture);
    const QFont base = interfaceFont(QFontDatabase::systemFont(QFontDatabase::GeneralFont));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(QPointF(0, 0), places.size), tokens.card);
    QFont title = base;
    title.setWeight(QFont::DemiBold);
    painter.setFont(title);
    painter.setPen(tokens.text);
    painter.drawText(QRectF(pageMargin, pageMargin, places.size.width() - 2 * pageMargin, titleHeight), Qt::AlignLeft,
                     picture.title);
    painter.setFont(title);
    const qreal headingTop = pageMargin + titleHeight;
    if (!picture.hideKeydir) {
        painter.drawText(QRectF(pageMargin, headingTop, keydirWidth, headingHeight), Qt::AlignLeft,
                         LearnText::tr("Keydir, in memory"));
    }
    const qreal left = pageMargin + (picture.hideKeydir ? 0 : keydirWidth + pageMargin);
    painter.drawText(QRectF(left, headingTop, tapeWidth, headingHeight), Qt::AlignLeft,
                     LearnText::tr("Files, on disk"));
    painter.setFont(monospaceFont());
    if (!picture.hideKeydir) {
        paintKeydir(painter, state, places.keydir, tokens);
    }
    paintTapes(painter, state, places.tapes, tokens, {.font = base, .hideStates = picture.hideKeydir});
    painter.setFont(smallFont(base));
    paintLegend(painter, places.legend, tokens);
}

} // namespace

QSize pictureSize(const SandboxState& state, const Picture& picture) {
    return placesOf(state, picture).size.toSize();
}

QImage pictureAsImage(const SandboxState& state, const Picture& picture, const Tokens& tokens, qreal scale) {
    QImage image(pictureSize(state, picture) * scale, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scale);
    image.fill(tokens.card);
    QPainter painter(&image);
    paintPicture(painter, state, picture, tokens);
    return image;
}

QByteArray pictureAsSvg(const SandboxState& state, const Picture& picture, const Tokens& tokens) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(pictureSize(state, picture));
    generator.setViewBox(QRect(QPoint(0, 0), pictureSize(state, picture)));
    generator.setTitle(picture.title);
    QPainter painter(&generator);
    paintPicture(painter, state, picture, tokens);
    painter.end();
    return bytes;
}

} // namespace rustcask::ui
