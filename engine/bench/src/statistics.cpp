// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/statistics.h>

#include <algorithm>
#include <cmath>

#include <rustcask/bench/random.h>

namespace rustcask::bench {

double median(std::vector<double> values) {
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double medianAbsoluteDeviation(const std::vector<double>& values) {
    const double center = median(values);
    std::vector<double> distances;
    distances.reserve(values.size());
    for (const double value : values)
        distances.push_back(std::abs(value - center));
    return median(std::move(distances));
}

std::optional<Interval> bootstrapMedian(const std::vector<double>& values, double confidence, std::uint32_t resamples,
                                        std::uint64_t seed) {
    if (values.size() < 3 || resamples < 10)
        return std::nullopt;
    Random random(seed);
    std::vector<double> medians;
    medians.reserve(resamples);
    std::vector<double> sample(values.size());
    for (std::uint32_t i = 0; i < resamples; ++i) {
        for (double& value : sample)
            value = values[random.below(values.size())];
        medians.push_back(median(sample));
    }
    std::sort(medians.begin(), medians.end());
    const double tail = (1.0 - confidence) / 2.0 * static_cast<double>(resamples);
    const auto low = std::min<std::size_t>(static_cast<std::size_t>(tail), medians.size() - 1);
    return Interval{medians[low], medians[medians.size() - 1 - low]};
}

} // namespace rustcask::bench
