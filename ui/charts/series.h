// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <QPointF>
#include <QVector>

/// The data layer of the charts: samples over time and what of them reaches the screen. Pure: no widget, no drawing.
namespace rustcask::ui {

/// Values sampled over time, several channels at each moment, kept for as long as the program runs in bounded memory:
/// the newest samples whole, older ones gathered eight by eight into buckets that keep each channel's lowest and
/// highest value, so that a spike is never smoothed away. Not thread-safe.
class TimeSeries {
public:
    static constexpr std::size_t maxChannels = 4;

    /// A stretch of time and the range of every channel in it. A single sample has `begin == end` and `low == high`.
    struct Bucket {
        double begin = 0;
        double end = 0;
        bool rising = true; ///< whether the last channel's highest value came after its lowest
        std::array<double, maxChannels> low{};
        std::array<double, maxChannels> high{};
    };

    /// `channels`: 1 to `maxChannels`. `bucketsPerLevel`: at least 16; a level that is full hands its eight oldest
    /// buckets, as one, to the next. Memory is at most 88 bytes times `bucketsPerLevel` times the number of levels,
    /// which grows with the logarithm of the number of samples and never beyond 10.
    explicit TimeSeries(std::size_t channels, std::size_t bucketsPerLevel = 2048);

    /// `x` (seconds, or any unit) must not be lower than that of the sample before; one that is, is taken as equal to
    /// it.
    void append(double x, std::span<const double> values);
    void clear();

    [[nodiscard]] std::size_t channels() const noexcept { return m_channels; }
    [[nodiscard]] bool isEmpty() const noexcept { return m_samples == 0; }
    [[nodiscard]] std::uint64_t samples() const noexcept { return m_samples; }
    [[nodiscard]] std::size_t storedBuckets() const noexcept;
    [[nodiscard]] double firstX() const noexcept;
    [[nodiscard]] double lastX() const noexcept;
    /// The newest value of a channel; 0 when empty.
    [[nodiscard]] double last(std::size_t channel) const noexcept;

    /// What a chart `pixels` wide needs for [fromX, toX]: for every channel the same x positions, at most two a pixel,
    /// with the lowest and highest value of each bucket kept. One bucket beyond each edge is included, so that lines
    /// run to the edge. All channels put their lows at one position and their highs at the other: channels that never
    /// cross in the samples (cumulated ones) never cross in the picture.
    [[nodiscard]] std::vector<QVector<QPointF>> decimated(double fromX, double toX, int pixels) const;

    /// All buckets in time order, for tables and export.
    [[nodiscard]] std::vector<Bucket> buckets() const;
    /// The bucket nearest to `x`; a default one when empty.
    [[nodiscard]] Bucket nearest(double x) const;

private:
    void carry(std::size_t level);
    [[nodiscard]] Bucket merged(const Bucket& older, const Bucket& newer) const;

    std::size_t m_channels;
    std::size_t m_bucketsPerLevel;
    std::vector<std::deque<Bucket>> m_levels; // [0] holds single samples, the newest; oldest first in each
    std::uint64_t m_samples = 0;
    std::array<double, maxChannels> m_last{};
};

/// Thins a line to at most two points for each of `pixels` equal stretches of its x range: the lowest and the highest
/// of the stretch in their order. Points must ascend by x. Shorter lines come back unchanged.
[[nodiscard]] QVector<QPointF> decimateLine(const QVector<QPointF>& points, int pixels);

} // namespace rustcask::ui
