// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QString>
#include <QVector>

/// Axes of the charts: from values to positions, round tick values and their labels. Pure.
namespace rustcask::ui {

enum class AxisScale { linear, log10 };

/// What an axis counts: decides which numbers are round and how they are written.
enum class AxisUnit {
    number, ///< 1,200 · 3.4 M
    bytes,  ///< 16 GiB, steps of powers of two
    bytesPerSecond,
    perSecond,    ///< 1.2 M/s
    nanoseconds,  ///< 100 µs
    seconds,      ///< elapsed: 1:30
    clock,        ///< seconds since the Unix epoch, UTC, shown as local time of day
    tailFraction, ///< 1/(1-q): 10 is written "90 %", 1000 "99.9 %"
    ratio,        ///< 1/4 · 1/2 · 1 · 2
    percent,
};

struct AxisSpec {
    QString title{};
    AxisScale scale = AxisScale::linear;
    AxisUnit unit = AxisUnit::number;
    std::optional<double> low{};  ///< fixed lower end; otherwise from the data (0 on a linear y axis)
    std::optional<double> high{}; ///< fixed upper end
    friend bool operator==(const AxisSpec&, const AxisSpec&) = default;
};

struct AxisTick {
    double value = 0;
    QString label{};
};

/// One axis with its range settled.
class Axis {
public:
    Axis() = default;
    Axis(const AxisSpec& spec, double dataLow, double dataHigh, bool fromZero);

    [[nodiscard]] double low() const noexcept { return m_low; }
    [[nodiscard]] double high() const noexcept { return m_high; }
    /// 0 at the low end, 1 at the high end; beyond them outside of the range. On a log axis values below the low end
    /// (0 included) are put there.
    [[nodiscard]] double position(double value) const noexcept;
    [[nodiscard]] double value(double position) const noexcept;
    /// At most `most` ticks at round values.
    [[nodiscard]] QVector<AxisTick> ticks(int most) const;
    /// A value as the hover read-out writes it: more exact than a tick.
    [[nodiscard]] QString text(double value) const;
    [[nodiscard]] const AxisSpec& spec() const noexcept { return m_spec; }

private:
    AxisSpec m_spec{};
    double m_low = 0;
    double m_high = 1;
};

/// The smallest round number of the unit that is at least `value`: 1, 2, 5 times a power of ten, or of 1024 for bytes.
[[nodiscard]] double roundStep(double value, AxisUnit unit);
/// `value` in the words of `unit`, with about `digits` significant digits.
[[nodiscard]] QString axisText(double value, AxisUnit unit, int digits);

} // namespace rustcask::ui
