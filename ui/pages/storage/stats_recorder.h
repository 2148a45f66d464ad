// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <deque>
#include <optional>

#include <QCoreApplication>
#include <QString>
#include <QVector>

#include <rustcask/stats.h>

#include "charts/chart_data.h"
#include "charts/series.h"
#include "session/engine_event.h"
#include "session/operation_times.h"

namespace rustcask::ui {

/// Turns samples of a database's statistics and its events into what the live charts show. Memory is bounded however
/// long it records. Times are seconds; which epoch they have is the caller's affair. Pure.
class StatsRecorder {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::StatsRecorder)

public:
    enum SizeChannel { live = 0, withTombstones = 1, total = 2 };
    enum RateChannel { puts = 0, removes = 1, gets = 2 };

    StatsRecorder();

    /// One sample. Where nothing was sampled for more than a second nothing had changed, so the values before are held
    /// up to just before this moment, and rates are zero in between.
    void sample(const rustcask::Stats& stats, double seconds);
    /// Rotations, merge begins and ends, and explicit syncs become marks; the rest does not.
    void event(const EngineEvent& event, double seconds);
    /// How long operations took since the last call; nothing is recorded of a kind that had none.
    void latency(OperationTimes::Kind kind, const OperationTimes::Bands& bands, double seconds);
    void clear();

    /// Cumulated bytes: live; live and tombstones; everything in data files but their headers.
    [[nodiscard]] const TimeSeries& sizes() const { return m_sizes; }
    /// Operations per second.
    [[nodiscard]] const TimeSeries& rates() const { return m_rates; }
    /// Median, 99th percentile and longest of the writes or reads, in nanoseconds.
    [[nodiscard]] const TimeSeries& latencies(OperationTimes::Kind kind) const { return m_latencies[kind]; }
    /// Marks in a range, oldest first. Syncs that lie closer together than `closest` seconds are drawn once.
    [[nodiscard]] QVector<ChartMark> marks(double from, double to, double closest) const;

    /// Series for the range, extended at the level of the last sample to `to`: an idle database is a flat line, not a
    /// line that ends.
    [[nodiscard]] QVector<ChartSeries> sizeAreas(double from, double to, int pixels) const;
    [[nodiscard]] QVector<ChartSeries> rateLines(double from, double to, int pixels) const;
    /// Only of the kinds that were recorded.
    [[nodiscard]] QVector<ChartSeries> latencyLines(double from, double to, int pixels) const;
    /// Everything recorded, a row a bucket.
    [[nodiscard]] ChartTable sizeTable() const;
    [[nodiscard]] ChartTable rateTable() const;
    [[nodiscard]] ChartTable latencyTable() const;

    static constexpr std::size_t maxMarks = 2000;

private:
    enum class MarkKind { rotate, mergeBegin, mergeEnd, sync };
    struct Mark {
        MarkKind kind = MarkKind::rotate;
        double seconds = 0;
        quint64 generation = 0;
        bool complete = true;
    };

    TimeSeries m_sizes;
    TimeSeries m_rates;
    std::array<TimeSeries, OperationTimes::kindCount> m_latencies;
    std::deque<Mark> m_marks{};
    std::optional<rustcask::Stats> m_previous{};
    double m_previousSeconds = 0;
};

} // namespace rustcask::ui
