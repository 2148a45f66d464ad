// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/series.h"

#include <algorithm>
#include <cmath>

namespace rustcask::ui {
namespace {

constexpr std::size_t gatheredBuckets = 8;
constexpr std::size_t maxLevels = 10;

} // namespace

TimeSeries::TimeSeries(std::size_t channels, std::size_t bucketsPerLevel)
    : m_channels(std::clamp<std::size_t>(channels, 1, maxChannels)),
      m_bucketsPerLevel(std::max<std::size_t>(bucketsPerLevel, 2 * gatheredBuckets)),
      m_levels(1) {}

void TimeSeries::append(double x, std::span<const double> values) {
    Bucket sample;
    sample.begin = sample.end = isEmpty() ? x : std::max(x, lastX());
    for (std::size_t i = 0; i < m_channels; ++i) {
        const double value = i < values.size() && std::isfinite(values[i]) ? values[i] : 0;
        sample.low[i] = sample.high[i] = m_last[i] = value;
    }
    m_levels[0].push_back(sample);
    ++m_samples;
    carry(0);
}

void TimeSeries::clear() {
    m_levels.assign(1, {});
    m_samples = 0;
    m_last = {};
}

std::size_t TimeSeries::storedBuckets() const noexcept {
    std::size_t sum = 0;
    for (const auto& level : m_levels) {
        sum += level.size();
    }
    return sum;
}

double TimeSeries::firstX() const noexcept {
    for (auto level = m_levels.rbegin(); level != m_levels.rend(); ++level) {
        if (!level->empty()) {
            return level->front().begin;
        }
    }
    return 0;
}

double TimeSeries::lastX() const noexcept {
    return m_levels[0].empty() ? 0 : m_levels[0].back().end;
}

double TimeSeries::last(std::size_t channel) const noexcept {
    return channel < m_channels ? m_last[channel] : 0;
}

TimeSeries::Bucket TimeSeries::merged(const Bucket& older, const Bucket& newer) const {
    Bucket sum = older;
    sum.end = newer.end;
    for (std::size_t i = 0; i < m_channels; ++i) {
        sum.low[i] = std::min(older.low[i], newer.low[i]);
        sum.high[i] = std::max(older.high[i], newer.high[i]);
    }
    // The order of the extremes is told by the last channel, the topmost of a stack.
    const std::size_t top = m_channels - 1;
    const bool highIsNewer = newer.high[top] > older.high[top];
    const bool lowIsNewer = newer.low[top] < older.low[top];
    if (highIsNewer != lowIsNewer) {
        sum.rising = highIsNewer;
    } else {
        sum.rising = highIsNewer ? newer.rising : older.rising;
    }
    return sum;
}

void TimeSeries::carry(std::size_t level) {
    if (m_levels[level].size() <= m_bucketsPerLevel) {
        return;
    }
    if (level + 1 == maxLevels) {
        // Unreachable in practice (2048 * 8^9 samples); forgetting the oldest keeps the bound even so.
        m_levels[level].pop_front();
        return;
    }
    if (level + 1 == m_levels.size()) {
        m_levels.emplace_back();
    }
    auto& full = m_levels[level];
    Bucket gathered = full.front();
    full.pop_front();
    for (std::size_t i = 1; i < gatheredBuckets; ++i) {
        gathered = merged(gathered, full.front());
        full.pop_front();
    }
    m_levels[level + 1].push_back(gathered);
    carry(level + 1);
}

std::vector<TimeSeries::Bucket> TimeSeries::buckets() const {
    std::vector<Bucket> all;
    all.reserve(storedBuckets());
    for (auto level = m_levels.rbegin(); level != m_levels.rend(); ++level) {
        all.insert(all.end(), level->begin(), level->end());
    }
    return all;
}

TimeSeries::Bucket TimeSeries::nearest(double x) const {
    Bucket best;
    double bestDistance = std::numeric_limits<double>::infinity();
    for (auto level = m_levels.rbegin(); level != m_levels.rend(); ++level) {
        // Buckets ascend, so only the two around x can be the nearest of a level.
        auto after = std::lower_bound(level->begin(), level->end(), x,
                                      [](const Bucket& bucket, double wanted) { return bucket.end < wanted; });
        const auto consider = [&](const Bucket& bucket) {
            const double distance = std::max({bucket.begin - x, x - bucket.end, 0.0});
            if (distance < bestDistance) {
                bestDistance = distance;
                best = bucket;
            }
        };
        if (after != level->end()) {
            consider(*after);
        }
        if (after != level->begin()) {
            consider(*std::prev(after));
        }
    }
    return best;
}

std::vector<QVector<QPointF>> TimeSeries::decimated(double fromX, double toX, int pixels) const {
    std::vector<QVector<QPointF>> lines(m_channels);
    if (isEmpty() || pixels < 1 || !(toX > fromX)) {
        return lines;
    }
    // Column -1 gathers what lies just left of the range, column `pixels` what lies just right of it.
    const double perPixel = (toX - fromX) / pixels;
    Bucket column;
    bool open = false;
    long columnIndex = 0;
    Bucket before;
    bool haveBefore = false;

    const auto emitBucket = [&](const Bucket& bucket) {
        const bool single = bucket.begin == bucket.end;
        for (std::size_t i = 0; i < m_channels; ++i) {
            if (single) {
                lines[i].append({bucket.begin, bucket.high[i]});
                continue;
            }
            lines[i].append({bucket.begin, bucket.rising ? bucket.low[i] : bucket.high[i]});
            lines[i].append({bucket.end, bucket.rising ? bucket.high[i] : bucket.low[i]});
        }
    };

    for (auto level = m_levels.rbegin(); level != m_levels.rend(); ++level) {
        auto bucket = std::lower_bound(level->begin(), level->end(), fromX,
                                       [](const Bucket& b, double wanted) { return b.end < wanted; });
        if (bucket != level->begin()) {
            before = *std::prev(bucket);
            haveBefore = true;
        }
        for (; bucket != level->end(); ++bucket) {
            if (haveBefore && !open) {
                emitBucket(before);
                haveBefore = false;
            }
            if (bucket->begin > toX) {
                // The first one beyond the right edge lets the line reach it; the rest is not seen.
                if (open) {
                    emitBucket(column);
                }
                emitBucket(*bucket);
                return lines;
            }
            const long index =
                std::clamp(static_cast<long>((bucket->begin - fromX) / perPixel), 0L, static_cast<long>(pixels));
            if (open && index == columnIndex) {
                column = merged(column, *bucket);
            } else {
                if (open) {
                    emitBucket(column);
                }
                column = *bucket;
                columnIndex = index;
                open = true;
            }
        }
    }
    if (open) {
        emitBucket(column);
    } else if (haveBefore) {
        emitBucket(before);
    }
    return lines;
}

QVector<QPointF> decimateLine(const QVector<QPointF>& points, int pixels) {
    if (pixels < 1 || points.size() <= 2 * static_cast<qsizetype>(pixels)) {
        return points;
    }
    const double from = points.front().x();
    const double width = points.back().x() - from;
    if (!(width > 0)) {
        return {points.front(), points.back()};
    }
    QVector<QPointF> kept;
    kept.reserve(2 * static_cast<qsizetype>(pixels));
    qsizetype at = 0;
    for (int pixel = 0; pixel < pixels && at < points.size(); ++pixel) {
        const double edge =
            pixel + 1 == pixels ? std::numeric_limits<double>::infinity() : from + width * (pixel + 1) / pixels;
        qsizetype low = at;
        qsizetype high = at;
        const qsizetype begin = at;
        for (; at < points.size() && points[at].x() < edge; ++at) {
            if (points[at].y() < points[low].y()) {
                low = at;
            }
            if (points[at].y() > points[high].y()) {
                high = at;
            }
        }
        if (at == begin) {
            continue;
        }
        kept.append(points[std::min(low, high)]);
        if (low != high) {
            kept.append(points[std::max(low, high)]);
        }
    }
    return kept;
}

} // namespace rustcask::ui
