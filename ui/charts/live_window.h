// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <optional>

#include <QPair>

namespace rustcask::ui {

/// Which stretch of time a live chart shows: the last so many seconds or everything, running or held. Pure.
class LiveWindow {
public:
    /// 0: everything since the first sample.
    void setSpan(double seconds) { m_span = std::max(seconds, 0.0); }
    [[nodiscard]] double span() const { return m_span; }
    /// Holds the right edge where it is now; samples still arrive behind it.
    void pause(double now) { m_heldAt = now; }
    void resume() { m_heldAt.reset(); }
    /// Shows a range `factor` times as long around `x`, which stays where it is, and holds it. `[from, to]` is what is
    /// shown now; it never gets shorter than two seconds, nor longer than what is recorded since `first`.
    void zoom(double x, double factor, double from, double to, double first, double now) {
        const double most = std::max(now - first, leastSeconds);
        const double length = std::clamp((to - from) * factor, std::min(shortestZoom, most), most);
        const double share = to > from ? std::clamp((x - from) / (to - from), 0.0, 1.0) : 1.0;
        const double end = std::min(std::clamp(x, from, to) + (1 - share) * length, now);
        m_span = length;
        m_heldAt = end;
    }
    [[nodiscard]] bool isPaused() const { return m_heldAt.has_value(); }
    /// From and to. A range longer than what is recorded begins with the first sample, at least half a minute before
    /// the end: a new chart fills its width.
    [[nodiscard]] QPair<double, double> range(double first, double now) const {
        const double to = m_heldAt.value_or(now);
        const double recorded = std::min(first, to - leastSeconds);
        return {m_span > 0 ? std::max(to - m_span, recorded) : recorded, to};
    }

private:
    static constexpr double leastSeconds = 30;
    static constexpr double shortestZoom = 2;

    double m_span = 300;
    std::optional<double> m_heldAt{};
};

} // namespace rustcask::ui
