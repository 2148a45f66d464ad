// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/contrast.h"

#include <algorithm>
#include <cmath>

namespace rustcask::ui {

namespace {

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

} // namespace

double relativeLuminance(const QColor& color) {
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

double contrastRatio(const QColor& a, const QColor& b) {
    const auto [low, high] = std::minmax({relativeLuminance(a), relativeLuminance(b)});
    return (high + 0.05) / (low + 0.05);
}

QColor mixed(const QColor& top, const QColor& bottom, double alpha) {
    const auto channel = [alpha](float x, float y) {
        return static_cast<float>(static_cast<double>(x) * alpha + static_cast<double>(y) * (1.0 - alpha));
    };
    return QColor::fromRgbF(channel(top.redF(), bottom.redF()), channel(top.greenF(), bottom.greenF()),
                            channel(top.blueF(), bottom.blueF()));
}

QColor withContrast(const QColor& color, const QColor& background, double ratio) {
    const QColor pole = relativeLuminance(background) > 0.18 ? QColor(Qt::black) : QColor(Qt::white);
    for (int step = 0; step <= 50; ++step) {
        const QColor candidate = mixed(pole, color, step / 50.0);
        if (contrastRatio(candidate, background) >= ratio) {
            return candidate;
        }
    }
    return pole;
}

QColor inkOn(const QColor& background) {
    const QColor dark(0x10, 0x14, 0x1A);
    const QColor light(Qt::white);
    return contrastRatio(dark, background) > contrastRatio(light, background) ? dark : light;
}

} // namespace rustcask::ui
