// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/tokens.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>

#include "theme/contrast.h"

namespace rustcask::ui {

namespace {

QColor rgb(unsigned value) {
    return QColor::fromRgb(static_cast<QRgb>(value));
}

void derive(Tokens& t) {
    t.deadHatch = withContrast(t.dead, t.card, 3.0);
    t.inset = t.dark ? mixed(t.window, t.card, 0.75) : mixed(t.line, t.card, 0.28);
    t.selection = mixed(t.accent, t.card, t.dark ? 0.26 : 0.15);
    t.accentSoft = mixed(t.accent, t.card, t.dark ? 0.20 : 0.12);
    t.hover = mixed(t.text, t.card, 0.05);
}

} // namespace

const Tokens& lightTokens() {
    static const Tokens tokens = [] {
        Tokens t;
        t.live = rgb(0x2F6FDE);
        t.dead = rgb(0xB9C2CF);
        t.tombstone = rgb(0x8A4FBF);
        t.hint = rgb(0x1E8E6E);
        t.damaged = rgb(0xC8321F);
        t.active = rgb(0x0B8FB3);
        t.accent = rgb(0x2457C5);
        t.window = rgb(0xF6F7F9);
        t.card = rgb(0xFFFFFF);
        t.line = rgb(0xDDE1E7);
        t.text = rgb(0x1B2330);
        t.muted = rgb(0x5A6675);
        t.onAccent = rgb(0xFFFFFF);
        t.time = rgb(0xB76E00);
        t.warning = rgb(0x985B00);
        t.success = rgb(0x18785C);
        derive(t);
        return t;
    }();
    return tokens;
}

const Tokens& darkTokens() {
    static const Tokens tokens = [] {
        Tokens t;
        t.dark = true;
        t.live = rgb(0x5B93F5);
        t.dead = rgb(0x465061);
        t.tombstone = rgb(0xB98AE6);
        t.hint = rgb(0x45C39B);
        t.damaged = rgb(0xFF7A66);
        t.active = rgb(0x3EC1E3);
        t.accent = rgb(0x7FA8FF);
        t.window = rgb(0x14181F);
        t.card = rgb(0x1B212B);
        t.line = rgb(0x313B4A);
        t.text = rgb(0xE4E9F1);
        t.muted = rgb(0x97A3B4);
        t.onAccent = rgb(0x10141A);
        t.time = rgb(0xF0B04A);
        t.warning = rgb(0xF0B04A);
        t.success = rgb(0x45C39B);
        derive(t);
        return t;
    }();
    return tokens;
}

const Tokens& tokensFor(const QPalette& palette) {
    return relativeLuminance(palette.color(QPalette::Active, QPalette::Window)) < 0.18 ? darkTokens() : lightTokens();
}

QColor Tokens::field(rustcask::Field f) const {
    const auto hue = [&]() -> QColor {
        switch (f) {
        case Field::magic:
        case Field::version:
        case Field::fileFlags:
        case Field::unused:
            return muted;
        case Field::checksum:
        case Field::headerChecksum:
        case Field::hintChecksum:
        case Field::garbage:
            return damaged;
        case Field::sequence:
        case Field::generation:
        case Field::hintLowestSequence:
        case Field::hintHighestSequence:
            return accent;
        case Field::time:
        case Field::creationTime:
            return time;
        case Field::keySize:
        case Field::valueSize:
        case Field::flags:
        case Field::hintDataBytes:
        case Field::hintRecords:
        case Field::hintTombstones:
        case Field::hintTombstoneBytes:
        case Field::hintEntries:
        case Field::hintEntryBytes:
            return tombstone;
        case Field::key:
            return hint;
        case Field::value:
        case Field::hintOffset:
            return live;
        }
        return muted;
    }();
    return withContrast(hue, inset, 4.5);
}

QPalette paletteFrom(const Tokens& t) {
    QPalette p;
    const QColor disabled = mixed(t.muted, t.card, 0.62);
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.card);
    p.setColor(QPalette::AlternateBase, t.inset);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.muted);
    p.setColor(QPalette::Button, t.card);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.damaged);
    p.setColor(QPalette::Highlight, t.selection);
    p.setColor(QPalette::HighlightedText, t.text);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.tombstone);
    p.setColor(QPalette::ToolTipBase, t.dark ? t.line : t.text);
    p.setColor(QPalette::ToolTipText, t.dark ? t.text : t.card);
    p.setColor(QPalette::Light, t.card);
    p.setColor(QPalette::Midlight, mixed(t.line, t.card, 0.5));
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, mixed(t.muted, t.line, 0.35));
    p.setColor(QPalette::Shadow, t.dark ? QColor(Qt::black) : t.muted);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        p.setColor(QPalette::Disabled, role, disabled);
    }
    p.setColor(QPalette::Disabled, QPalette::Highlight, mixed(t.line, t.card, 0.6));
    return p;
}

namespace {

/// The first installed family of a list; empty when none is.
QString firstInstalled(std::initializer_list<const char*> families) {
    const QStringList installed = QFontDatabase::families();
    for (const char* family : families) {
        const QString name = QString::fromLatin1(family);
        if (installed.contains(name)) {
            return name;
        }
    }
    return {};
}

bool isGeneric(const QString& family) {
    static const std::array generic = {"",          "sans",  "sans serif", "sans-serif",  "mono",  "monospace",
                                       "helvetica", "arial", "courier",    "courier new", "fixed", "serif"};
    return std::any_of(generic.begin(), generic.end(),
                       [&](const char* name) { return family.compare(QLatin1String(name), Qt::CaseInsensitive) == 0; });
}

} // namespace

QFont interfaceFont(const QFont& desktop) {
    if (!isGeneric(desktop.family())) {
        return desktop;
    }
    QFont font = desktop;
    if (const QString family = firstInstalled({"Inter", "Noto Sans", "Cantarell", "DejaVu Sans"}); !family.isEmpty()) {
        font.setFamily(family);
    }
    return font;
}

QFont monospaceFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (isGeneric(font.family()) || !QFontInfo(font).fixedPitch()) {
        const QString family =
            firstInstalled({"JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono", "Liberation Mono"});
        if (!family.isEmpty()) {
            font.setFamily(family);
        }
    }
    font.setStyleHint(QFont::Monospace);
    font.setFixedPitch(true);
    // Ligatures would join bytes that are not one thing.
    font.setStyleStrategy(QFont::PreferAntialias);
    const QFont interface = QFont();
    if (interface.pixelSize() > 0) {
        font.setPixelSize(interface.pixelSize());
    } else {
        font.setPointSizeF(interface.pointSizeF());
    }
    return font;
}

QFont numberFont() {
    const QFont font;
    const QFontMetricsF metrics(font);
    const qreal zero = metrics.horizontalAdvance(QLatin1Char('0'));
    for (char digit = '1'; digit <= '9'; ++digit) {
        if (std::abs(metrics.horizontalAdvance(QLatin1Char(digit)) - zero) > 0.01) {
            return monospaceFont();
        }
    }
    return font;
}

QFont smallFont(const QFont& base) {
    QFont font = base;
    const int pixels = QFontInfo(base).pixelSize();
    font.setPixelSize(std::max(11, pixels - 1));
    return font;
}

} // namespace rustcask::ui
