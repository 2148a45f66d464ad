// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/stats_recorder.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rustcask::ui {
namespace {

constexpr double longestGap = 1.0; // seconds without a sample after which the database counts as idle
constexpr double sampleGap = 0.25; // the longest time between samples while something changes

std::array<double, 3> cumulated(const rustcask::Stats& stats) {
    const auto live = static_cast<double>(stats.liveBytes);
    const double tombstones = live + static_cast<double>(stats.tombstoneBytes);
    return {live, tombstones, tombstones + static_cast<double>(stats.deadBytes)};
}

double perSecond(std::uint64_t before, std::uint64_t now, double seconds) {
    return now > before && seconds > 0 ? static_cast<double>(now - before) / seconds : 0;
}

// `idle`: what holds after the last sample, or nothing when its own level does.
QVector<ChartSeries> named(std::vector<QVector<QPointF>> lines, std::array<ChartSeries, 3> series, double to,
                           std::optional<double> idle = {}) {
    QVector<ChartSeries> all;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto& line = lines[i];
        if (!line.isEmpty() && line.back().x() < to) {
            if (idle && line.back().x() + sampleGap < to) {
                line.append({line.back().x() + sampleGap, *idle});
            }
            line.append({to, line.back().y()});
        }
        series[i].points = std::move(line);
        all.append(series[i]);
    }
    return all;
}

} // namespace

StatsRecorder::StatsRecorder() : m_sizes(3), m_rates(3), m_latencies{TimeSeries(3), TimeSeries(3)} {}

void StatsRecorder::latency(OperationTimes::Kind kind, const OperationTimes::Bands& bands, double seconds) {
    if (bands.count > 0) {
        m_latencies[kind].append(seconds, std::array{bands.medianNs, bands.p99Ns, bands.maxNs});
    }
}

void StatsRecorder::clear() {
    m_sizes.clear();
    m_rates.clear();
    for (TimeSeries& series : m_latencies) {
        series.clear();
    }
    m_marks.clear();
    m_previous.reset();
}

void StatsRecorder::sample(const rustcask::Stats& stats, double seconds) {
    const auto now = cumulated(stats);
    constexpr std::array<double, 3> still{};
    if (m_previous) {
        double gap = seconds - m_previousSeconds;
        if (gap <= 0) {
            return;
        }
        if (gap > longestGap) {
            m_sizes.append(seconds - sampleGap, cumulated(*m_previous));
            m_rates.append(m_previousSeconds + sampleGap, still);
            m_rates.append(seconds - sampleGap, still);
            gap = sampleGap;
        }
        m_rates.append(seconds, std::array{perSecond(m_previous->puts, stats.puts, gap),
                                           perSecond(m_previous->removes, stats.removes, gap),
                                           perSecond(m_previous->gets, stats.gets, gap)});
    } else {
        m_rates.append(seconds, still);
    }
    m_sizes.append(seconds, now);
    m_previous = stats;
    m_previousSeconds = seconds;
}

void StatsRecorder::event(const EngineEvent& event, double seconds) {
    Mark mark;
    mark.seconds = seconds;
    mark.generation = event.location.generation.value;
    switch (event.kind) {
    case rustcask::EventKind::rotate:
        mark.kind = MarkKind::rotate;
        break;
    case rustcask::EventKind::sync:
        mark.kind = MarkKind::sync;
        break;
    case rustcask::EventKind::merge:
        if (event.text == QLatin1String("begin")) {
            mark.kind = MarkKind::mergeBegin;
        } else if (event.text == QLatin1String("end") || event.text == QLatin1String("cancelled") ||
                   event.text == QLatin1String("failed")) {
            mark.kind = MarkKind::mergeEnd;
            mark.complete = event.text == QLatin1String("end");
        } else {
            return;
        }
        break;
    default:
        return;
    }
    m_marks.push_back(mark);
    if (m_marks.size() > maxMarks) {
        m_marks.pop_front();
    }
}

QVector<ChartMark> StatsRecorder::marks(double from, double to, double closest) const {
    QVector<ChartMark> all;
    double lastSync = -1e300;
    double lastRotate = -1e300;
    for (const auto& mark : m_marks) {
        if (mark.seconds < from || mark.seconds > to) {
            continue;
        }
        switch (mark.kind) {
        case MarkKind::rotate:
            if (mark.seconds - lastRotate < closest) {
                continue;
            }
            lastRotate = mark.seconds;
            all.append({mark.seconds, tr("sealed %1").arg(mark.generation), {InkRole::active}, false});
            break;
        case MarkKind::mergeBegin:
            all.append({mark.seconds, tr("merge started"), {InkRole::accent}, true});
            break;
        case MarkKind::mergeEnd:
            all.append(
                {mark.seconds, mark.complete ? tr("merge ended") : tr("merge stopped"), {InkRole::accent}, true});
            break;
        case MarkKind::sync:
            if (mark.seconds - lastSync < closest) {
                continue;
            }
            lastSync = mark.seconds;
            all.append({mark.seconds, tr("sync"), {InkRole::muted}, false});
            break;
        }
    }
    return all;
}

QVector<ChartSeries> StatsRecorder::sizeAreas(double from, double to, int pixels) const {
    return named(m_sizes.decimated(from, to, pixels),
                 {ChartSeries{tr("live"), {InkRole::live}, {}}, ChartSeries{tr("tombstones"), {InkRole::tombstone}, {}},
                  ChartSeries{tr("superseded"), {InkRole::dead}, {}}},
                 to);
}

QVector<ChartSeries> StatsRecorder::rateLines(double from, double to, int pixels) const {
    // No sample is taken while nothing changes, and then the rates are zero.
    return named(m_rates.decimated(from, to, pixels),
                 {ChartSeries{tr("puts"), categoryInk(0), {}}, ChartSeries{tr("removes"), categoryInk(3), {}},
                  ChartSeries{tr("gets"), categoryInk(1), {}}},
                 to, 0.0);
}

QVector<ChartSeries> StatsRecorder::latencyLines(double from, double to, int pixels) const {
    QVector<ChartSeries> all;
    const std::array names{std::array{tr("writes, median"), tr("99 %"), tr("longest")},
                           std::array{tr("reads, median"), tr("99 %"), tr("longest")}};
    for (std::size_t kind = 0; kind < m_latencies.size(); ++kind) {
        if (m_latencies[kind].isEmpty()) {
            continue;
        }
        auto lines = m_latencies[kind].decimated(from, to, pixels);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            constexpr std::array inks{std::array{0, 1, 2}, std::array{8, 3, 4}}; // no two alike in colour and dashes
            all.append({names[kind][i], categoryInk(inks[kind][i]), std::move(lines[i])});
        }
    }
    return all;
}

ChartTable StatsRecorder::latencyTable() const {
    ChartTable table;
    table.headers = {tr("Time"),          tr("Writes, median"), tr("Writes, 99 %"),  tr("Writes, longest"),
                     tr("Reads, median"), tr("Reads, 99 %"),    tr("Reads, longest")};
    table.units = QVector<AxisUnit>(7, AxisUnit::nanoseconds);
    table.units[0] = AxisUnit::clock;
    const double none = std::nan("");
    for (std::size_t kind = 0; kind < m_latencies.size(); ++kind) {
        for (const auto& bucket : m_latencies[kind].buckets()) {
            QVector<double> row(7, none);
            row[0] = bucket.end;
            for (std::size_t i = 0; i < 3; ++i) {
                row[static_cast<qsizetype>(1 + 3 * kind + i)] = bucket.high[i];
            }
            table.rows.append(row);
        }
    }
    std::sort(table.rows.begin(), table.rows.end(),
              [](const QVector<double>& a, const QVector<double>& b) { return a[0] < b[0]; });
    return table;
}

ChartTable StatsRecorder::sizeTable() const {
    ChartTable table;
    table.headers = {tr("Time"), tr("Live"), tr("Tombstones"), tr("Superseded"), tr("Total")};
    table.units = {AxisUnit::clock, AxisUnit::bytes, AxisUnit::bytes, AxisUnit::bytes, AxisUnit::bytes};
    for (const auto& bucket : m_sizes.buckets()) {
        const auto& high = bucket.high;
        table.rows.append({bucket.end, high[live], high[withTombstones] - high[live],
                           high[total] - high[withTombstones], high[total]});
    }
    return table;
}

ChartTable StatsRecorder::rateTable() const {
    ChartTable table;
    table.headers = {tr("Time"), tr("Puts"), tr("Removes"), tr("Gets")};
    table.units = {AxisUnit::clock, AxisUnit::perSecond, AxisUnit::perSecond, AxisUnit::perSecond};
    for (const auto& bucket : m_rates.buckets()) {
        table.rows.append({bucket.end, bucket.high[puts], bucket.high[removes], bucket.high[gets]});
    }
    return table;
}

} // namespace rustcask::ui
