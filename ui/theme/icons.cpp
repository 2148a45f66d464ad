// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/icons.h"

#include <optional>

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "theme/contrast.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

class ThemedIconEngine : public QIconEngine {
public:
    ThemedIconEngine(QString name, QByteArray svg, IconRole role, std::optional<QPalette> palette)
        : m_name(std::move(name)), m_svg(std::move(svg)), m_role(role), m_palette(std::move(palette)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        QByteArray svg = m_svg;
        svg.replace("#000000", color(mode, state).name(QColor::HexRgb).toLatin1());
        QSvgRenderer renderer(svg);
        const int side = std::min(rect.width(), rect.height());
        QRect square(0, 0, side, side);
        square.moveCenter(rect.center());
        renderer.render(painter, QRectF(square));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1.0);
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal scale) override {
        const QString cacheKey = QStringLiteral("rustcask-icon/%1/%2/%3x%4/%5")
                                     .arg(m_name, color(mode, state).name())
                                     .arg(size.width())
                                     .arg(size.height())
                                     .arg(scale);
        QPixmap pixmap;
        if (!QPixmapCache::find(cacheKey, &pixmap)) {
            pixmap = QPixmap(size);
            pixmap.fill(Qt::transparent);
            QPainter painter(&pixmap);
            painter.setRenderHint(QPainter::Antialiasing);
            paint(&painter, QRect(QPoint(0, 0), size), mode, state);
            painter.end();
            QPixmapCache::insert(cacheKey, pixmap);
        }
        return pixmap;
    }

    QIconEngine* clone() const override { return new ThemedIconEngine(*this); }
    QString key() const override { return QStringLiteral("rustcask-themed"); }

private:
    QColor color(QIcon::Mode mode, QIcon::State state) const {
        const Tokens& t = tokensFor(m_palette ? *m_palette : QGuiApplication::palette());
        if (mode == QIcon::Disabled) {
            return mixed(t.muted, t.card, 0.5);
        }
        switch (m_role) {
        case IconRole::accent:
            return t.accent;
        case IconRole::onAccent:
            return t.onAccent;
        case IconRole::danger:
            return t.damaged;
        case IconRole::muted:
            return state == QIcon::On || mode == QIcon::Selected ? t.accent : t.muted;
        case IconRole::normal:
            break;
        }
        return state == QIcon::On ? t.accent : t.text;
    }

    QString m_name;
    QByteArray m_svg;
    IconRole m_role;
    std::optional<QPalette> m_palette;
};

QIcon makeIcon(const QString& name, IconRole role, std::optional<QPalette> palette) {
    QFile file(QStringLiteral(":/rustcask/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) {
        qWarning("No icon is named %s", qPrintable(name));
        return {};
    }
    return QIcon(new ThemedIconEngine(name, file.readAll(), role, std::move(palette)));
}

} // namespace

QIcon themedIcon(const QString& name, const QPalette& palette, IconRole role) {
    const bool follows = &tokensFor(palette) == &tokensFor(QGuiApplication::palette());
    return makeIcon(name, role, follows ? std::nullopt : std::optional(palette));
}

QIcon themedIcon(const QString& name, IconRole role) {
    return makeIcon(name, role, std::nullopt);
}

} // namespace rustcask::ui
