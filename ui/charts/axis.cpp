// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <QDateTime>
#include <QLocale>

namespace rustcask::ui {
namespace {

QString plain(double value, int digits) {
    if (value == 0) {
        return QStringLiteral("0");
    }
    const int whole = static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
    const int decimals = std::clamp(digits - whole, 0, 6);
    QString text = QLocale::c().toString(value, 'f', decimals);
    if (decimals > 0) {
        while (text.endsWith(QLatin1Char('0'))) {
            text.chop(1);
        }
        if (text.endsWith(QLatin1Char('.'))) {
            text.chop(1);
        }
    }
    return text;
}

QString scaled(double value, int digits, double base, const std::array<const char*, 6>& names) {
    double size = std::abs(value);
    std::size_t unit = 0;
    while (size >= base && unit + 1 < names.size()) {
        size /= base;
        ++unit;
    }
    const QString number = plain(std::copysign(size, value), digits);
    const QString name = QString::fromUtf8(names[unit]);
    return name.isEmpty() ? number : number + QChar(0x00A0) + name;
}

QString elapsed(double seconds) {
    const auto total = static_cast<qint64>(std::llround(seconds));
    const qint64 hours = total / 3600;
    const QString rest = QStringLiteral("%1:%2")
                             .arg(total / 60 % 60, hours > 0 ? 2 : 1, 10, QLatin1Char('0'))
                             .arg(total % 60, 2, 10, QLatin1Char('0'));
    return hours > 0 ? QStringLiteral("%1:%2").arg(hours).arg(rest) : rest;
}

QString timeOfDay(double unixSeconds, bool withSeconds) {
    const auto at = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(std::llround(unixSeconds * 1000)));
    return at.toString(withSeconds ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
}

QString percentile(double oneOverTail, int digits) {
    return plain((1 - 1 / std::max(oneOverTail, 1.0)) * 100, digits) + QStringLiteral("\u00A0%");
}

QString ratio(double value, int digits) {
    if (value > 0 && value < 1) {
        const double inverse = 1 / value;
        if (std::abs(inverse - std::round(inverse)) < 1e-9) {
            return QStringLiteral("1/%1").arg(static_cast<qint64>(std::llround(inverse)));
        }
    }
    return plain(value, digits);
}

// Steps of a time axis that a clock shows, in seconds.
constexpr std::array<double, 18> clockSteps{1,   2,   5,    10,   15,   30,    60,    120,   300,
                                            600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};

} // namespace

double roundStep(double value, AxisUnit unit) {
    if (!(value > 0) || !std::isfinite(value)) {
        return 1;
    }
    if (unit == AxisUnit::bytes || unit == AxisUnit::bytesPerSecond) {
        double step = 1;
        while (step < value) {
            step *= 2;
        }
        return step;
    }
    if (unit == AxisUnit::clock || unit == AxisUnit::seconds) {
        for (const double step : clockSteps) {
            if (step >= value) {
                return step;
            }
        }
        return std::ceil(value / 86400) * 86400;
    }
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
        if (factor * power >= value * (1 - 1e-9)) {
            return factor * power;
        }
    }
    return 10 * power;
}

QString axisText(double value, AxisUnit unit, int digits) {
    switch (unit) {
    case AxisUnit::bytes:
        return scaled(value, digits, 1024, {"B", "KiB", "MiB", "GiB", "TiB", "PiB"});
    case AxisUnit::bytesPerSecond:
        return scaled(value, digits, 1024, {"B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s", "PiB/s"});
    case AxisUnit::perSecond:
        return scaled(value, digits, 1000, {"/s", "k/s", "M/s", "G/s", "T/s", "P/s"});
    case AxisUnit::nanoseconds:
        return scaled(value, digits, 1000, {"ns", "µs", "ms", "s", "ks", "Ms"});
    case AxisUnit::seconds:
        return elapsed(value);
    case AxisUnit::clock:
        return timeOfDay(value, true);
    case AxisUnit::tailFraction:
        return percentile(value, digits + 3);
    case AxisUnit::ratio:
        return ratio(value, digits);
    case AxisUnit::percent:
        return plain(value, digits) + QStringLiteral("\u00A0%");
    case AxisUnit::number:
        break;
    }
    return scaled(value, digits, 1000, {"", "k", "M", "G", "T", "P"});
}

Axis::Axis(const AxisSpec& spec, double dataLow, double dataHigh, bool fromZero) : m_spec(spec) {
    if (!std::isfinite(dataLow) || !std::isfinite(dataHigh) || dataLow > dataHigh) {
        dataLow = spec.scale == AxisScale::log10 ? 1 : 0;
        dataHigh = spec.scale == AxisScale::log10 ? 10 : 1;
    }
    if (spec.scale == AxisScale::log10) {
        const double highest = dataHigh > 0 ? dataHigh : 1;
        const double lowest = dataLow > 0 ? dataLow : highest / 1000;
        // Whole decades, so that the first and the last grid line carry a label.
        m_low = spec.low.value_or(std::pow(10, std::floor(std::log10(lowest) + 1e-9)));
        m_high = spec.high.value_or(std::pow(10, std::ceil(std::log10(highest) - 1e-9)));
        if (!(m_low > 0)) {
            m_low = 1;
        }
        if (!(m_high > m_low)) {
            m_high = m_low * 10;
        }
        return;
    }
    m_low = spec.low.value_or(fromZero ? std::min(0.0, dataLow) : dataLow);
    m_high = spec.high.value_or(dataHigh);
    if (fromZero && !spec.high) {
        // The top grid line lies at or above the highest value.
        const double step = roundStep((m_high - m_low) / 5, spec.unit);
        m_high = m_low + step * std::max(1.0, std::ceil((m_high - m_low) / step - 1e-9));
    }
    if (!(m_high > m_low)) {
        m_high = m_low + (spec.unit == AxisUnit::bytes ? 1024 : 1);
    }
}

double Axis::position(double value) const noexcept {
    if (m_spec.scale == AxisScale::log10) {
        return (std::log10(std::max(value, m_low)) - std::log10(m_low)) / (std::log10(m_high) - std::log10(m_low));
    }
    return (value - m_low) / (m_high - m_low);
}

double Axis::value(double position) const noexcept {
    if (m_spec.scale == AxisScale::log10) {
        return std::pow(10, std::log10(m_low) + position * (std::log10(m_high) - std::log10(m_low)));
    }
    return m_low + position * (m_high - m_low);
}

QVector<AxisTick> Axis::ticks(int most) const {
    QVector<AxisTick> all;
    most = std::max(most, 2);
    if (m_spec.scale == AxisScale::log10) {
        const double base = m_spec.unit == AxisUnit::ratio ? 2 : 10;
        const auto power = [&](double value) { return std::log(value) / std::log(base); };
        const int first = static_cast<int>(std::ceil(power(m_low) - 1e-9));
        const int last = static_cast<int>(std::floor(power(m_high) + 1e-9));
        const int stride = std::max(1, (last - first + most) / most);
        for (int i = first; i <= last; i += stride) {
            const double value = std::pow(base, i);
            all.append({value, axisText(value, m_spec.unit, 3)});
        }
        return all;
    }
    double step = roundStep((m_high - m_low) / most, m_spec.unit);
    double origin = 0;
    if (m_spec.unit == AxisUnit::clock) {
        // Ticks of several hours belong at local midnight and noon, not at those of Greenwich.
        origin =
            -static_cast<double>(QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(m_low * 1000)).offsetFromUtc());
    }
    const bool withSeconds = step < 60;
    for (double index = std::ceil((m_low - origin) / step - 1e-9);; ++index) {
        const double value = origin + index * step;
        if (value > m_high + step * 1e-9) {
            break;
        }
        all.append({value, m_spec.unit == AxisUnit::clock ? timeOfDay(value, withSeconds)
                                                          : axisText(value == 0 ? 0 : value, m_spec.unit, 4)});
    }
    return all;
}

QString Axis::text(double value) const {
    return axisText(value, m_spec.unit, 3);
}

} // namespace rustcask::ui
